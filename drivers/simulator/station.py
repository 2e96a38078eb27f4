"""A pen on its link: hands over the bytes that are due and says what became of each frame."""

from collections.abc import Callable
from itertools import accumulate
from typing import Self

import numpy as np

from drivers.simulator.account import Account
from drivers.simulator.burst import Burst, Fate
from drivers.simulator.log import LogWriter
from drivers.simulator.pen import VirtualPen
from drivers.simulator.pty_link import PtyLink

_AHEAD_SAMPLES = 256


class Station:
    """One pen, its PTY and its log; ``now_ns`` reads CLOCK_MONOTONIC."""

    def __init__(
        self, pen: VirtualPen, link: PtyLink, log: LogWriter | None, now_ns: Callable[[], int]
    ) -> None:
        self.pen = pen
        self.link = link
        self.account = Account(log)
        self._log = log
        self.time_us = -1
        self._now_ns = now_ns
        # Whether the line got the beginning of a frame and not its end.
        self._is_cut = False
        self._pending: tuple[Burst, bytes, int] | None = None

    def play(self, to_us: int) -> None:
        """Write what is due until ``to_us``; what the line does not take is lost."""
        plugged = self.pen.plugged_at(to_us)
        if plugged:
            self.link.plug()
        self.pen.write(self.link.read())
        burst = self.pen.burst(to_us)
        if not self.link.has_reader():
            burst.swallow(Fate.UNREAD)
            self._is_cut = False
        data = burst.data()
        taken = self.link.write(data)
        if taken and self._is_cut:
            burst.spoil_first()
            self._is_cut = False
        if taken < len(data):
            whole = _whole_frames(burst, taken)
            self._is_cut |= taken > sum(len(frame) for frame in burst.frames[:whole])
            burst.swallow(Fate.UNREAD, whole)
        if not plugged:
            self.link.unplug()
        self.time_us = to_us
        self.account.settle(burst, taken, self._now_ns())

    def play_ahead(self, sleep: Callable[[float], None], until_us: int | None) -> bool:
        """Write as much as the line takes, making more when all is written; nothing is lost.

        Return False where the line takes nothing now.
        """
        if not self.link.plugged and self.pen.plugged_at(self.time_us):
            self.link.plug()
        if self.link.plugged and not self.link.has_reader():
            return False
        if self._pending is None:
            self._pending = self._make_ahead(until_us)
        burst, data, done = self._pending
        taken = self.link.write(data[done:])
        self._pending = (burst, data, done + taken)
        if done + taken < len(data):
            return taken > 0
        self._pending = None
        self.account.settle(burst, len(data), self._now_ns())
        if not self.pen.plugged_at(self.time_us):
            self.link.drain(sleep)
            self.link.unplug()
        return True

    @property
    def is_writing(self) -> bool:
        """Whether frames are made and not yet all written."""
        return self._pending is not None

    def finish(self) -> None:
        """Account for what was made and not written."""
        if self._pending is not None:
            burst, _, done = self._pending
            burst.swallow(Fate.UNREAD, _whole_frames(burst, done))
            self._pending = None
            self.account.settle(burst, done, self._now_ns())
        self.account.flush()

    def close(self) -> None:
        """Unplug, and close the log; may be called again."""
        self.link.unplug()
        if self._log is not None:
            self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _make_ahead(self, until_us: int | None) -> tuple[Burst, bytes, int]:
        self.pen.write(self.link.read())
        to_us = self.time_us + _AHEAD_SAMPLES * self.pen.settings.period_us
        self.time_us = to_us if until_us is None else min(to_us, until_us)
        burst = self.pen.burst(self.time_us)
        return burst, burst.data(), 0


def _whole_frames(burst: Burst, taken: int) -> int:
    """Return how many frames lie whole within the first ``taken`` bytes."""
    ends = list(accumulate(len(frame) for frame in burst.frames))
    return int(np.searchsorted(ends, taken, side="right"))
