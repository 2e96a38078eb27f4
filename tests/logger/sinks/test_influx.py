"""The database holds what was journaled: exact to the ns and to the last bit."""

import pytest

from logger.journal import kinds
from tests.support.databased import SUMMARY, assert_same_samples, influx_sink, new_pen
from tests.support.delivery import Delivery
from tests.support.journaled import EPOCH_US, ListJournal, session_started
from tests.support.readback import ReadBack, Target

SESSION = "20261122-abcd"


async def deliver(journal: ListJournal, target: Target, **settings: object) -> None:
    delivery = Delivery(journal, influx_sink(target, **settings))
    async with delivery.running():
        await delivery.delivered()
    assert delivery.quarantined == []


@pytest.mark.parametrize("gzip", [False, True])
async def test_every_sample_reads_back_exactly(
    influx_target: Target, read_back: ReadBack, gzip: bool
) -> None:
    journal, pen = ListJournal(), new_pen()
    for _ in range(30):
        journal.append_samples(pen, rows=50)
    await deliver(journal, influx_target, gzip=gzip)
    assert_same_samples(await read_back.points("pen_telemetry", pen), journal.blocks(pen))


async def test_small_requests_carry_everything_too(
    influx_target: Target, read_back: ReadBack
) -> None:
    journal, pen = ListJournal(), new_pen()
    for _ in range(10):
        journal.append_samples(pen, rows=50)
    await deliver(journal, influx_target, batch_points=70, batch_bytes=5000)
    assert_same_samples(await read_back.points("pen_telemetry", pen), journal.blocks(pen))


async def test_sending_everything_again_changes_nothing(
    influx_target: Target, read_back: ReadBack
) -> None:
    journal, pen = ListJournal(), new_pen()
    journal.append_samples(pen)
    journal.append(kinds.Gap(cause="sequence", count=3), pen)
    journal.append_samples(pen)
    await deliver(journal, influx_target)
    before = [await read_back.points(name, pen) for name in ("pen_telemetry", "pen_event")]
    await deliver(journal, influx_target)
    after = [await read_back.points(name, pen) for name in ("pen_telemetry", "pen_event")]
    assert after == before
    assert [len(points) for points in after] == [40, 1]


async def test_anchors_that_give_samples_one_time_do_not_make_them_one_point(
    influx_target: Target, read_back: ReadBack
) -> None:
    journal, pen = ListJournal(), new_pen()
    journal.append_samples(pen, rows=5, anchor=7)
    block = journal.blocks(pen)[0]
    journal.append_samples(pen, rows=5, anchor=8)
    later = journal.blocks(pen)[1]
    assert len(set(block.utc_ns().tolist()) & set(later.utc_ns().tolist())) == 0
    await deliver(journal, influx_target)
    assert len(await read_back.points("pen_telemetry", pen)) == 10


async def test_points_carry_site_pen_session_side_zone_and_source(
    influx_target: Target, read_back: ReadBack
) -> None:
    journal, pen = ListJournal(), new_pen("SIM")
    journal.append_samples(pen, rows=1)
    journal.append(session_started(SESSION, pen), pen)
    journal.append_samples(pen, rows=1)
    await deliver(journal, influx_target)
    unassigned, assigned = await read_back.points("pen_telemetry", pen)
    common = {"site": "clinic", "pen": pen, "source": "simulated"}
    none = {"session": "none", "side": "none", "zone": "none"}
    thigh = {"session": SESSION, "side": "left", "zone": "anterior-thigh"}
    assert unassigned.tags == common | none
    assert assigned.tags == common | thigh


async def test_a_serial_number_of_any_characters_is_a_tag(
    influx_target: Target, read_back: ReadBack
) -> None:
    journal, pen = ListJournal(), new_pen('a b,c=d"é')
    journal.append_samples(pen, rows=3)
    await deliver(journal, influx_target)
    assert len(await read_back.points("pen_telemetry", pen)) == 3


async def test_events_of_one_commit_stay_apart(influx_target: Target, read_back: ReadBack) -> None:
    journal, pen = ListJournal(), new_pen()
    for count in (3, 4):
        journal.append(kinds.Gap(cause="sequence", count=count), pen)
    await deliver(journal, influx_target)
    points = await read_back.points("pen_event", pen)
    assert [point.fields["missing_count"] for point in points] == [3, 4]
    assert [point.time_ns for point in points] == [EPOCH_US * 1000 + 1, EPOCH_US * 1000 + 2]


async def test_a_stopped_session_leaves_its_numbers(
    influx_target: Target, read_back: ReadBack
) -> None:
    journal, pen = ListJournal(), new_pen()
    journal.append(session_started(SESSION, pen), pen)
    journal.append(kinds.SessionStopped(session=SESSION, reason="ordered"), pen)
    await deliver(journal, influx_target)
    (point,) = await read_back.points("session_summary", pen)
    assert point.fields == SUMMARY
    assert point.tags == {"site": "clinic", "pen": pen, "session": SESSION, "source": "pen"}
