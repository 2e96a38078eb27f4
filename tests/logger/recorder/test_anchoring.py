"""When device time is tied to UTC anew."""

from drivers.model import Anchor, HostTime
from logger.recorder.anchoring import Anchoring

S_NS = 1_000_000_000
YEAR_NS = 365 * 86_400 * S_NS
START_WALL_NS = 1_700_000_000 * S_NS


def host(at_s: float, *, stepped_ns: int = 0, synchronised: bool = True) -> HostTime:
    """Return the clocks ``at_s`` after the start, the wall clock set off by ``stepped_ns``."""
    at_ns = round(at_s * S_NS)
    return HostTime(START_WALL_NS + at_ns + stepped_ns, 5 * S_NS + at_ns, synchronised)


def anchored() -> Anchoring:
    anchoring = Anchoring()
    anchoring.follow(host(0.0), 0)
    return anchoring


def moved(anchoring: Anchoring, at: HostTime, device_us: int) -> str | None:
    """Return why samples that end at ``device_us``, read at ``at``, get a new anchor."""
    return anchoring.follow(at, device_us)[1]


def shown_s(anchor: Anchor, device_us: int) -> float:
    """Return the time of a sample, in s after the start."""
    return (anchor.utc_ns(device_us) // 1000 * 1000 - START_WALL_NS) / S_NS


def test_the_first_samples_need_an_anchor() -> None:
    assert moved(Anchoring(), host(0.0), 0) == "link up"


def test_an_anchor_ties_device_time_to_the_wall_clock() -> None:
    anchor, _ = Anchoring(number=41).follow(host(1.0), 250)
    assert (anchor.number, anchor.utc_us, anchor.device_us) == (42, 1_700_000_001_000_000, 250)


def test_a_steady_pen_keeps_its_anchor() -> None:
    anchoring = anchored()
    assert {moved(anchoring, host(t), t * 1_000_000) for t in range(1, 60)} == {None}


def test_ten_years_forth_is_a_clock_step() -> None:
    assert moved(anchored(), host(1.0, stepped_ns=10 * YEAR_NS), 1_000_000) == "clock step"


def test_ten_years_back_is_a_clock_step() -> None:
    assert moved(anchored(), host(1.0, stepped_ns=-10 * YEAR_NS), 1_000_000) == "clock step"


def test_the_first_synchronisation_moves_the_anchor() -> None:
    anchoring = Anchoring()
    anchoring.follow(host(0.0, synchronised=False), 0)
    assert moved(anchoring, host(1.0), 1_000_000) == "clock synchronised"


def test_a_pen_that_runs_fast_is_found_when_it_is_100_ms_ahead() -> None:
    anchoring = anchored()
    assert moved(anchoring, host(10.0), 10_090_000) is None
    assert moved(anchoring, host(11.0), 11_101_000) == "drift"


def test_a_pen_that_runs_slow_is_found_once_a_whole_window_was_late() -> None:
    anchoring = anchored()
    reasons = [moved(anchoring, host(t), t * 1_000_000 - 150_000) for t in range(1, 13)]
    assert reasons[:9] == [None] * 9
    assert "drift" in reasons[9:]


def test_a_host_that_was_busy_for_a_while_moves_nothing() -> None:
    anchoring = anchored()
    for t in range(1, 30):
        late_us = 900_000 if t in (12, 13, 14) else 0
        assert moved(anchoring, host(t), t * 1_000_000 - late_us) is None


def test_what_waited_through_a_long_sleep_moves_nothing() -> None:
    anchoring = anchored()
    for t in range(1, 30):
        assert moved(anchoring, host(t), t * 1_000_000) is None
    # The host slept for five minutes; the first samples read are those from before.
    assert moved(anchoring, host(330), 30_000_000) is None
    assert moved(anchoring, host(330.2), 330_200_000) is None


def test_a_pen_that_ran_slow_while_nobody_heard_it_is_found_later() -> None:
    anchoring = anchored()
    assert moved(anchoring, host(1), 1_000_000) is None
    reasons = [moved(anchoring, host(t), t * 1_000_000 - 9_000_000) for t in range(60, 72)]
    assert reasons[:9] == [None] * 9
    assert "drift" in reasons[9:]


def unsynchronised_for_30_s() -> Anchoring:
    anchoring = Anchoring()
    for t in range(31):
        anchoring.follow(host(t, synchronised=False), t * 1_000_000)
    return anchoring


def test_a_synchronisation_during_a_sleep_leaves_what_had_waited_where_it_was() -> None:
    # Made at 30.1 s, read 15 s later: the host slept, and was synchronised meanwhile.
    anchor, reason = unsynchronised_for_30_s().follow(host(45.2), 30_100_000)
    assert (reason, shown_s(anchor, 30_100_000)) == ("clock synchronised", 30.1)


def test_a_step_during_a_sleep_is_added_to_the_time_of_what_had_waited() -> None:
    slept = host(45.2, stepped_ns=-3600 * S_NS, synchronised=False)
    anchor, reason = unsynchronised_for_30_s().follow(slept, 30_100_000)
    assert (reason, shown_s(anchor, 30_100_000)) == ("clock step", 30.1 - 3600)


def test_what_comes_after_the_sleep_keeps_that_anchor() -> None:
    anchoring = unsynchronised_for_30_s()
    anchoring.follow(host(45.2), 30_100_000)
    assert moved(anchoring, host(45.4), 45_400_000) is None


def test_a_step_that_finds_the_pen_ahead_believes_the_arrival() -> None:
    stepped = host(1.0, stepped_ns=3600 * S_NS)
    anchor, _ = anchored().follow(stepped, 1_080_000)
    assert shown_s(anchor, 1_080_000) == 3601.0


def test_steps_do_not_hide_a_pen_that_runs_slow() -> None:
    anchoring, shown = anchored(), 0.0
    for t in range(1, 14):
        device_us = t * 1_000_000 - 150_000
        anchor, reason = anchoring.follow(host(t, stepped_ns=t * 3600 * S_NS), device_us)
        shown = shown_s(anchor, device_us) - t * 3600
        assert reason == "clock step"
    assert shown == 13.0


def test_drift_that_shows_in_a_late_read_moves_the_anchor_by_the_drift_alone() -> None:
    anchoring = anchored()
    for t in range(1, 10):
        assert moved(anchoring, host(t), t * 1_000_000 - 150_000) is None
    # This read came 3 s late, since the host was busy.
    anchor, reason = anchoring.follow(host(13.0), 10_000_000 - 150_000)
    assert (reason, shown_s(anchor, 10_000_000 - 150_000)) == ("drift", 10.0)
