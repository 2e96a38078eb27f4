"""What a subscriber of a real broker receives."""

import pytest

from logger.journal import kinds
from tests.support.brokered import JOURNAL_ID, assert_same_samples, mqtt_sink
from tests.support.delivery import Delivery
from tests.support.journaled import EPOCH_US, ListJournal, session_started
from tests.support.mosquitto import Mosquitto, Subscriber

PEN = "needlelog/clinic/pen/NP-1"


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_every_sample_arrives_once_exactly_and_in_order(
    mosquitto: Mosquitto, protocol: str
) -> None:
    journal = ListJournal()
    for _ in range(120):
        journal.append_samples(rows=20)
    delivery = Delivery(journal, mqtt_sink(mosquitto.port, protocol=protocol))
    async with Subscriber(mosquitto.port, f"{PEN}/telemetry") as subscriber, delivery.running():
        await delivery.delivered()
        await subscriber.until(lambda: len(subscriber.messages) >= 120)
    payloads = subscriber.payloads("telemetry")
    assert [p["position"] for p in payloads] == list(range(1, 121))
    assert_same_samples(payloads, journal.blocks())
    assert not any(message.retain for message in subscriber.messages)


async def test_a_block_says_where_it_is_from_and_to_what_it_belongs(mosquitto: Mosquitto) -> None:
    journal = ListJournal()
    journal.append(session_started(pen="SIM-1"), "SIM-1")
    journal.append_samples("SIM-1")
    delivery = Delivery(journal, mqtt_sink(mosquitto.port))
    async with Subscriber(mosquitto.port, "#") as subscriber, delivery.running():
        await subscriber.until(lambda: bool(subscriber.payloads("telemetry")))
    (payload,) = subscriber.payloads("telemetry")
    expected = {
        "schema": 1,
        "site": "clinic",
        "pen": "SIM-1",
        "simulated": True,
        "historical": False,
        "journal": JOURNAL_ID,
        "position": 2,
        "session": "20261122-abcd",
        "side": "left",
        "zone": "anterior-thigh",
        "paused": False,
        "boot_id": 0x1A2B3C4D,
    }
    assert {key: payload[key] for key in expected} == expected


async def test_what_is_delivered_late_is_marked_historical(mosquitto: Mosquitto) -> None:
    now_ns = EPOCH_US * 1000
    year_ns = 365 * 86_400 * 1_000_000_000
    recorded_ns = [now_ns - 11_000_000_000, now_ns - 9_000_000_000, now_ns + year_ns]
    journal = ListJournal(now_ns=iter(recorded_ns).__next__)
    for _ in recorded_ns:
        journal.append_samples()
    delivery = Delivery(journal, mqtt_sink(mosquitto.port))
    async with Subscriber(mosquitto.port, "#") as subscriber, delivery.running():
        await subscriber.until(lambda: len(subscriber.payloads("telemetry")) == 3)
    # The last one was recorded before the clock was set back by a year.
    assert [p["historical"] for p in subscriber.payloads("telemetry")] == [True, False, True]


async def test_events_are_messages_of_their_own(mosquitto: Mosquitto) -> None:
    journal = ListJournal()
    journal.append(kinds.Gap(cause="sequence", count=3, from_sequence=7, to_sequence=9))
    journal.append(kinds.LinkLost(port="/dev/ttyACM0", reason="unplugged"))
    delivery = Delivery(journal, mqtt_sink(mosquitto.port))
    async with Subscriber(mosquitto.port, f"{PEN}/event") as subscriber, delivery.running():
        await subscriber.until(lambda: len(subscriber.messages) == 2)
    gap, lost = subscriber.payloads("event")
    assert (gap["event"], gap["values"]["missing_count"]) == ("gap", 3)
    assert (lost["event"], lost["values"]) == ("link_lost", {"reason": "unplugged"})


async def test_an_adoption_is_told_as_a_correction(mosquitto: Mosquitto) -> None:
    session = "20261122-abcd"
    journal = ListJournal()
    journal.append(session_started(session))
    journal.append(kinds.SessionLapsed(session=session, after_s=600))
    journal.append_samples()
    journal.append(kinds.SessionResumed(session=session, adopted_from=3, adopted_to=3))
    delivery = Delivery(journal, mqtt_sink(mosquitto.port))
    async with Subscriber(mosquitto.port, f"{PEN}/correction") as subscriber, delivery.running():
        await subscriber.until(lambda: len(subscriber.messages) == 1)
    (correction,) = subscriber.payloads("correction")
    assert (correction["from_position"], correction["to_position"]) == (3, 3)
    assert correction["former"] == {"session": None, "side": None, "zone": None}
    assert correction["now"] == {"session": session, "side": "left", "zone": "anterior-thigh"}


async def test_a_serial_number_of_any_characters_is_one_level_of_the_topic(
    mosquitto: Mosquitto,
) -> None:
    journal = ListJournal()
    journal.append_samples("a/b+#é")
    delivery = Delivery(journal, mqtt_sink(mosquitto.port))
    topic = "needlelog/+/pen/+/telemetry"
    async with Subscriber(mosquitto.port, topic) as subscriber, delivery.running():
        await subscriber.until(lambda: len(subscriber.messages) == 1)
    assert subscriber.payloads("telemetry")[0]["pen"] == "a/b+#é"


async def test_it_subscribes_to_nothing_so_that_the_broker_can_command_nothing(
    mosquitto: Mosquitto,
) -> None:
    journal = ListJournal()
    journal.append_samples()
    delivery = Delivery(journal, mqtt_sink(mosquitto.port))
    async with Subscriber(mosquitto.port, "#", identifier="somebody"), delivery.running():
        await delivery.delivered()
    assert "Received SUBSCRIBE from somebody" in mosquitto.log
    assert f"Received PUBLISH from needlelog-clinic-{JOURNAL_ID[:8]}" in mosquitto.log
    assert f"Received SUBSCRIBE from needlelog-clinic-{JOURNAL_ID[:8]}" not in mosquitto.log
