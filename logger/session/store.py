"""Sessions for those who ask: the store, and the journal after it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from logger.journal.entry import Draft, Entry
from logger.journal.reader import JournalReader
from logger.session.carrying import begins_afresh, carried_over, readable_tail
from logger.session.model import Session, SessionSummary, summary_of
from logger.session.projection import Projection
from logger.session.store_file import SessionStore

_SAVE_EVERY = 50


def catch_up(
    projection: Projection, reader: JournalReader, store: SessionStore | None = None
) -> None:
    """Fold what the journal has beyond the projection, saving into ``store`` on the way."""
    for entry in reader.entries(projection.position):
        projection.apply(entry)
        if store is not None and len(projection.stopped) >= _SAVE_EVERY:
            store.save(projection)
    if store is not None:
        store.save(projection)


def open_sessions(
    data_dir: Path, append: Callable[[Sequence[Draft]], Sequence[Entry]] | None = None
) -> tuple[SessionStore, Projection]:
    """Return store and projection, up to date, for the holder of the instance lock.

    Where the journal has just succeeded a damaged file, ``append`` takes what must be
    carried over into it; whoever appends anything else passes it.
    """
    with JournalReader(data_dir) as reader:
        store = SessionStore.open(data_dir, reader)
        projection = store.restore()
        afresh = append is not None and begins_afresh(reader)
        tail = readable_tail(data_dir) if afresh else []
        for entry in tail:
            projection.apply(entry)
        catch_up(projection, reader, store)
    if append is not None and afresh:
        for entry in append(carried_over(projection, tail)):
            projection.apply(entry)
        store.save(projection)
    return store, projection


class Sessions:
    """All sessions as the journal had them when this was made."""

    def __init__(self, projection: Projection, store: SessionStore | None) -> None:
        self._projection = projection
        self._store = store

    def rows(self, limit: int) -> list[SessionSummary]:
        """Return the lines of up to ``limit`` sessions, newest first."""
        lines = {line.id: line for line in self._store.newest(limit)} if self._store else {}
        lines.update({one.id: summary_of(one) for one in self._projection.sessions()})
        newest = sorted(lines.values(), key=lambda line: line.started_position, reverse=True)
        return newest[:limit]

    def session(self, session: str) -> Session | None:
        """Return the session of that id, None if there is none."""
        return self._projection.session(session)

    def close(self) -> None:
        """Let go of the store; idempotent."""
        if self._store is not None:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def load_sessions(data_dir: Path) -> Sessions:
    """Return all sessions, up to date, changing nothing; with or without a recorder running."""
    with JournalReader(data_dir) as reader:
        store = SessionStore.open_for_reading(data_dir, reader)
        projection = store.restore() if store is not None else Projection()
        catch_up(projection, reader)
    return Sessions(projection, store)
