"""The host's clock in a test's hands: of a real recorder, without touching this machine's.

A library of ``set_clock.c`` is preloaded into the recorder, which stays as it is installed.
"""

import secrets
import signal
import struct
import subprocess
import time
from collections.abc import Callable
from functools import cache
from mmap import mmap
from os import kill
from pathlib import Path
from tempfile import mkdtemp

_SOURCE = Path(__file__).with_name("set_clock.c")
S_NS = 1_000_000_000
YEAR_NS = 31_557_600 * S_NS


@cache
def _library() -> Path:
    built = Path(mkdtemp(prefix="needlelog-clock-")) / "set_clock.so"
    options = ("-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror")
    subprocess.run(["cc", *options, "-o", built, _SOURCE, "-ldl"], check=True)
    return built


class SetClock:
    """The clock of one machine; ``true_ns`` is what a clock that was never wrong would show.

    A recorder that is started ``under`` it reads UTC and CLOCK_BOOTTIME from here, whether
    it is synchronised, and which boot of the host this is.
    """

    def __init__(self, place: Path) -> None:
        path, self._boot_id = place / "clock", place / "boot_id"
        path.write_bytes(bytes(24))
        with path.open("r+b") as file:
            self._page = mmap(file.fileno(), 24)
        self._wall_ns = self._boottime_ns = self._slept_ns = 0
        self._synchronised = True
        self._name_boot()
        self._write()
        self.under = (
            "env",
            f"LD_PRELOAD={_library()}",
            f"SET_CLOCK_FILE={path}",
            f"SET_CLOCK_BOOT_ID={self._boot_id}",
        )

    @property
    def true_ns(self) -> int:
        """UTC in ns of the time that has really passed, sleep included."""
        return time.time_ns() + self._slept_ns

    @property
    def error_ns(self) -> int:
        """How far the clock is ahead of the truth."""
        return self._wall_ns - self._slept_ns

    def now_ns(self) -> int:
        """Return CLOCK_MONOTONIC as a pen has it: it goes on while the machine sleeps."""
        return time.monotonic_ns() + self._slept_ns

    def step(self, by_ns: int, *, synchronised: bool = False) -> None:
        """Set UTC; whoever sets it by hand ends that it is synchronised."""
        self._wall_ns += by_ns
        self._synchronised = synchronised
        self._write()

    def put_right(self) -> None:
        """Let time arrive: UTC is right, and the kernel holds it for synchronised."""
        self.step(-self.error_ns, synchronised=True)

    def sleep(self, for_ns: int, pid: int, waking: Callable[[], None] = lambda: None) -> None:
        """Suspend the machine: its process stands still, all clocks but monotonic go on.

        ``waking`` is what happens before the process goes on.
        """
        kill(pid, signal.SIGSTOP)
        while _state(pid) != "T":
            time.sleep(0.001)
        self._slept_ns += for_ns
        self._wall_ns += for_ns
        self._boottime_ns += for_ns
        self._write()
        waking()
        kill(pid, signal.SIGCONT)

    def reboot(self, error_ns: int) -> None:
        """Boot the machine with a clock that is ahead of the truth by ``error_ns``."""
        self._name_boot()
        self._boottime_ns = S_NS - time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        self.step(error_ns - self.error_ns)

    def _name_boot(self) -> None:
        self._boot_id.write_text(secrets.token_hex(16) + "\n", encoding="ascii")

    def _write(self) -> None:
        self._page[:] = struct.pack("=qqq", self._wall_ns, self._boottime_ns, self._synchronised)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
