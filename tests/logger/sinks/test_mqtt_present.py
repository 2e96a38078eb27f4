"""Retained states speak of now, whatever the backlog."""

from logger.sinks.present import PenPresent, Present, SessionPresent
from tests.support.brokered import mqtt_sink
from tests.support.delivery import Delivery
from tests.support.journaled import EPOCH_US, ListJournal
from tests.support.mosquitto import Mosquitto, Subscriber

OPEN = SessionPresent("20261122-abcd", "left", "anterior-thigh", "open", EPOCH_US * 1000)


class Now:
    """What is true at the moment, as a test changes it."""

    def __init__(self) -> None:
        self.present = Present({"NP-1": PenPresent(online=True, session=OPEN)})

    def __call__(self) -> Present:
        return self.present


async def test_a_newcomer_learns_the_state_of_service_pen_and_session(
    mosquitto: Mosquitto,
) -> None:
    delivery = Delivery(ListJournal(), mqtt_sink(mosquitto.port, Now()))
    async with delivery.running():
        await delivery.state("idle")
        async with Subscriber(mosquitto.port) as late:
            await late.until(lambda: len(late.messages) >= 3)
    assert late.payloads("bridge/state") == [{"schema": 1, "state": "online"}]
    assert late.payloads("NP-1/availability") == [{"schema": 1, "state": "online"}]
    assert late.payloads("NP-1/session") == [
        {
            "schema": 1,
            "state": "open",
            "session": "20261122-abcd",
            "side": "left",
            "zone": "anterior-thigh",
            "since_unix_us": EPOCH_US,
            "simulated": False,
        }
    ]


async def test_a_change_is_published_without_any_entry(mosquitto: Mosquitto) -> None:
    now = Now()
    delivery = Delivery(ListJournal(), mqtt_sink(mosquitto.port, now))
    async with Subscriber(mosquitto.port) as subscriber, delivery.running():
        await subscriber.until(lambda: len(subscriber.messages) >= 3)
        now.present = Present({"NP-1": PenPresent(online=False)})
        await subscriber.until(lambda: len(subscriber.messages) >= 5)
    assert subscriber.payloads("NP-1/availability")[-1] == {"schema": 1, "state": "offline"}
    assert subscriber.payloads("NP-1/session")[-1] == {"schema": 1, "state": "none"}


async def test_what_has_not_changed_is_not_published_again(mosquitto: Mosquitto) -> None:
    journal = ListJournal()
    delivery = Delivery(journal, mqtt_sink(mosquitto.port, Now()))
    async with Subscriber(mosquitto.port) as subscriber, delivery.running():
        for _ in range(5):
            journal.append_samples()
            await delivery.delivered()
        await subscriber.until(lambda: len(subscriber.payloads("telemetry")) == 5)
    assert len(subscriber.payloads("NP-1/session")) == 1


async def test_the_will_says_offline_when_the_service_dies(mosquitto: Mosquitto) -> None:
    sink = mqtt_sink(mosquitto.port)
    async with Subscriber(mosquitto.port) as subscriber:
        await sink.connect()
        await sink.close(goodbye=False)
        await subscriber.until(lambda: len(subscriber.payloads("bridge/state")) == 2)
    assert subscriber.payloads("bridge/state")[-1] == {"schema": 1, "state": "offline"}


async def test_a_planned_end_says_offline_too(mosquitto: Mosquitto) -> None:
    sink = mqtt_sink(mosquitto.port)
    async with Subscriber(mosquitto.port) as subscriber:
        await sink.connect()
        await sink.close(goodbye=True)
        await subscriber.until(lambda: len(subscriber.payloads("bridge/state")) == 2)
    assert subscriber.payloads("bridge/state")[-1] == {"schema": 1, "state": "offline"}
