"""When device time is tied to UTC anew."""

from drivers.model import HostTime
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
    anchoring.set(host(0.0), 0)
    return anchoring


def test_the_first_samples_need_an_anchor() -> None:
    assert Anchoring().reason_to_move(host(0.0), 0) == "link up"


def test_an_anchor_ties_device_time_to_the_wall_clock() -> None:
    anchor = Anchoring(number=41).set(host(1.0), 250)
    assert (anchor.number, anchor.utc_us, anchor.device_us) == (42, 1_700_000_001_000_000, 250)


def test_a_steady_pen_keeps_its_anchor() -> None:
    anchoring = anchored()
    assert {anchoring.reason_to_move(host(t), t * 1_000_000) for t in range(1, 60)} == {None}


def test_ten_years_forth_is_a_clock_step() -> None:
    assert anchored().reason_to_move(host(1.0, stepped_ns=10 * YEAR_NS), 1_000_000) == "clock step"


def test_ten_years_back_is_a_clock_step() -> None:
    assert anchored().reason_to_move(host(1.0, stepped_ns=-10 * YEAR_NS), 1_000_000) == "clock step"


def test_the_first_synchronisation_moves_the_anchor() -> None:
    anchoring = Anchoring()
    anchoring.set(host(0.0, synchronised=False), 0)
    assert anchoring.reason_to_move(host(1.0), 1_000_000) == "clock synchronised"


def test_a_pen_that_runs_fast_is_found_when_it_is_100_ms_ahead() -> None:
    anchoring = anchored()
    assert anchoring.reason_to_move(host(10.0), 10_090_000) is None
    assert anchoring.reason_to_move(host(11.0), 11_101_000) == "drift"


def test_a_pen_that_runs_slow_is_found_once_a_whole_window_was_late() -> None:
    anchoring = anchored()
    reasons = [anchoring.reason_to_move(host(t), t * 1_000_000 - 150_000) for t in range(1, 13)]
    assert reasons[:9] == [None] * 9
    assert "drift" in reasons[9:]


def test_a_host_that_was_busy_for_a_while_moves_nothing() -> None:
    anchoring = anchored()
    for t in range(1, 30):
        late_us = 900_000 if t in (12, 13, 14) else 0
        assert anchoring.reason_to_move(host(t), t * 1_000_000 - late_us) is None


def test_what_waited_through_a_long_sleep_moves_nothing() -> None:
    anchoring = anchored()
    for t in range(1, 30):
        assert anchoring.reason_to_move(host(t), t * 1_000_000) is None
    # The host slept for five minutes; the first samples read are those from before.
    assert anchoring.reason_to_move(host(330), 30_000_000) is None
    assert anchoring.reason_to_move(host(330.2), 330_200_000) is None


def test_a_pen_that_ran_slow_while_nobody_heard_it_is_found_later() -> None:
    anchoring = anchored()
    assert anchoring.reason_to_move(host(1), 1_000_000) is None
    reasons = [anchoring.reason_to_move(host(t), t * 1_000_000 - 9_000_000) for t in range(60, 72)]
    assert reasons[:9] == [None] * 9
    assert "drift" in reasons[9:]
