import pytest
from msgspec.structs import replace

from drivers.model import HostTime
from logger.journal.kinds import (
    SessionContinued,
    SessionInterrupted,
    SessionLapsed,
    SessionStopped,
)
from logger.session.keeper import Keeper, KeeperLimits, LastSigns
from logger.session.model import ClockState, HostMoment
from logger.session.orders import OpenSession
from tests.support.orders import open_session

ID = "20261122-ab12"
_S = 1_000_000_000
_LIMITS = KeeperLimits(resume_within_s=600, close_after_s=3600)


def _at(seconds: float, wall_s: float | None = None) -> HostTime:
    """Return the clocks ``seconds`` after boot; the wall is 1000 s ahead unless told."""
    wall_s = 1000 + seconds if wall_s is None else wall_s
    return HostTime(round(wall_s * _S), round(seconds * _S), True)


def _interrupted(keeper: Keeper, at_s: float = 0) -> None:
    keeper.link_lost([open_session()], "NP-1", "unplugged", _at(at_s))


def test_a_lost_link_interrupts_the_session_of_that_pen() -> None:
    sessions = [open_session(), open_session("20261122-cd34", pen="NP-2")]
    assert Keeper(_LIMITS).link_lost(sessions, "NP-1", "unplugged", _at(0)) == [
        SessionInterrupted(session=ID, reason="unplugged")
    ]


def test_a_session_is_interrupted_once() -> None:
    keeper = Keeper(_LIMITS)
    _interrupted(keeper)
    one = open_session(state="interrupted")
    assert keeper.link_lost([one], "NP-1", "silent", _at(1)) == []


def test_the_same_pen_back_in_time_goes_on() -> None:
    keeper = Keeper(_LIMITS)
    _interrupted(keeper)
    back = keeper.link_up([open_session(state="interrupted")], "NP-1", _at(600))
    assert back == [SessionContinued(session=ID, after_s=600.0)]


def test_the_same_pen_back_too_late_lapses() -> None:
    keeper = Keeper(_LIMITS)
    _interrupted(keeper)
    back = keeper.link_up([open_session(state="interrupted")], "NP-1", _at(601))
    assert back == [SessionLapsed(session=ID, after_s=601.0)]


def test_a_link_that_comes_back_within_one_commit_goes_on() -> None:
    keeper = Keeper(_LIMITS)
    before = [open_session()]
    keeper.link_lost(before, "NP-1", "unplugged", _at(0))
    assert keeper.link_up(before, "NP-1", _at(0.1)) == [SessionContinued(session=ID, after_s=0.1)]


def test_a_link_that_comes_back_and_goes_again_within_one_commit_is_interrupted() -> None:
    keeper = Keeper(_LIMITS)
    _interrupted(keeper)
    before = [open_session(state="interrupted")]
    keeper.link_up(before, "NP-1", _at(1))
    assert keeper.link_lost(before, "NP-1", "silent", _at(1.1)) == [
        SessionInterrupted(session=ID, reason="silent")
    ]


def test_a_link_that_was_never_lost_changes_nothing() -> None:
    assert Keeper(_LIMITS).link_up([open_session()], "NP-1", _at(0)) == []


def test_another_pen_continues_nothing() -> None:
    keeper = Keeper(_LIMITS)
    _interrupted(keeper)
    assert keeper.link_up([open_session(state="interrupted")], "NP-2", _at(1)) == []


def test_a_pen_that_stays_away_lapses_by_itself() -> None:
    keeper = Keeper(_LIMITS)
    _interrupted(keeper)
    gone = [open_session(state="interrupted")]
    assert keeper.tick(gone, _at(600)) == []
    assert keeper.tick(gone, _at(601)) == [SessionLapsed(session=ID, after_s=601.0)]


def test_a_step_of_the_wall_clock_lapses_nothing() -> None:
    keeper = Keeper(_LIMITS)
    _interrupted(keeper)
    assert keeper.tick([open_session(state="interrupted")], _at(10, wall_s=99_999_999)) == []


@pytest.mark.parametrize("state", ["open", "paused", "lapsed"])
def test_an_hour_without_motor_on_closes_at_the_last_one(state: str) -> None:
    keeper = Keeper(_LIMITS)
    idle = [open_session(state=state, last_motor_on_position=17, last_motor_on_unix_ns=1234)]
    assert keeper.tick(idle, _at(0)) == []
    assert keeper.tick(idle, _at(3600)) == []
    assert keeper.tick(idle, _at(3601)) == [
        SessionStopped(session=ID, reason="forgotten", ended_position=17, ended_unix_ns=1234)
    ]


def test_motor_on_starts_the_hour_again() -> None:
    keeper = Keeper(_LIMITS)
    keeper.tick([open_session(last_motor_on_position=17)], _at(0))
    keeper.tick([open_session(last_motor_on_position=18)], _at(3000))
    assert keeper.tick([open_session(last_motor_on_position=18)], _at(3601)) == []


def test_a_session_that_never_worked_is_closed_where_it_began() -> None:
    keeper = Keeper(_LIMITS)
    keeper.tick([open_session()], _at(0))
    assert keeper.tick([open_session()], _at(4000)) == [
        SessionStopped(session=ID, reason="forgotten", ended_position=5, ended_unix_ns=1000)
    ]


# After a restart: the journal's last entry was at wall 1100 s, which was 100 s after boot.
_SAME_BOOT = LastSigns(
    last_entry_ns=1100 * _S,
    clock=ClockState(host_boot_id="a", synchronised=True, offset_ns=1000 * _S),
    host_boot_id="a",
)
_OTHER_BOOT = LastSigns(
    last_entry_ns=1100 * _S,
    clock=ClockState(host_boot_id="b", synchronised=True, offset_ns=1000 * _S),
    host_boot_id="a",
)


def test_a_restart_interrupts_and_the_pen_goes_on_if_it_was_short() -> None:
    keeper = Keeper(_LIMITS)
    one = open_session(started_unix_ns=1050 * _S)
    assert keeper.recorder_started([one], _SAME_BOOT, _at(130)) == [
        SessionInterrupted(session=ID, reason="recorder restarted")
    ]
    back = keeper.link_up([open_session(state="interrupted")], "NP-1", _at(140))
    assert back == [SessionContinued(session=ID, after_s=40.0)]


def test_a_long_absence_of_the_recorder_lapses() -> None:
    keeper = Keeper(_LIMITS)
    keeper.recorder_started([open_session(started_unix_ns=1050 * _S)], _SAME_BOOT, _at(801))
    back = keeper.link_up([open_session(state="interrupted")], "NP-1", _at(801))
    assert back == [SessionLapsed(session=ID, after_s=701.0)]


def test_a_clock_set_during_the_absence_does_no_harm_within_a_boot() -> None:
    keeper = Keeper(_LIMITS)
    now = _at(130, wall_s=5_000_000)
    keeper.recorder_started([open_session(started_unix_ns=1050 * _S)], _SAME_BOOT, now)
    back = keeper.link_up([open_session(state="interrupted")], "NP-1", now)
    assert back == [SessionContinued(session=ID, after_s=30.0)]


def test_across_boots_the_wall_clock_is_believed() -> None:
    keeper = Keeper(_LIMITS)
    now = _at(20, wall_s=1160)
    keeper.recorder_started([open_session(started_unix_ns=1050 * _S)], _OTHER_BOOT, now)
    back = keeper.link_up([open_session(state="interrupted")], "NP-1", now)
    assert back == [SessionContinued(session=ID, after_s=60.0)]


def test_a_wall_clock_that_went_back_across_boots_lapses() -> None:
    keeper = Keeper(_LIMITS)
    now = _at(20, wall_s=50)
    keeper.recorder_started([open_session(started_unix_ns=1050 * _S)], _OTHER_BOOT, now)
    (back,) = keeper.link_up([open_session(state="interrupted")], "NP-1", now)
    assert isinstance(back, SessionLapsed)


def test_an_interruption_from_before_the_restart_goes_on() -> None:
    keeper = Keeper(_LIMITS)
    gone = open_session(state="interrupted", started_unix_ns=1050 * _S, broken_unix_ns=1060 * _S)
    assert keeper.recorder_started([gone], _SAME_BOOT, _at(130)) == []
    assert keeper.link_up([gone], "NP-1", _at(130)) == [SessionContinued(session=ID, after_s=70.0)]


def test_motor_on_under_a_clock_that_was_wrong_by_years_forgets_nothing() -> None:
    keeper = Keeper(_LIMITS)
    # The motor ran 50 s before the restart; the clock said 10 years less then.
    worked = open_session(
        last_motor_on_position=17,
        last_motor_on_unix_ns=1080 * _S - 10 * 365 * 86_400 * _S,
        active_at=HostMoment(host_boot_id="a", boottime_ns=80 * _S),
    )
    keeper.recorder_started([worked], _SAME_BOOT, _at(130))
    assert keeper.tick([worked], _at(131)) == []
    (closed,) = keeper.tick([worked], _at(80 + 3601))
    assert isinstance(closed, SessionStopped)


def test_a_loss_under_a_clock_that_was_wrong_by_years_lapses_nothing() -> None:
    keeper = Keeper(_LIMITS)
    gone = open_session(
        state="interrupted",
        broken_unix_ns=1060 * _S - 10 * 365 * 86_400 * _S,
        broken_at=HostMoment(host_boot_id="a", boottime_ns=60 * _S),
    )
    keeper.recorder_started([gone], _SAME_BOOT, _at(130))
    assert keeper.link_up([gone], "NP-1", _at(130)) == [SessionContinued(session=ID, after_s=70.0)]


def test_a_clock_that_nobody_vouches_for_after_a_reboot_closes_nothing() -> None:
    keeper = Keeper(_LIMITS)
    worked = open_session(last_motor_on_position=17, last_motor_on_unix_ns=1080 * _S)
    now = _at(20, wall_s=900_000_000)
    keeper.recorder_started([worked], _OTHER_BOOT, replace(now, synchronised=False))
    assert not any(
        isinstance(one, SessionStopped)
        for one in keeper.tick([worked], _at(21, wall_s=900_000_001))
    )


def test_a_second_start_after_such_a_reboot_closes_nothing_either() -> None:
    keeper = Keeper(_LIMITS)
    worked = open_session(
        state="lapsed",
        last_motor_on_position=17,
        last_motor_on_unix_ns=1080 * _S - 10 * 365 * 86_400 * _S,
        active_at=HostMoment(host_boot_id="b", boottime_ns=80 * _S),
    )
    keeper.recorder_started([worked], _SAME_BOOT, replace(_at(130), synchronised=False))
    assert keeper.tick([worked], _at(131)) == []


def _worked_before_the_reboot() -> OpenSession:
    """Return a session at work 80 s after a boot that knew the time only later."""
    return open_session(
        state="lapsed",
        last_motor_on_position=17,
        last_motor_on_unix_ns=80 * _S - 50 * 365 * 86_400 * _S,
        active_at=HostMoment(host_boot_id="b", boottime_ns=80 * _S),
    )


def test_motor_on_under_a_dead_clock_is_timed_by_what_that_boot_learnt_later() -> None:
    keeper, worked = Keeper(_LIMITS), _worked_before_the_reboot()
    keeper.recorder_started([worked], _OTHER_BOOT, _at(20, wall_s=1080 + 600))
    assert keeper.tick([worked], _at(21, wall_s=1080 + 601)) == []


def test_idle_time_before_a_reboot_counts_where_both_boots_knew_the_time() -> None:
    keeper, worked = Keeper(_LIMITS), _worked_before_the_reboot()
    keeper.recorder_started([worked], _OTHER_BOOT, _at(20, wall_s=1080 + 3590))
    (closed,) = keeper.tick([worked], _at(31, wall_s=1080 + 3601))
    assert isinstance(closed, SessionStopped)


def test_idle_time_before_the_restart_counts() -> None:
    keeper = Keeper(_LIMITS)
    idle = [
        open_session(
            state="lapsed",
            last_motor_on_position=17,
            last_motor_on_unix_ns=1000 * _S,
        )
    ]
    keeper.recorder_started(idle, _SAME_BOOT, _at(3000))
    (closed,) = keeper.tick(idle, _at(3601))
    assert isinstance(closed, SessionStopped)
