"""A message is convicted only after it alone ended connection after connection."""

from logger.sinks.mqtt_suspect import Suspect


def test_messages_go_one_by_one_after_a_loss_and_together_further_on() -> None:
    suspect = Suspect()
    assert suspect.window(20, 5) == 20
    suspect.lost(5)
    assert suspect.window(20, 6) == 1
    assert suspect.window(20, 1000) == 20


def test_a_message_is_convicted_after_four_losses_in_a_row() -> None:
    suspect = Suspect()
    for _ in range(3):
        suspect.lost(7)
    assert not suspect.convicted(7)
    suspect.lost(7)
    assert suspect.convicted(7)
    assert not suspect.convicted(8)


def test_losses_at_different_messages_convict_nobody() -> None:
    suspect = Suspect()
    for position in (7, 8, 7, 8, 7, 8, 7, 8):
        suspect.lost(position)
    assert not suspect.convicted(7)
    assert not suspect.convicted(8)


def test_a_message_refused_before_a_loss_is_convicted_until_that_is_settled() -> None:
    suspect = Suspect()
    suspect.refused(7, "too large")
    suspect.lost(8)
    assert suspect.convicted(7) == "too large"
    suspect.settled()
    assert suspect.convicted(7) is None
