"""Deviations from a plan; samples come 10 ms apart, so 50 of them are the half second."""

from dataclasses import replace

import pytest

from logger.journal.kinds import Plan, SegmentStarted, ZoneLimit
from logger.session.model import Deviation
from tests.support.stories import (
    EPOCH_NS,
    LIFTED,
    RESTING,
    SESSION,
    Story,
    sample_block,
    slice_block,
)

_LIMIT = ZoneLimit(
    zone="anterior-thigh",
    depth_max_mm=1.5,
    depth_tolerance_mm=0.1,
    rate_max_hz=116.7,
    rate_min_hz=90.0,
)
_PLAN = Plan(name="trial", version="1", zones=(_LIMIT,))
_MS = 1_000_000


def _opened(*, plan: Plan | None = _PLAN, zone: str = "anterior-thigh") -> Story:
    story = Story()
    story.identified()
    story.started(plan=plan, zone=zone)
    return story


def _deviations(story: Story) -> list[Deviation]:
    (session,) = story.projection().sessions()
    return [one for segment in session.segments for one in segment.deviations]


def test_a_set_depth_above_the_plan_deviates_from_the_first_to_the_end_of_the_last() -> None:
    story = _opened()
    # Samples 10 to 59 are too deep: 50 · 10 ms.
    depths = [1500] * 10 + [1600] * 20 + [1750] * 30 + [1500] * 10
    story.samples(sample_block(70, depth_um=depths))
    assert _deviations(story) == [
        Deviation(
            zone="anterior-thigh",
            what="depth_set_above",
            from_unix_ns=EPOCH_NS + 100 * _MS,
            to_unix_ns=EPOCH_NS + 600 * _MS,
            lasted_s=0.5,
            extreme=1.75,
            limit=1.5,
        )
    ]


def test_less_than_half_a_second_does_not_deviate() -> None:
    story = _opened()
    story.samples(sample_block(60, depth_um=[1600] * 49 + [1500] * 11))
    assert _deviations(story) == []


def test_exactly_the_limit_does_not_deviate() -> None:
    story = _opened()
    story.samples(sample_block(60, depth_um=1500, measured_um=1600, rate_dhz=1167))
    assert _deviations(story) == []


def test_a_deviation_goes_on_over_the_border_of_blocks() -> None:
    story = _opened()
    for first in range(0, 60, 20):
        story.samples(sample_block(20, first=first, depth_um=1600))
    (deviation,) = _deviations(story)
    assert (deviation.to_unix_ns - deviation.from_unix_ns) == 600 * _MS


def test_a_gap_ends_a_deviation() -> None:
    story = _opened()
    # Twice 40 samples of 10 ms with one missing in between: neither is long enough.
    story.samples(sample_block(80, sequence=[*range(40), *range(41, 81)], depth_um=1600))
    assert _deviations(story) == []


def test_a_gap_between_blocks_ends_a_deviation() -> None:
    story = _opened()
    story.samples(sample_block(40, depth_um=1600))
    story.samples(sample_block(40, first=41, depth_um=1600))
    assert _deviations(story) == []


def test_with_the_motor_off_nothing_deviates() -> None:
    story = _opened()
    story.samples(sample_block(60, depth_um=1600, status=RESTING))
    assert _deviations(story) == []


def test_a_lift_does_not_end_a_deviation() -> None:
    story = _opened()
    story.samples(sample_block(60, depth_um=1600, status=LIFTED))
    assert len(_deviations(story)) == 1


def test_the_measured_depth_counts_where_the_plan_gives_a_tolerance() -> None:
    story = _opened()
    story.samples(sample_block(60, measured_um=1610))
    (deviation,) = _deviations(story)
    assert (deviation.what, deviation.extreme, deviation.limit) == (
        "depth_measured_above",
        1.61,
        1.6,
    )


def test_without_tolerance_the_measured_depth_does_not_count() -> None:
    limit = ZoneLimit(zone="anterior-thigh", depth_max_mm=1.5)
    story = _opened(plan=Plan(name="trial", version="1", zones=(limit,)))
    story.samples(sample_block(60, measured_um=2500))
    assert _deviations(story) == []


@pytest.mark.parametrize(
    ("rate_dhz", "what", "extreme", "limit"),
    [(1200, "rate_above", 120.0, 116.7), (850, "rate_below", 85.0, 90.0)],
)
def test_a_rate_outside_the_plan_deviates(
    rate_dhz: int, what: str, extreme: float, limit: float
) -> None:
    story = _opened()
    story.samples(sample_block(60, rate_dhz=rate_dhz))
    (deviation,) = _deviations(story)
    assert (deviation.what, deviation.extreme, deviation.limit) == (what, extreme, limit)


def test_the_extreme_below_is_the_lowest() -> None:
    story = _opened()
    story.samples(sample_block(60, rate_dhz=[850] * 30 + [800] * 10 + [850] * 20))
    assert _deviations(story)[0].extreme == 80.0


def test_a_zone_that_the_plan_does_not_name_deviates() -> None:
    story = _opened(zone="lateral-ankle")
    story.samples(sample_block(60))
    (deviation,) = _deviations(story)
    assert (deviation.zone, deviation.what) == ("lateral-ankle", "zone_not_in_plan")
    assert (deviation.extreme, deviation.limit) == (None, None)


def test_without_a_plan_nothing_deviates() -> None:
    story = _opened(plan=None)
    story.samples(sample_block(60, depth_um=9000))
    assert _deviations(story) == []


def test_a_change_of_segment_ends_a_deviation() -> None:
    story = _opened()
    story.samples(sample_block(40, depth_um=1600))
    story.append(SegmentStarted(session=SESSION, side="right", zone="anterior-thigh"))
    story.samples(sample_block(40, first=40, depth_um=1600))
    assert _deviations(story) == []


def test_a_deviation_that_goes_on_is_shown_before_it_ends() -> None:
    story = _opened()
    story.samples(sample_block(50, depth_um=1600))
    assert len(_deviations(story)) == 1


def test_a_clock_set_back_changes_neither_order_nor_length_of_deviations() -> None:
    story = _opened()
    hour_us = 3_600_000_000
    story.samples(sample_block(60, depth_um=1600))
    story.samples(sample_block(20, first=60, depth_um=1500))
    later = sample_block(100, first=80, depth_um=1700)
    before, after = slice_block(later, 0, 30), slice_block(later, 30, 100)
    story.samples(before)
    back = replace(after.anchor, number=1, utc_us=after.anchor.utc_us - hour_us)
    story.samples(replace(after, anchor=back))
    first, second = _deviations(story)
    assert (first.extreme, second.extreme) == (1.6, 1.7)
    assert (first.lasted_s, second.lasted_s) == (0.6, 1.0)
    assert second.to_unix_ns < first.from_unix_ns
