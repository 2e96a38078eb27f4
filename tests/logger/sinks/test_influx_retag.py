"""What a session adopts later moves under its tags, and nothing else moves."""

from logger.journal import kinds
from tests.support.databased import influx_sink, new_pen
from tests.support.delivery import Delivery
from tests.support.influxd import Shim
from tests.support.journaled import ListJournal, session_started
from tests.support.readback import ReadBack, Target

SESSION = "20261122-abcd"


def lapsed_journal(pen: str) -> ListJournal:
    """Return a block before a session, one in it, and two (5, 6) after it lapsed."""
    journal = ListJournal()
    journal.append_samples(pen, rows=10)
    journal.append(session_started(SESSION, pen), pen)
    journal.append_samples(pen, rows=10)
    journal.append(kinds.SessionLapsed(session=SESSION, after_s=600), pen)
    journal.append_samples(pen, rows=10)
    journal.append_samples(pen, rows=10, anchor=8)
    return journal


def adoption() -> kinds.SessionResumed:
    return kinds.SessionResumed(session=SESSION, adopted_from=5, adopted_to=6)


async def sessions_of(read_back: ReadBack, pen: str) -> list[str]:
    points = await read_back.points("pen_telemetry", pen)
    by_sequence = sorted(points, key=lambda point: point.fields["sequence"])
    return [point.tags["session"] for point in by_sequence]


async def test_adopted_samples_are_there_once_under_their_session(
    influx_target: Target, read_back: ReadBack
) -> None:
    pen = new_pen('N "P')
    journal = lapsed_journal(pen)
    delivery = Delivery(journal, influx_sink(influx_target))
    async with delivery.running():
        await delivery.delivered()
        assert await sessions_of(read_back, pen) == ["none"] * 10 + [SESSION] * 10 + ["none"] * 20
        journal.append(adoption(), pen)
        await delivery.delivered()
    assert await sessions_of(read_back, pen) == ["none"] * 10 + [SESSION] * 30
    assert delivery.pump.status().notes == ()


async def test_a_replay_over_an_adoption_ends_the_same(
    influx_target: Target, read_back: ReadBack
) -> None:
    pen = new_pen()
    journal = lapsed_journal(pen)
    journal.append(adoption(), pen)
    delivery = Delivery(journal, influx_sink(influx_target))
    async with delivery.running():
        await delivery.delivered()
        delivery.pump.go_on_after(0)
        await delivery.delivered()
    assert await sessions_of(read_back, pen) == ["none"] * 10 + [SESSION] * 30


async def test_events_in_an_adopted_stretch_move_along(
    influx_target: Target, read_back: ReadBack
) -> None:
    pen = new_pen()
    journal = ListJournal()
    journal.append(session_started(SESSION, pen), pen)
    journal.append(kinds.SessionLapsed(session=SESSION, after_s=600), pen)
    journal.append(kinds.Gap(cause="link", count=None), pen)
    resumed = kinds.SessionResumed(session=SESSION, adopted_from=3, adopted_to=3)
    delivery = Delivery(journal, influx_sink(influx_target))
    async with delivery.running():
        await delivery.delivered()
        journal.append(resumed, pen)
        await delivery.delivered()
    points = await read_back.points("pen_event", pen)
    assert [p.tags["session"] for p in points if p.tags["event"] == "gap"] == [SESSION]


async def test_a_server_that_cannot_delete_is_written_to_and_the_range_is_named(
    shim_target: Target, influx_shim: Shim, shim_read_back: ReadBack
) -> None:
    pen = new_pen()
    journal = lapsed_journal(pen)
    journal.append(adoption(), pen)
    influx_shim.can_delete = False
    delivery = Delivery(journal, influx_sink(shim_target))
    async with delivery.running():
        await delivery.delivered()
        (note,) = delivery.pump.status().notes
    assert "positions 5 to 6" in note and "former tags" in note
    assert (await sessions_of(shim_read_back, pen)).count(SESSION) == 30
