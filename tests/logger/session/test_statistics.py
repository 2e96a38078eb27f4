"""Statistics of a segment, against numbers worked out by hand."""

import pytest

from drivers.model import Flag
from logger.journal.kinds import Gap
from logger.session.model import SegmentStatistics
from tests.support.stories import LIFTED, RESTING, WORKING, Story, sample_block


def _statistics(story: Story) -> SegmentStatistics:
    (session,) = story.projection().sessions()
    return session.segments[0].statistics


def _opened(*, needles: int | None = None) -> Story:
    story = Story()
    story.identified()
    story.started(needles=needles)
    return story


def test_every_sample_counts_until_its_successor_and_the_last_for_one_period() -> None:
    story = _opened()
    # Three samples: 10 ms and 12 ms to the successor, the last one 10 ms: 32 ms.
    story.samples(sample_block(3, device_us=[0, 10_000, 22_000]))
    story.stopped()
    assert _statistics(story).recorded_s == pytest.approx(0.032, abs=0)


def test_spread_is_weighted_by_time() -> None:
    story = _opened()
    # 1 mm for 10 ms, 2 mm for 30 ms (20 until its successor, which is 2 mm too for 10).
    # mean = (1·10 + 2·30)/40 = 1.75; variance = (0.75²·10 + 0.25²·30)/40 = 0.1875.
    story.samples(sample_block(3, device_us=[0, 10_000, 30_000], depth_um=[1000, 2000, 2000]))
    story.stopped()
    spread = _statistics(story).depth_set_mm
    assert spread is not None
    assert spread.mean == 1.75
    assert spread.sd == pytest.approx(0.1875**0.5)
    assert (spread.minimum, spread.maximum) == (1.0, 2.0)
    assert (spread.p05, spread.p50, spread.p95) == (1.0, 2.0, 2.0)


def test_percentiles_are_values_that_occurred() -> None:
    story = _opened()
    # 100 samples of 10 ms with rates 100.0, 100.1, ... 109.9 Hz: 5 % of the time is
    # covered by the 5th value, 50 % by the 50th, 95 % by the 95th.
    story.samples(sample_block(100, rate_dhz=range(1000, 1100)))
    story.stopped()
    rate = _statistics(story).rate_hz
    assert rate is not None
    assert (rate.p05, rate.p50, rate.p95) == (100.4, 104.9, 109.4)


def test_depth_and_rate_are_taken_while_the_motor_is_on() -> None:
    story = _opened()
    story.samples(
        sample_block(
            4,
            depth_um=[1000, 1000, 3000, 3000],
            rate_dhz=[1000, 1000, 0, 0],
            status=[WORKING, WORKING, RESTING, RESTING],
        )
    )
    story.stopped()
    statistics = _statistics(story)
    assert statistics.motor_on_s == 0.02
    assert statistics.depth_set_mm is not None
    assert statistics.depth_set_mm.maximum == 1.0
    assert statistics.rate_hz is not None
    assert statistics.rate_hz.minimum == 100.0


def test_values_that_were_not_measured_have_no_spread() -> None:
    story = _opened()
    story.samples(sample_block(3, measured_um=0xFFFF))
    story.stopped()
    assert _statistics(story).depth_measured_mm is None


def test_contact_time_is_that_of_the_contact_bit() -> None:
    story = _opened()
    story.samples(sample_block(4, status=[WORKING, LIFTED, WORKING, LIFTED]))
    story.stopped()
    assert _statistics(story).contact_s == 0.02


def test_contact_time_is_unknown_where_the_pen_cannot_sense_it() -> None:
    story = _opened()
    story.samples(sample_block(4, status=1, flags_known=Flag.MOTOR_ON))
    story.stopped()
    assert _statistics(story).contact_s is None


def test_nominal_punctures_are_needles_times_rate_over_the_time_in_contact() -> None:
    story = _opened(needles=14)
    # 2 samples of 10 ms in contact at 100 Hz: 14 · 100 · 0.02 = 28.
    story.samples(sample_block(4, status=[WORKING, LIFTED, WORKING, LIFTED]))
    story.stopped()
    assert _statistics(story).nominal_punctures == 28.0


def test_without_contact_sensing_punctures_count_while_the_motor_is_on() -> None:
    story = _opened(needles=10)
    # 4 samples of 10 ms at 100 Hz: 10 · 100 · 0.04 = 40.
    story.samples(sample_block(4, status=1, flags_known=Flag.MOTOR_ON))
    story.stopped()
    assert _statistics(story).nominal_punctures == 40.0


def test_punctures_are_unknown_where_the_needles_are() -> None:
    story = _opened()
    story.samples(sample_block(4))
    story.stopped()
    assert _statistics(story).nominal_punctures is None


def test_a_cartridge_that_the_pen_reads_counts_from_where_it_was_read() -> None:
    story = _opened(needles=10)
    # 10 needles for the first 20 ms (its last sample is held over), 20 for the other 20:
    # the held sample counts with what is seated when it is counted.
    story.samples(sample_block(3))
    story.pen_event("cartridge", needles=20)
    story.samples(sample_block(1, first=3))
    story.stopped()
    # 10 · 100 · 0.02 + 20 · 100 · 0.02 = 60
    assert _statistics(story).nominal_punctures == 60.0


def test_completeness_is_received_of_expected_by_sequence() -> None:
    story = _opened()
    # Numbers 0 1 2, then 5 6: five received, two (3, 4) missing in one gap.
    story.samples(sample_block(5, sequence=[0, 1, 2, 5, 6]))
    story.stopped()
    statistics = _statistics(story)
    assert (statistics.samples_received, statistics.samples_missing) == (5, 2)
    assert statistics.completeness == 5 / 7
    assert statistics.gaps_counted == 1


def test_a_gap_is_not_filled_but_counts_to_the_duration() -> None:
    story = _opened()
    # 0 1 2 then 5 6: recorded are five samples of 10 ms each, 30 ms of gap left out:
    # sample 2 counts for 30 ms / 3 numbers = 10 ms. From 0 to 70 ms in all.
    story.samples(sample_block(5, sequence=[0, 1, 2, 5, 6]))
    story.stopped()
    statistics = _statistics(story)
    assert statistics.recorded_s == 0.05
    assert statistics.duration_s == 0.07


def test_a_gap_between_two_blocks_is_found() -> None:
    story = _opened()
    story.samples(sample_block(2))
    story.samples(sample_block(2, first=10))
    story.stopped()
    assert _statistics(story).samples_missing == 8


def test_a_pen_that_counts_nothing_has_no_completeness() -> None:
    story = _opened()
    story.samples(sample_block(5, counted=False))
    story.stopped()
    statistics = _statistics(story)
    assert (statistics.samples_missing, statistics.completeness) == (None, None)


def test_a_silence_counts_for_three_periods_at_most() -> None:
    story = _opened()
    # 10 ms, then 5 s of silence: 10 + 30 (three periods) + 10 (one, the last).
    story.samples(sample_block(3, counted=False, device_us=[0, 10_000, 5_010_000]))
    story.stopped()
    assert _statistics(story).recorded_s == 0.05


def test_gaps_of_unknown_size_are_counted_apart() -> None:
    story = _opened()
    story.samples(sample_block(2))
    story.append(Gap(cause="reboot", count=None))
    story.append(Gap(cause="sequence", count=3))
    story.stopped()
    statistics = _statistics(story)
    assert (statistics.gaps_counted, statistics.gaps_uncounted) == (0, 1)


def test_a_reboot_starts_the_count_anew() -> None:
    story = _opened()
    story.samples(sample_block(3, first=1000, boot_id=1))
    story.samples(sample_block(3, boot_id=2))
    story.stopped()
    statistics = _statistics(story)
    assert statistics.samples_missing == 0
    assert statistics.recorded_s == 0.06


def test_numbers_that_go_back_start_the_count_anew() -> None:
    story = _opened()
    story.samples(sample_block(2, sequence=[10, 11], device_us=[0, 10_000]))
    story.samples(sample_block(2, sequence=[5, 6], device_us=[50_000, 60_000]))
    story.stopped()
    statistics = _statistics(story)
    assert (statistics.samples_missing, statistics.recorded_s) == (0, 0.04)


def test_a_silence_may_hide_the_reboot_of_a_pen_that_tells_nothing() -> None:
    story = _opened()
    for first in (0, 500):
        story.samples(sample_block(2, first=first, counted=False, boot_id=None))
    story.stopped()
    assert _statistics(story).duration_s == 0.04


def test_dial_changes_are_the_pens_own_events() -> None:
    story = _opened()
    story.samples(sample_block(3, depth_um=[1000, 1500, 2000]))
    story.pen_event("depth_dial", 2.0)
    story.pen_event("rate_dial", 110.0)
    story.pen_event("button")
    story.pen_event("rate_dial", 120.0)
    story.stopped()
    assert _statistics(story).dial_changes == 3


def test_without_events_dial_changes_are_those_of_the_set_depth() -> None:
    story = _opened()
    story.samples(sample_block(3, depth_um=[1000, 1500, 1500]))
    story.samples(sample_block(2, first=3, depth_um=[2000, 2000]))
    story.stopped()
    assert _statistics(story).dial_changes == 2


def test_an_empty_segment_has_no_statistics_to_show() -> None:
    story = _opened()
    story.stopped()
    statistics = _statistics(story)
    assert (statistics.samples_received, statistics.completeness) == (0, None)
    assert (statistics.recorded_s, statistics.depth_set_mm) == (0.0, None)


def test_an_open_segment_shows_the_sample_that_is_held_back_too() -> None:
    story = _opened()
    story.samples(sample_block(3))
    assert _statistics(story).recorded_s == 0.03
