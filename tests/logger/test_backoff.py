"""Waits widen to a cap, with jitter, and honour the receiver's wish."""

import random

import pytest

from logger.backoff import CAP_S, RETRY_AFTER_CAP_S, Backoff


def test_waits_stay_within_a_window_that_doubles_up_to_the_cap() -> None:
    backoff = Backoff(random.Random(7))
    windows = [1, 2, 4, 8, 16, CAP_S, CAP_S, CAP_S]
    assert all(0 < backoff.next_wait_s() <= window for window in windows)


def test_two_pumps_do_not_come_back_together() -> None:
    ours, theirs = Backoff(random.Random(1)), Backoff(random.Random(2))
    assert [ours.next_wait_s() for _ in range(5)] != [theirs.next_wait_s() for _ in range(5)]


def test_a_success_narrows_the_window_again() -> None:
    backoff = Backoff(random.Random(7))
    for _ in range(10):
        backoff.next_wait_s()
    backoff.succeeded()
    assert backoff.next_wait_s() <= 1.0


@pytest.mark.parametrize(("wish_s", "least_s"), [(60.0, 60.0), (1e9, RETRY_AFTER_CAP_S), (-5, 0)])
def test_the_receivers_wish_is_honoured_within_reason(wish_s: float, least_s: float) -> None:
    assert least_s <= Backoff(random.Random(7)).next_wait_s(wish_s) <= least_s + 1.0
