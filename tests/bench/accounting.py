"""What a process and its children have cost, read from outside of it."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_SCHEDULER_CLOCK = 2
_CUTIME, _CSTIME = 13, 14
_TRIES = 20

_Number = TypeVar("_Number", int, float)


def cpu_s(pid: int) -> float:
    """Return user + system seconds of a process and all that it started, ended ones included.

    The living are read from their CPU clocks: the sum of utime and stime in
    /proc/PID/stat, but in ns instead of ticks of 10 ms. Those that ended stand in
    their parent's cutime and cstime.
    """
    return _undisturbed(
        lambda: sum(_clock_s(member) + _ended_children_s(member) for member in _family(pid))
    )


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process and all that it started and that lives."""
    return _undisturbed(lambda: sum(own_resident_bytes(member) for member in _family(pid)))


def own_resident_bytes(pid: int) -> int:
    """Return the resident memory of a process without those that it started."""
    return int(_proc(pid, "statm").split()[1]) * _PAGE_BYTES


def _undisturbed(read: Callable[[], _Number]) -> _Number:
    """Return what ``read`` does, anew where a child or thread ended in between."""
    for _ in range(_TRIES):
        try:
            return read()
        except OSError:
            continue
    return read()


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _clock_s(pid: int) -> float:
    # CPUCLOCK_SCHED of another process, as clock_getcpuclockid(3) makes it.
    return time.clock_gettime((~pid << 3) | _SCHEDULER_CLOCK)


def _ended_children_s(pid: int) -> float:
    # The name, in brackets, may hold spaces; the fields are counted from behind it.
    fields = _proc(pid, "stat").rpartition(")")[2].split()
    return (int(fields[_CUTIME]) + int(fields[_CSTIME])) / _TICKS_PER_S


def _proc(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
