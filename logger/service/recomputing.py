"""Sums up amended sessions anew beside the recording, which goes first."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from logger.errors import PayloadsAway
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.projection import Projection
from logger.session.recompute import recomputed
from logger.session.refreshing import reading, refreshing


class Recomputing:
    """Its ``run`` is a task of the event loop; ``wake`` tells it that something was amended."""

    def __init__(
        self,
        projection: Projection,
        reader: JournalReader,
        data_dir: Path,
        save: Callable[[], None],
    ) -> None:
        self._projection = projection
        self._read = reading(reader)
        self._data_dir = data_dir
        self._save = save
        self._amended = asyncio.Event()

    def wake(self) -> None:
        """Look for what is due, soon."""
        if self._projection.due:
            self._amended.set()

    async def run(self) -> None:
        """Sum up what is due, a few milliseconds at a time; JournalError if it cannot be read."""
        self.wake()
        while True:
            await self._amended.wait()
            self._amended.clear()
            try:
                for _ in refreshing(self._projection, self._read):
                    await asyncio.sleep(0)
            except PayloadsAway:
                await self._refresh_from_files()
            self._save()

    async def _refresh_from_files(self) -> None:
        """Sum up the next that is due in a thread: its blocks were pruned, and one must wait."""
        session = self._projection.session(self._projection.due[0])
        if session is not None:
            self._projection.summed(await asyncio.to_thread(self._recomputed, session))
        self.wake()

    def _recomputed(self, session: Session) -> Session:
        with JournalReader(self._data_dir) as reader:
            return recomputed(session, reading(reader))
