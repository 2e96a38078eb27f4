"""The journal as those see it who follow it: sinks, and whoever shows what is new."""

import asyncio
from collections.abc import Sequence

from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.journal.tail import Tail


class Feed:
    """Committed entries, from memory where they are new and from the file where not.

    Belongs to the event loop: ``publish``, ``read`` and ``wait_beyond`` are called there.
    ``reader`` is the feed's own.
    """

    def __init__(self, reader: JournalReader, tail: Tail, last_position: int) -> None:
        self._reader = reader
        self._tail = tail
        self._last_position = last_position
        self._news = asyncio.Event()

    @property
    def last_position(self) -> int:
        """The last position that was published; nothing beyond it is served."""
        return self._last_position

    def publish(self, entries: Sequence[Entry]) -> None:
        """Serve entries from now on that the journal has committed, and wake who waits."""
        if not entries:
            return
        self._tail.add(entries)
        self._last_position = entries[-1].position
        self._news.set()
        self._news = asyncio.Event()

    def read(self, after: int, limit: int) -> list[Entry]:
        """Return up to ``limit`` entries beyond position ``after``, in order.

        ``block`` is set on those that came from memory. JournalError if the file cannot
        be read.
        """
        if after >= self._last_position:
            return []
        entries = self._tail.read(after, limit)
        if entries is None:
            entries = self._reader.read(after, limit, to=self._last_position)
        return entries

    async def wait_beyond(self, position: int, timeout_s: float) -> bool:
        """Return True once there is an entry beyond ``position``, False after ``timeout_s``."""
        try:
            async with asyncio.timeout(timeout_s):
                while self._last_position <= position:
                    await self._news.wait()
        except TimeoutError:
            return False
        return True
