"""Tells when a commit is due, and has pens read on while one takes long."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Pulse:
    """One timer for both: a commit is due an interval after the last began.

    ``read`` keeps what pens say; it is called an interval after a commit began that is
    still under way, and each interval from then on.
    """

    def __init__(self, interval_s: float, read: Callable[[], None]) -> None:
        self._interval_s = interval_s
        self._read = read
        self._due = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._writing = False

    def hurry(self) -> None:
        """Let a commit be due now."""
        self._due.set()

    async def due(self) -> None:
        """Return when a commit is due."""
        self._beat_later()
        await self._due.wait()
        self._due.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Yield while a commit is under way."""
        self._writing = True
        self._beat_later()
        try:
            yield
        finally:
            self._writing = False

    def _beat_later(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._interval_s, self._beat)

    def _beat(self) -> None:
        self._timer = None
        if self._writing:
            self._read()
            self._beat_later()
        else:
            self._due.set()
