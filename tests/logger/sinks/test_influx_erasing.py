"""The points of an erased session leave the database, as soon as it can be reached."""

from logger.journal import kinds
from tests.support.databased import influx_sink, new_pen
from tests.support.delivery import Delivery
from tests.support.influxd import Shim
from tests.support.journaled import ListJournal, session_started
from tests.support.readback import ReadBack, Target

SESSION, OTHER = "20261122-abcd", "20261122-wxyz"


def _erasure(session: str = SESSION) -> kinds.ClientErased:
    return kinds.ClientErased(
        erasure="0123456789abcdef",
        sessions=(session,),
        stretches=(),
        statements=(),
        account="boss",
        reason="asked for",
    )


def _journal(pen: str) -> ListJournal:
    """Return two sessions of two blocks each."""
    journal = ListJournal()
    for session in (SESSION, OTHER):
        journal.append(session_started(session, pen), pen)
        journal.append_samples(pen, rows=10)
        journal.append_samples(pen, rows=10)
        journal.append(kinds.SessionStopped(session=session, reason="ordered"), pen)
    return journal


async def _sessions(read_back: ReadBack, pen: str, measurement: str) -> set[str]:
    return {point.tags["session"] for point in await read_back.points(measurement, pen)}


async def test_points_events_and_summary_of_the_session_go_and_no_others(
    influx_target: Target, read_back: ReadBack
) -> None:
    pen = new_pen()
    journal = _journal(pen)
    delivery = Delivery(journal, influx_sink(influx_target))
    async with delivery.running():
        await delivery.delivered()
        assert await _sessions(read_back, pen, "pen_telemetry") == {SESSION, OTHER}
        journal.append(_erasure(), "")
        await delivery.delivered()
    for measurement in ("pen_telemetry", "pen_event", "session_summary"):
        assert await _sessions(read_back, pen, measurement) == {OTHER}


async def test_what_was_erased_before_is_deleted_after_a_start(
    influx_target: Target, read_back: ReadBack
) -> None:
    pen = new_pen()
    journal = _journal(pen)
    delivery = Delivery(journal, influx_sink(influx_target))
    async with delivery.running():
        await delivery.delivered()
    for position in range(1, 5):
        journal.erase(position)
    delivery = Delivery(journal, influx_sink(influx_target, [SESSION]))
    async with delivery.running():
        await delivery.delivered()
    assert await _sessions(read_back, pen, "pen_telemetry") == {OTHER}


async def test_a_server_that_cannot_delete_is_named(influx_shim: Shim, shim_target: Target) -> None:
    influx_shim.can_delete = False
    journal = _journal(new_pen())
    journal.append(_erasure(), "")
    sink = influx_sink(shim_target)
    delivery = Delivery(journal, sink)
    async with delivery.running():
        await delivery.delivered()
        (note,) = sink.notes()
    assert note.startswith("the database cannot delete: points of erased sessions")
    assert SESSION in note
