"""The journal as those see it who follow it: sinks, and whoever shows what is new."""

import asyncio
from collections.abc import Sequence

from logger.errors import PayloadsAway
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.journal.tail import Tail


class Feed:
    """Committed entries, from memory where they are new and from the file where not.

    Belongs to the event loop: ``publish``, ``read`` and ``wait_beyond`` are called there.
    ``reader`` should not wait for sealed files; what lies there is fetched in a thread.
    """

    def __init__(self, reader: JournalReader, tail: Tail, last_position: int) -> None:
        self._reader = reader
        self._fetching: asyncio.Future[None] | None = None
        self._tail = tail
        self._last_position = last_position
        self._waiting: dict[asyncio.Future[None], int] = {}

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
        for waiter, position in self._waiting.items():
            if self._last_position > position:
                _wake(waiter)

    def read(self, after: int, limit: int) -> list[Entry]:
        """Return up to ``limit`` entries beyond position ``after``, in order.

        ``block`` is set on those that came from memory. Fewer, or none, where the next has
        to be fetched from a sealed file: :meth:`fetched` waits for that. JournalError if
        the file cannot be read.
        """
        if after >= self._last_position:
            return []
        entries = self._tail.read(after, limit)
        if entries is None:
            entries = self._read_file(after, limit)
        return entries

    async def fetched(self) -> bool:
        """Return whether a sealed file was being read, once it is."""
        if self._fetching is None:
            return False
        await asyncio.shield(self._fetching)
        return True

    def _read_file(self, after: int, limit: int) -> list[Entry]:
        if self._fetching is not None and self._fetching.done():
            self._fetching = None
        try:
            return self._reader.read(after, limit, to=self._last_position)
        except PayloadsAway:
            if self._fetching is None:
                loop = asyncio.get_running_loop()
                self._fetching = loop.run_in_executor(None, self._reader.fetch_pruned)
            return []

    async def wait_beyond(self, position: int, timeout_s: float) -> bool:
        """Return True once there is an entry beyond ``position``, False after ``timeout_s``."""
        if self._last_position <= position:
            # Cheaper than asyncio.timeout: this is done for each commit and sink.
            loop = asyncio.get_running_loop()
            waiter = loop.create_future()
            self._waiting[waiter] = position
            timer = loop.call_later(timeout_s, _wake, waiter)
            try:
                await waiter
            finally:
                timer.cancel()
                del self._waiting[waiter]
        return self._last_position > position


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
