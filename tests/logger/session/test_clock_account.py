"""By which clocks a session was recorded, and what a later reading knows better."""

from msgspec.structs import replace

from drivers.model import Anchor, HostTime
from logger.journal import kinds
from logger.session.clock_account import ClockAccount, clock_account
from logger.session.true_clock import Correction, Read, TrueClock
from tests.support.stories import EPOCH_NS, PEN, Story, only_session

S_NS = 1_000_000_000
YEAR_NS = 365 * 86_400 * S_NS
FIRST, SECOND = "a" * 32, "b" * 32


def _host(at_s: float, *, error_ns: int = 0, synchronised: bool = False) -> HostTime:
    """Return the clocks ``at_s`` after the epoch, UTC wrong by ``error_ns``."""
    at_ns = round(at_s * S_NS)
    return HostTime(EPOCH_NS + at_ns + error_ns, 1000 * S_NS + at_ns, synchronised)


def _anchor(
    number: int, host: HostTime, device_us: int, boot: str = FIRST, pen_boot: int = 1
) -> kinds.AnchorSet:
    return kinds.AnchorSet(
        anchor=Anchor(number, host.wall_ns // 1000, device_us),
        reason="link up",
        host=host,
        host_boot_id=boot,
        boot_id=pen_boot,
    )


def _changed(host: HostTime, step_ns: int = 0) -> kinds.ClockChanged:
    reason = "synchronised" if host.synchronised else "step"
    return kinds.ClockChanged(reason=reason, host=host, host_boot_id=FIRST, step_ns=step_ns)


def _readings(story: Story) -> list[Read]:
    found = []
    for entry in story.entries:
        if entry.kind in ("anchor.set", "clock.changed"):
            told = kinds.decode(entry.kind, entry.payload or b"")
            assert isinstance(told, kinds.AnchorSet | kinds.ClockChanged)
            found.append(Read(entry.position, entry.stream, told))
    return found


def _account(story: Story) -> ClockAccount:
    return clock_account(only_session(story), _readings(story))


def test_a_good_clock_leaves_nothing_to_correct() -> None:
    story = Story()
    story.append(_anchor(1, _host(1, synchronised=True), 0))
    story.started()
    story.stopped()
    account = _account(story)
    assert (account.synchronised, account.steps, account.duration_s) == (True, 0, 1.0)
    assert (account.corrected_started_unix_ns, account.corrected_ended_unix_ns) == (None, None)
    assert [one.number for one in account.anchors] == [1]


def _set_back(story: Story, position: int, by_ns: int) -> None:
    """Let the entry at ``position`` be told under a clock that was set back meanwhile."""
    entry = story.entries[position - 1]
    story.entries[position - 1] = replace(entry, time_ns=entry.time_ns - by_ns)


def _began_ten_years_late() -> Story:
    story = Story()
    story.append(_anchor(1, _host(1), 0))
    story.started()
    right = _host(3, error_ns=-10 * YEAR_NS, synchronised=True)
    story.append(_changed(right, -10 * YEAR_NS))
    _set_back(story, story.stopped(), 10 * YEAR_NS)
    return story


def test_a_session_that_began_under_a_wrong_clock_lasted_no_longer() -> None:
    account = _account(_began_ten_years_late())
    assert account.duration_s == 2.0
    assert (account.steps, account.synchronised) == (1, False)


def test_the_corrected_start_stands_beside_with_who_knows_it() -> None:
    story = _began_ten_years_late()
    account = _account(story)
    assert account.corrected_started_unix_ns == story.time_of(2) - 10 * YEAR_NS
    assert account.corrected_ended_unix_ns is None
    wrong, right = account.stretches
    assert wrong.corrected == Correction(correction_ns=-10 * YEAR_NS, by_position=3)
    assert (right.step_ns, right.corrected) == (-10 * YEAR_NS, None)


def test_an_anchor_of_a_wrong_clock_is_told_as_such() -> None:
    (anchor,) = _account(_began_ten_years_late()).anchors
    assert anchor.corrected == Correction(correction_ns=-10 * YEAR_NS, by_position=3)


def test_a_clock_that_nobody_ever_vouched_for_corrects_nothing() -> None:
    story = Story()
    story.append(_anchor(1, _host(1), 0))
    story.started()
    story.append(_changed(_host(3, error_ns=YEAR_NS), YEAR_NS))
    account = _account(story)
    assert (account.steps, account.corrected_started_unix_ns) == (1, None)


def test_a_pen_that_ran_through_a_reboot_ties_the_dead_clock_to_the_true_one() -> None:
    # 100 s by the pen lie between the anchors; the first boot's clock was 50 years early.
    dead = _anchor(1, _host(0, error_ns=-50 * YEAR_NS), 5_000_000)
    alive = HostTime(EPOCH_NS + 100 * S_NS, 20 * S_NS, True)
    later = _anchor(2, alive, 105_000_000, boot=SECOND)
    clock = TrueClock([Read(1, PEN, dead), Read(2, PEN, later)], PEN)
    assert clock.correction(FIRST, dead.host.wall_ns - dead.host.boottime_ns) == Correction(
        correction_ns=50 * YEAR_NS, by_position=2
    )
    assert clock.true_ns(FIRST, 1000 * S_NS) == EPOCH_NS


def test_a_pen_that_was_rebooted_too_ties_nothing() -> None:
    dead = _anchor(1, _host(0, error_ns=-50 * YEAR_NS), 5_000_000)
    alive = HostTime(EPOCH_NS + 100 * S_NS, 20 * S_NS, True)
    later = _anchor(2, alive, 1_000_000, boot=SECOND, pen_boot=2)
    clock = TrueClock([Read(1, PEN, dead), Read(2, PEN, later)], PEN)
    assert clock.true_ns(FIRST, 1000 * S_NS) is None


def test_the_newest_synchronised_reading_of_a_boot_is_believed() -> None:
    wrong = _changed(_host(0, error_ns=S_NS, synchronised=True))
    right = _changed(_host(5, synchronised=True))
    clock = TrueClock([Read(1, "", wrong), Read(2, "", right)], PEN)
    assert clock.true_ns(FIRST, 1000 * S_NS) == EPOCH_NS
