"""What is drawn of a block of samples."""

import numpy as np

from logger.review.live.strips import joined, strip_of
from tests.support.stories import EPOCH_NS, LIFTED, RESTING, sample_block, slice_block


def test_a_short_block_is_drawn_whole() -> None:
    strip, _ = strip_of(sample_block(3, depth_um=[500, 750, 1000], rate_dhz=900), None)
    assert strip.depth_set_mm == [0.5, 0.75, 1.0]
    assert strip.rate_hz == [90.0, 90.0, 90.0]
    assert (strip.from_ms, strip.time_ms) == (EPOCH_NS / 1e6, [0, 10, 20])


def test_what_is_not_measured_is_no_value() -> None:
    strip, _ = strip_of(sample_block(2), None)
    assert strip.depth_measured_mm == [None, None]


def test_a_long_block_keeps_its_extremes_and_its_end() -> None:
    rates = np.full(1000, 1000)
    rates[333], rates[700] = 1400, 10
    strip, _ = strip_of(sample_block(1000, rate_dhz=rates.tolist()), None)
    assert len(strip.time_ms) <= 7
    assert (min(strip.rate_hz, key=_known), max(strip.rate_hz, key=_known)) == (1.0, 140.0)
    assert strip.time_ms[-1] == 9990


def _known(value: float | None) -> float:
    assert value is not None
    return value


def test_missing_numbers_within_a_block_are_a_hole() -> None:
    strip, _ = strip_of(sample_block(4, sequence=[0, 1, 5, 6]), None)
    assert strip.rate_hz == [100.0, 100.0, None, 100.0, 100.0]
    assert strip.time_ms == sorted(strip.time_ms)


def test_missing_numbers_between_blocks_are_a_hole() -> None:
    _, end = strip_of(sample_block(10), None)
    strip, _ = strip_of(sample_block(2, first=11), end)
    assert strip.rate_hz == [None, 100.0, 100.0]


def test_blocks_that_follow_one_another_are_joined() -> None:
    block = sample_block(20)
    _, end = strip_of(slice_block(block, 0, 10), None)
    strip, _ = strip_of(slice_block(block, 10, 20), end)
    assert None not in strip.rate_hz


def test_another_power_up_of_the_pen_is_a_hole() -> None:
    _, end = strip_of(sample_block(10), None)
    strip, _ = strip_of(sample_block(2, first=10, boot_id=2), end)
    assert strip.rate_hz[0] is None


def test_where_a_pen_counts_nothing_a_second_of_silence_is_a_hole() -> None:
    block = sample_block(3, device_us=[0, 10_000, 1_200_000], counted=False)
    strip, _ = strip_of(block, None)
    assert strip.rate_hz == [100.0, 100.0, None, 100.0]


def test_motor_and_contact_are_those_of_the_newest_sample() -> None:
    strip, _ = strip_of(sample_block(2, status=[RESTING, LIFTED]), None)
    assert (strip.motor_on, strip.contact) == (True, False)


def test_strips_of_a_pen_are_joined_into_one() -> None:
    block = sample_block(4)
    one, end = strip_of(slice_block(block, 0, 2), None)
    other, _ = strip_of(slice_block(block, 2, 4), end)
    whole = joined([one, other])
    assert (whole.from_ms, whole.time_ms) == (EPOCH_NS / 1e6, [0, 10, 20, 30])
    assert (whole.sequence, whole.rate_hz) == (3, [100.0] * 4)
