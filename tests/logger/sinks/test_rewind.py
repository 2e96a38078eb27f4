"""What a receiver acknowledged is trusted half a minute later, and not before."""

from logger.sinks.rewind import AcceptedHistory


def test_what_was_just_accepted_is_not_safe() -> None:
    history = AcceptedHistory(5)
    history.accepted(10, 0.0)
    history.accepted(11, 29.9)
    assert history.safe == 5


def test_what_was_accepted_half_a_minute_before_the_latest_is_safe() -> None:
    history = AcceptedHistory(0)
    for second in range(100):
        history.accepted(second, float(second))
    assert 99 - 32 <= history.safe <= 99 - 30


def test_a_quick_stream_of_acceptances_moves_it_too() -> None:
    history = AcceptedHistory(0)
    for step in range(500):
        history.accepted(step, step * 0.2)
    assert 495 - 5 * 32 <= history.safe <= 495 - 5 * 30


def test_silence_proves_nothing() -> None:
    history = AcceptedHistory(0)
    history.accepted(10, 0.0)
    assert history.safe == 0


def test_it_keeps_about_a_note_a_second_however_many_batches_there_are() -> None:
    history = AcceptedHistory(0)
    for step in range(100_000):
        history.accepted(step, step * 0.001)
    assert len(history._notes) <= 33
