"""Sessions for those who look again and again: what was folded is kept from look to look."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Self

from logger.errors import SinkUnavailable
from logger.journal.reader import JournalReader
from logger.session.index import STORE_FILE
from logger.session.projection import Projection
from logger.session.refreshing import reading, refresh
from logger.session.store import Sessions, catch_up, restored
from logger.session.store_file import SessionStore


class KeptSessions:
    """All sessions of a data directory, whatever becomes of it meanwhile. For any thread.

    A look folds what the journal has beyond the one before. It begins anew from the store
    whenever that was saved, so that what is held never outgrows what the recorder holds; and
    where the journal is not the one that was folded, or lost some of it.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._turn = Lock()
        self._kept: _Kept | None = None

    @contextmanager
    def now(self) -> Iterator[Sessions]:
        """Yield all sessions, up to date; one look at a time, so none should last.

        They are good within the context alone. Errors are those of ``load_sessions``.
        """
        with self._turn:
            kept = self._caught_up()
            yield Sessions(kept.projection, kept.store)

    def close(self) -> None:
        """Let go of the store; the next look begins anew."""
        with self._turn:
            self._drop()

    def _caught_up(self) -> "_Kept":
        with JournalReader(self.data_dir) as reader:
            kept = self._kept
            if kept is None or not kept.goes_on(self.data_dir, reader):
                self._drop()
                kept = _Kept.begun(self.data_dir, reader)
            # A fold that fails half-way is not gone on with.
            self._kept = None
            kept.catch_up(reader)
            self._kept = kept
        return kept

    def _drop(self) -> None:
        if self._kept is not None and self._kept.store is not None:
            self._kept.store.close()
        self._kept = None


@dataclass(slots=True)
class _Kept:
    """A projection and the store that it asks, ``file``; what that covered, and what was folded."""

    journal: str
    projection: Projection
    store: SessionStore | None
    file: tuple[int, int] | None
    covered: int
    chain_hash: bytes | None = None

    @classmethod
    def begun(cls, data_dir: Path, reader: JournalReader) -> Self:
        file = _store_file(data_dir)
        store, projection = restored(data_dir, reader)
        return cls(reader.id, projection, store, file, projection.position)

    def goes_on(self, data_dir: Path, reader: JournalReader) -> bool:
        """Return whether journal and store are those from before, with or without more entries."""
        if reader.id != self.journal or _hash_at(reader, self.projection) != self.chain_hash:
            return False
        if self.file != _store_file(data_dir):
            return False
        if self.store is None:
            # One that could not be used is tried again each time.
            return self.file is None
        try:
            if self.store.covers() != self.covered:
                self._begin_again(self.store)
        except SinkUnavailable:
            return False
        return True

    def _begin_again(self, store: SessionStore) -> None:
        """Go on from what was saved; the file was found sound when it was opened."""
        self.projection = store.reread()
        self.covered = self.projection.position

    def catch_up(self, reader: JournalReader) -> None:
        catch_up(self.projection, reader)
        refresh(self.projection, reading(reader))
        self.chain_hash = _hash_at(reader, self.projection)


def _hash_at(reader: JournalReader, projection: Projection) -> bytes | None:
    position = projection.position
    return reader.chain_hashes(position, position).get(position)


def _store_file(data_dir: Path) -> tuple[int, int] | None:
    """Return by what the store's file is known from any other; None where there is none."""
    try:
        found = (data_dir / STORE_FILE).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
