"""Counters of a pen: order, repeats, missing samples and time since boot."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logger.recorder.continuity import Continuity, Ordered
from logger.recorder.counting import FEW, Missing, rises

PERIOD_US = 10_000
WRAP = 1 << 32


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def follow(sequence_modulus: int | None = WRAP, ticks_modulus_us: int | None = WRAP) -> Continuity:
    return Continuity(sequence_modulus, ticks_modulus_us, PERIOD_US)


def accept(continuity: Continuity, numbers: list[int], elapsed_us: int | None = None) -> Ordered:
    """Accept samples of these numbers, each at its regular time, as a pen would send them."""
    sequence = ints(*(n % (continuity.sequence_modulus or WRAP) for n in numbers))
    ticks = ints(*(n * PERIOD_US % (continuity.ticks_modulus_us or WRAP) for n in numbers))
    return continuity.accept(sequence, ticks, np.zeros(len(numbers), np.int64), elapsed_us)


def test_a_regular_run_is_taken_whole() -> None:
    ordered = accept(follow(), [5, 6, 7])
    assert ordered.sequence.tolist() == [5, 6, 7]
    assert ordered.device_us.tolist() == [50_000, 60_000, 70_000]
    assert ordered.missing == ()
    assert ordered.refused == {}


@pytest.mark.parametrize("count", [2, FEW, FEW + 1])
def test_few_numbers_rise_as_many_do(count: int) -> None:
    numbers = np.arange(count) * 3 - 5
    assert rises(numbers)
    numbers[-1] = numbers[-2]
    assert not rises(numbers)


def test_numbers_left_out_are_missing() -> None:
    ordered = accept(follow(), [5, 6, 9, 12])
    assert ordered.missing == (Missing(7, 8), Missing(10, 11))
    assert [m.count for m in ordered.missing] == [2, 2]


def test_numbers_missing_between_runs_are_found() -> None:
    continuity = follow()
    accept(continuity, [1, 2])
    assert accept(continuity, [5]).missing == (Missing(3, 4),)


def test_repeated_samples_are_left_out_and_counted() -> None:
    ordered = accept(follow(), [1, 2, 2, 3, 3, 3])
    assert ordered.sequence.tolist() == [1, 2, 3]
    assert ordered.refused == {"repeated": 3}


def test_swapped_samples_are_put_in_order() -> None:
    ordered = accept(follow(), [1, 3, 2, 4])
    assert ordered.sequence.tolist() == [1, 2, 3, 4]
    assert ordered.take is not None
    assert ordered.take.tolist() == [0, 2, 1, 3]
    assert ordered.missing == ()


def test_a_sample_given_up_before_is_late() -> None:
    continuity = follow()
    accept(continuity, [1, 3])
    assert accept(continuity, [2, 4]).refused == {"late": 1}


def test_sequence_and_ticks_are_unwrapped() -> None:
    continuity = follow()
    first = WRAP - 2
    accept(continuity, [first, first + 1])
    ordered = accept(continuity, [first + 2, first + 3])
    assert ordered.sequence.tolist() == [WRAP, WRAP + 1]
    assert np.diff(ordered.device_us).tolist() == [PERIOD_US]


def test_ticks_that_wrapped_while_the_link_was_lost_are_unwrapped_by_the_sequence() -> None:
    continuity = follow()
    accept(continuity, [100])
    later = 100 + 3 * WRAP // PERIOD_US
    ordered = accept(continuity, [later], elapsed_us=3 * WRAP - 50_000_000)
    assert ordered.device_us.tolist() == [later * PERIOD_US]
    assert ordered.missing == (Missing(101, later - 1),)


def test_a_short_sequence_that_wrapped_while_the_link_was_lost_is_unwrapped_by_host_time() -> None:
    continuity = follow(sequence_modulus=256)
    accept(continuity, [10])
    ordered = accept(continuity, [1010], elapsed_us=1000 * PERIOD_US + 300_000)
    assert ordered.sequence.tolist() == [1010]


def test_a_lone_sample_out_of_step_is_refused() -> None:
    continuity = follow()
    ordered = continuity.accept(
        ints(1, 2, 1_000_003, 4), ints(10_000, 20_000, 30_000, 40_000), np.zeros(4, np.int64)
    )
    assert ordered.sequence.tolist() == [1, 2, 4]
    assert ordered.refused == {"jump": 1}
    assert ordered.missing == (Missing(3, 3),)


def test_two_samples_in_the_same_new_step_are_believed() -> None:
    continuity = follow()
    accept(continuity, [1, 2])
    ticks = ints(90_030_000, 90_040_000)
    ordered = continuity.accept(ints(3, 4), ticks, np.zeros(2, np.int64))
    assert ordered.sequence.tolist() == [4]
    assert ordered.missing == (Missing(3, 3),)


@pytest.mark.parametrize("first", [0, 100, 900])
def test_a_run_far_behind_the_newest_means_a_reboot(first: int) -> None:
    continuity = follow()
    accept(continuity, [1000])
    assert continuity.goes_back(ints(first), ints(first * PERIOD_US))


@pytest.mark.parametrize("first", [990, 1000, 1001, 50_000])
def test_a_run_near_or_ahead_is_no_reboot(first: int) -> None:
    continuity = follow()
    accept(continuity, [1000])
    assert not continuity.goes_back(ints(first), ints(first * PERIOD_US))


def test_a_pen_without_counters_is_numbered_by_arrival() -> None:
    continuity = Continuity(None, None, None)
    ordered = continuity.accept(None, None, ints(5, 9))
    assert ordered.sequence.tolist() == [0, 1]
    assert ordered.device_us.tolist() == [5, 9]
    assert continuity.accept(None, None, ints(12)).sequence.tolist() == [2]


@given(
    start=st.integers(0, 1 << 40),
    steps=st.lists(st.integers(1, 40), min_size=1, max_size=60),
    cuts=st.lists(st.integers(0, 60), max_size=6),
)
def test_every_number_is_taken_or_missing_however_the_stream_is_cut(
    start: int, steps: list[int], cuts: list[int]
) -> None:
    numbers = (start + np.cumsum(steps)).tolist()
    continuity = follow()
    seen: list[int] = []
    missing: list[int] = []
    edges = sorted({0, len(numbers), *(c for c in cuts if c < len(numbers))})
    origin: int | None = None
    for low, high in pairwise(edges):
        ordered = accept(continuity, numbers[low:high])
        if origin is None:
            origin = numbers[0] - int(ordered.sequence[0])
        seen += [int(n) + origin for n in ordered.sequence]
        for hole in ordered.missing:
            missing += [n + origin for n in range(hole.first, hole.last + 1)]
    assert seen == numbers
    assert sorted(seen + missing) == list(range(numbers[0], numbers[-1] + 1))


@given(
    st.lists(st.integers(0, 1 << 32), max_size=50), st.lists(st.integers(0, 1 << 32), max_size=50)
)
def test_whatever_a_pen_counts_numbers_and_times_rise(one: list[int], two: list[int]) -> None:
    continuity = follow()
    numbers: list[int] = []
    times: list[int] = []
    for values in (one, two):
        ordered = continuity.accept(
            ints(*values), ints(*reversed(values)), np.zeros(len(values), np.int64)
        )
        numbers += ordered.sequence.tolist()
        times += ordered.device_us.tolist()
    assert all(a < b for a, b in pairwise(numbers))
    assert all(a < b for a, b in pairwise(times))
