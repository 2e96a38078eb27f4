"""The host's clocks: UTC, CLOCK_BOOTTIME, and whether the kernel trusts its own time."""

import ctypes
import time
from collections.abc import Callable
from pathlib import Path

from drivers.model import HostTime

Clock = Callable[[], HostTime]
"""Anything that reads the host's clocks; passed in wherever time is needed."""

_STA_UNSYNC = 0x0040
_TIME_ERROR = 5
_ASK_EVERY_NS = 1_000_000_000
_MOVED_NS = 10_000_000
_TOGETHER_NS = 1_000_000
_TRIES = 5


class _Timex(ctypes.Structure):
    """struct timex of adjtimex(2) as far as we read it; the rest is padding."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("padding", ctypes.c_byte * 256),
    )


class HostClock:
    """Reads the clocks of this machine.

    Whether the time is synchronised is asked of the kernel once a second, and at once
    where the clock has stepped: setting it ends what was known of it.
    """

    def __init__(self) -> None:
        self._adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
        self._synchronised = False
        self._asked_ns = 0
        self._offset_ns = 0

    def __call__(self) -> HostTime:
        """Return all clocks, read together."""
        boottime_ns, wall_ns = _read_together()
        moved_ns = wall_ns - boottime_ns - self._offset_ns
        if boottime_ns - self._asked_ns > _ASK_EVERY_NS or abs(moved_ns) > _MOVED_NS:
            self._asked_ns, self._offset_ns = boottime_ns, wall_ns - boottime_ns
            self._synchronised = self._ask_kernel()
        return HostTime(wall_ns, boottime_ns, self._synchronised)

    def _ask_kernel(self) -> bool:
        timex = _Timex(modes=0)
        state = self._adjtimex(ctypes.byref(timex))
        return state not in (-1, _TIME_ERROR) and not timex.status & _STA_UNSYNC


def _read_together() -> tuple[int, int]:
    """Return CLOCK_BOOTTIME and UTC of one moment.

    A busy machine may stop us in between, which would look like a step of the clock.
    """
    for _ in range(_TRIES):
        boottime_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        wall_ns = time.time_ns()
        if time.clock_gettime_ns(time.CLOCK_BOOTTIME) - boottime_ns < _TOGETHER_NS:
            break
    return boottime_ns, wall_ns


def host_boot_id() -> str:
    """Return the kernel's random id of this boot (random(4)), without dashes."""
    text = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    return text.strip().replace("-", "")
