"""What is amended, assigned, split or merged later is corrected in every receiver."""

from logger.journal import kinds
from tests.support.brokered import mqtt_sink
from tests.support.databased import influx_sink, new_pen
from tests.support.delivery import Delivery
from tests.support.journaled import ListJournal, session_started
from tests.support.mosquitto import Mosquitto, Subscriber
from tests.support.readback import ReadBack, Target

SESSION, OTHER = "20261122-abcd", "20261122-wxyz"
THIGH = kinds.Tags(session=SESSION, side="left", zone="anterior-thigh")
SHIN = kinds.Tags(session=SESSION, side="left", zone="anterior-lower-leg")


def _journal(pen: str) -> ListJournal:
    """Return a block that is nobody's (1), and a stopped session of two (3, 4)."""
    journal = ListJournal()
    journal.append_samples(pen, rows=10)
    journal.append(session_started(SESSION, pen), pen)
    journal.append_samples(pen, rows=10)
    journal.append_samples(pen, rows=10)
    journal.append(kinds.SessionStopped(session=SESSION, reason="ordered"), pen)
    return journal


def _assigned() -> kinds.SamplesAssigned:
    return kinds.SamplesAssigned(
        session=SESSION,
        from_position=1,
        to_position=1,
        from_unix_ns=0,
        to_unix_ns=0,
        side="left",
        zone="anterior-lower-leg",
        reason="FREE TEXT",
        nonce="00",
        retagged=(kinds.Retagged(from_position=1, to_position=1, now=SHIN),),
    )


def _split() -> kinds.SessionSplit:
    now = kinds.Tags(session=OTHER, side="left", zone="anterior-thigh")
    return kinds.SessionSplit(
        session=SESSION,
        into=OTHER,
        at_position=4,
        at_unix_ns=0,
        client="C-2",
        practitioner="dr-b",
        reason="FREE TEXT",
        nonce="00",
        retagged=(kinds.Retagged(from_position=4, to_position=5, former=THIGH, now=now),),
    )


def _rezoned() -> kinds.SessionAmended:
    return kinds.SessionAmended(
        session=SESSION,
        what="segment.1.zone",
        former="anterior-thigh",
        now="anterior-lower-leg",
        reason="FREE TEXT",
        nonce="00",
        retagged=(
            kinds.Retagged(from_position=2, to_position=3, former=THIGH, now=SHIN),
            kinds.Retagged(from_position=4, to_position=4, former=THIGH, now=SHIN),
        ),
    )


async def _places(read_back: ReadBack, pen: str) -> list[tuple[str, str]]:
    points = await read_back.points("pen_telemetry", pen)
    by_sequence = sorted(points, key=lambda point: point.fields["sequence"])
    return [(point.tags["session"], point.tags["zone"]) for point in by_sequence]


async def test_points_are_there_once_under_what_is_right_now(
    influx_target: Target, read_back: ReadBack
) -> None:
    pen = new_pen()
    journal = _journal(pen)
    delivery = Delivery(journal, influx_sink(influx_target))
    thigh, shin = (SESSION, "anterior-thigh"), (SESSION, "anterior-lower-leg")
    async with delivery.running():
        await delivery.delivered()
        assert await _places(read_back, pen) == [("none", "none")] * 10 + [thigh] * 20
        journal.append(_assigned(), pen)
        journal.append(_split(), pen)
        await delivery.delivered()
    other = (OTHER, "anterior-thigh")
    assert await _places(read_back, pen) == [shin] * 10 + [thigh] * 10 + [other] * 10


async def test_a_replay_over_amendments_ends_the_same(
    influx_target: Target, read_back: ReadBack
) -> None:
    pen = new_pen()
    journal = _journal(pen)
    journal.append(_rezoned(), pen)
    delivery = Delivery(journal, influx_sink(influx_target))
    async with delivery.running():
        await delivery.delivered()
        delivery.pump.go_on_after(0)
        await delivery.delivered()
    shin = (SESSION, "anterior-lower-leg")
    assert await _places(read_back, pen) == [("none", "none")] * 10 + [shin] * 20


async def test_every_range_is_told_the_broker_and_nothing_else_of_it(mosquitto: Mosquitto) -> None:
    journal = _journal("NP-1")
    journal.append(_rezoned())
    delivery = Delivery(journal, mqtt_sink(mosquitto.port))
    topic = "needlelog/clinic/pen/NP-1/#"
    async with Subscriber(mosquitto.port, topic) as subscriber, delivery.running():
        await subscriber.until(lambda: len(subscriber.payloads("correction")) == 2)
        await delivery.delivered()
    corrections = subscriber.payloads("correction")
    assert [(one["from_position"], one["to_position"]) for one in corrections] == [(2, 3), (4, 4)]
    assert {one["position"] for one in corrections} == {6}
    assert corrections[0]["former"]["zone"] == "anterior-thigh"
    assert corrections[0]["now"]["zone"] == "anterior-lower-leg"
    assert "FREE TEXT" not in str(subscriber.messages)
