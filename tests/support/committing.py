"""A committer on a real journal, for tests of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import patch

from logger.journal import kinds
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft, Entry
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from logger.recorder.committer import Committer
from logger.recorder.disk import Disk
from logger.recorder.drive import Drive
from logger.recorder.settings import DiskSettings
from logger.recorder.waiting import Waiting

INTERVAL_S = 0.02
NEVER_S = 3600.0
NEVER = 1 << 30
DISK = DiskSettings(reserve_bytes=0)


def note(text: str) -> Draft:
    told = kinds.SessionNote(session="s", text=text, nonce="")
    return Draft(kinds.kind_of(told), "NP-1", "uid:1", kinds.encode(told))


class Room:
    """A committer with what it gathers, and what it told of."""

    def __init__(self, data_dir: Path, interval_s: float = INTERVAL_S) -> None:
        self.said: list[Draft] = []
        self.positions: dict[str, Cursor] = {}
        self.told: list[Entry] = []
        self.reads = 0
        self.calm = False
        self.journal = Journal.open(data_dir, HostClock())
        self.data_dir = data_dir
        self.committer = Committer(
            drive=Drive(self.journal, Disk(data_dir, DISK), time.monotonic),
            waiting=Waiting(DISK.hold_bytes),
            gather=self._gather,
            read=self._read,
            calm=lambda: self.calm,
            cursors=lambda: self.positions,
            after=self.told.extend,
            now=time.monotonic,
            interval_s=interval_s,
            idle_interval_s=0.5,
        )

    def _gather(self) -> list[Draft]:
        said, self.said = self.said, []
        return said

    def _read(self) -> None:
        self.reads += 1

    @property
    def levels(self) -> list[str]:
        payloads = [kinds.decode(e.kind, e.payload) for e in self.told if e.payload is not None]
        return [one.level for one in payloads if isinstance(one, kinds.DiskLevel)]

    @property
    def texts(self) -> list[str]:
        payloads = [kinds.decode(e.kind, e.payload) for e in self.told if e.payload is not None]
        return [one.text for one in payloads if isinstance(one, kinds.SessionNote)]

    def stored(self) -> JournalReader:
        return JournalReader(self.data_dir)

    @contextmanager
    def stuck(self) -> Iterator[Event]:
        """Let each append wait until the context ends; the event tells that one does."""
        waits, go_on, append = Event(), Event(), self.journal.append

        def later(*parts: Any) -> list[Entry]:
            waits.set()
            go_on.wait()
            return append(*parts)

        with patch.object(self.journal, "append", later):
            try:
                yield waits
            finally:
                go_on.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["asyncio.Task[None]"]:
        task = asyncio.create_task(self.committer.run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
