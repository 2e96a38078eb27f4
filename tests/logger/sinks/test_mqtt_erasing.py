"""Subscribers are told which sessions to forget, and the broker keeps nothing of them."""

from msgspec.structs import replace

from logger.journal import kinds
from logger.sinks.present import PenPresent, Present, SessionPresent
from tests.support.brokered import mqtt_sink
from tests.support.delivery import Delivery
from tests.support.journaled import EPOCH_US, ListJournal, session_started
from tests.support.mosquitto import Mosquitto, Subscriber

SESSION, OTHER = "20261122-abcd", "20261122-wxyz"
ERASED = kinds.ClientErased(
    erasure="0123456789abcdef",
    sessions=(SESSION,),
    stretches=(kinds.ErasedStretch("NP-1", SESSION, 2, 3),),
    statements=(1, 4),
    account="boss",
    reason="asked for",
)


def _open(session: str) -> PenPresent:
    told = SessionPresent(session, "left", "anterior-thigh", "open", EPOCH_US * 1000)
    return PenPresent(online=True, session=told)


def _journal() -> ListJournal:
    journal = ListJournal()
    journal.append(session_started(SESSION))
    journal.append_samples()
    journal.append_samples()
    journal.append(kinds.SessionStopped(session=SESSION, reason="ordered"))
    return journal


async def test_sessions_and_positions_are_told_and_nobody_is_named(mosquitto: Mosquitto) -> None:
    journal = _journal()
    journal.append(ERASED, "")
    delivery = Delivery(journal, mqtt_sink(mosquitto.port))
    async with Subscriber(mosquitto.port) as subscriber, delivery.running():
        await subscriber.until(lambda: bool(subscriber.payloads("bridge/erasure")))
    (told,) = subscriber.payloads("bridge/erasure")
    assert told == {
        "schema": 1,
        "site": "clinic",
        "historical": False,
        "journal": "ab" * 16,
        "position": 5,
        "time_unix_us": EPOCH_US,
        "sessions": [SESSION],
        "stretches": [{"pen": "NP-1", "session": SESSION, "from_position": 2, "to_position": 3}],
    }


async def test_it_is_told_after_what_the_session_still_had_on_its_way(
    mosquitto: Mosquitto,
) -> None:
    journal = _journal()
    journal.append(ERASED, "")
    delivery = Delivery(journal, mqtt_sink(mosquitto.port))
    async with Subscriber(mosquitto.port) as subscriber, delivery.running():
        await subscriber.until(lambda: bool(subscriber.payloads("bridge/erasure")))
    topics = [message.topic.value for message in subscriber.messages]
    last = max(i for i, topic in enumerate(topics) if topic.endswith("telemetry"))
    assert topics.index("needlelog/clinic/bridge/erasure") > last


async def test_a_state_that_a_crash_left_behind_is_cleared(mosquitto: Mosquitto) -> None:
    crashed = mqtt_sink(mosquitto.port, lambda: Present({"NP-1": _open(SESSION)}))
    await crashed.connect()
    await crashed.close(goodbye=False)
    journal = _journal()
    delivery = Delivery(journal, mqtt_sink(mosquitto.port))
    async with delivery.running():
        await delivery.delivered()
        journal.append(ERASED, "")
        await delivery.delivered()
    async with Subscriber(mosquitto.port) as late:
        await late.until(lambda: bool(late.payloads("NP-1/session")))
    assert late.payloads("NP-1/session") == [{"schema": 1, "state": "none"}]


async def test_a_state_of_a_session_without_samples_is_cleared_too(mosquitto: Mosquitto) -> None:
    crashed = mqtt_sink(mosquitto.port, lambda: Present({"NP-1": _open(SESSION)}))
    await crashed.connect()
    await crashed.close(goodbye=False)
    journal = ListJournal()
    journal.append(session_started(SESSION))
    journal.append(kinds.SessionStopped(session=SESSION, reason="ordered"))
    delivery = Delivery(journal, mqtt_sink(mosquitto.port))
    async with delivery.running():
        await delivery.delivered()
        journal.append(replace(ERASED, stretches=(), statements=(1, 2), pens=("NP-1",)), "")
        await delivery.delivered()
    async with Subscriber(mosquitto.port) as late:
        await late.until(lambda: bool(late.payloads("NP-1/session")))
    assert late.payloads("NP-1/session") == [{"schema": 1, "state": "none"}]


async def test_a_session_that_is_open_on_the_same_pen_stays_told(mosquitto: Mosquitto) -> None:
    present = Present({"NP-1": _open(OTHER)})
    journal = _journal()
    journal.append(ERASED, "")
    delivery = Delivery(journal, mqtt_sink(mosquitto.port, lambda: present))
    async with delivery.running():
        await delivery.delivered()
    async with Subscriber(mosquitto.port) as late:
        await late.until(lambda: bool(late.payloads("NP-1/session")))
    assert [one["session"] for one in late.payloads("NP-1/session")] == [OTHER]
