"""What the journal is told of the host's clock, and the readings behind it."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from drivers.model import HostTime
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.recorder.clock import HostClock
from logger.recorder.clock_watch import ClockWatch, told_alone
from logger.session.model import ClockState

S_NS = 1_000_000_000
BOOT = "b0" * 16


def at(boot_s: float, wall_s: float, *, synchronised: bool = True) -> HostTime:
    return HostTime(round(wall_s * S_NS), round(boot_s * S_NS), synchronised)


def payload(drafts: list[Draft]) -> Any:
    (draft,) = drafts
    return kinds.decode(draft.kind, draft.payload)


def test_a_clock_that_runs_on_is_not_worth_a_word() -> None:
    watch = ClockWatch(BOOT, at(0, 1000))
    assert [watch.noticed(at(s, 1000 + s)) for s in range(1, 5)] == [[]] * 4


def test_a_suspend_is_no_step() -> None:
    assert ClockWatch(BOOT, at(0, 1000)).noticed(at(30_000, 31_000)) == []


@pytest.mark.parametrize("step_s", [315_000_000, -315_000_000, 0.2])
def test_a_step_is_told_with_its_size(step_s: float) -> None:
    watch = ClockWatch(BOOT, at(0, 1_000_000_000))
    told = payload(watch.noticed(at(1, 1_000_000_001 + step_s)))
    assert (told.reason, told.step_ns, told.host_boot_id) == ("step", round(step_s * S_NS), BOOT)
    assert (watch.steps, watch.last_step_ns) == (1, told.step_ns)


def test_many_small_steps_add_up_to_one() -> None:
    watch = ClockWatch(BOOT, at(0, 1000))
    told = [len(watch.noticed(at(n, 1000 + n + n * 0.04))) for n in range(1, 7)]
    assert told == [0, 0, 1, 0, 0, 1]


def test_time_that_arrives_is_told_with_its_step() -> None:
    watch = ClockWatch(BOOT, at(5, 0, synchronised=False))
    told = payload(watch.noticed(at(60, 1_000_000_000)))
    assert (told.reason, told.step_ns) == ("synchronised", 999_999_945 * S_NS)


def test_synchronisation_that_ends_is_told() -> None:
    watch = ClockWatch(BOOT, at(0, 1000))
    told = payload(watch.noticed(at(1, 1001, synchronised=False)))
    assert (told.reason, told.step_ns) == ("unsynchronised", 0)


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (None, 0),
        (ClockState(host_boot_id=BOOT, synchronised=True, offset_ns=1000 * S_NS), 0),
        (ClockState(host_boot_id=BOOT, synchronised=False, offset_ns=1000 * S_NS), 1),
        (ClockState(host_boot_id=BOOT, synchronised=True, offset_ns=0), 1),
        (ClockState(host_boot_id="other", synchronised=True, offset_ns=1000 * S_NS), 1),
    ],
)
def test_who_appends_alone_tells_of_a_clock_that_the_journal_does_not_know(
    known: ClockState | None, told: int
) -> None:
    assert len(told_alone(known, at(5, 1005), BOOT)) == told


def test_a_reading_that_was_interrupted_is_taken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # Half a second passes between the first reading of one clock and that of the other.
    boottime_ns = iter([0, S_NS // 2, S_NS // 2, S_NS // 2 + 10])
    monkeypatch.setattr(time, "clock_gettime_ns", lambda _: next(boottime_ns))
    monkeypatch.setattr(time, "time_ns", lambda: 7)
    host = HostClock()()
    assert (host.boottime_ns, host.wall_ns) == (S_NS // 2, 7)


def test_a_step_has_the_kernel_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HostClock()
    answers: Callable[[], bool] = iter([True, False]).__next__
    monkeypatch.setattr(HostClock, "_ask_kernel", lambda _: answers())
    assert clock().synchronised
    stepped_ns = time.time_ns() + S_NS
    monkeypatch.setattr(time, "time_ns", lambda: stepped_ns)
    assert not clock().synchronised
