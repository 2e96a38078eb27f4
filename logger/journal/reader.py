"""Reading the journal, while a recorder writes it or when none runs."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import apsw

from logger.errors import JournalError
from logger.journal.connection import Opened, check_schema, open_for_reading
from logger.journal.cursor import Cursor
from logger.journal.entry import Entry
from logger.journal.files import journal_path, wal_path
from logger.journal.kinds import SAMPLES
from logger.journal.migrations import shipped_migrations
from logger.journal.quarantine import Quarantined
from logger.journal.statements import statement

_LAST_POSSIBLE = 2**63 - 1


class JournalReader:
    """Reads whole commits only, changes nothing and holds no transaction between calls.

    Made from the data directory or the journal's file. ConfigError if there is none,
    JournalError if it is from a newer needlelog or damaged. May be used from any
    thread, one at a time.
    """

    def __init__(self, place: Path) -> None:
        self._path = journal_path(place)
        with self._storage_errors():
            self._opened = self._open()
            self.id = self._read_id()

    def read(
        self,
        after: int,
        limit: int,
        *,
        kinds: Sequence[str] | None = None,
        stream: str | None = None,
        to: int | None = None,
    ) -> list[Entry]:
        """Return up to ``limit`` entries beyond position ``after``, in order, up to ``to``.

        Only those of ``kinds`` and of ``stream``, if given. Their ``block`` is None.
        """
        bindings: dict[str, Any] = {
            "after": after,
            "to": _LAST_POSSIBLE if to is None else to,
            "limit": limit,
            "stream": stream,
        }
        if kinds is None:
            name = "read_all"
        else:
            name = "read_kinds" if SAMPLES in kinds else "read_kinds_beside_samples"
            bindings["kinds"] = json.dumps(list(kinds))
        return [Entry(*row) for row in self._all(name, bindings)]

    def entries(
        self,
        after: int = 0,
        *,
        kinds: Sequence[str] | None = None,
        stream: str | None = None,
        to: int | None = None,
        page: int = 500,
    ) -> Iterator[Entry]:
        """Yield all that ``read`` would return, ``page`` at a time."""
        while batch := self.read(after, page, kinds=kinds, stream=stream, to=to):
            yield from batch
            after = batch[-1].position

    def last(self) -> Entry | None:
        """Return the last committed entry."""
        rows = self._all("last_entry")
        return Entry(*rows[0]) if rows else None

    def last_of(self, kind: str, stream: str) -> Entry | None:
        """Return the last entry of ``kind`` and ``stream``, found by index; not for samples."""
        rows = self._all("last_of_kind", {"kind": kind, "stream": stream})
        return Entry(*rows[0]) if rows else None

    def last_samples(self, stream: str, after: int) -> Entry | None:
        """Return the last samples of ``stream`` beyond position ``after``.

        Walks back from the end, so it is as slow as those samples are old.
        """
        rows = self._all("last_samples", {"after": after, "stream": stream})
        return Entry(*rows[0]) if rows else None

    def last_position(self) -> int:
        """Return the position of the last committed entry, 0 if there is none."""
        return int(self._all("last_position")[0][0])

    def position_at(self, time_ns: int) -> int:
        """Return the first position whose time is at least ``time_ns``; one past the end if none.

        Exactly that while the clock never stepped back. Where it did, the position
        returned is one at which time passes ``time_ns``: the entry before it is earlier.
        """
        low, high = 1, self.last_position() + 1
        while low < high:
            middle = (low + high) // 2
            if self._all("time_from", (middle,))[0][0] >= time_ns:
                high = middle
            else:
                low = middle + 1
        return low

    def cursors(self) -> dict[str, Cursor]:
        """Return how far each sink has come, by its name."""
        return {sink: Cursor(position, safe) for sink, position, safe in self._all("cursors")}

    def quarantine(
        self, sink: str | None = None, *, after: int = 0, limit: int = 1000
    ) -> list[Quarantined]:
        """Return up to ``limit`` refused items numbered beyond ``after``, in order."""
        bindings = {"sink": sink, "after": after, "limit": limit}
        return [Quarantined(*row) for row in self._all("quarantine", bindings)]

    def quarantine_counts(self) -> dict[str, int]:
        """Return how many items each sink's receiver refused; sinks without any are left out."""
        return dict(self._all("quarantine_counts"))

    def integrity_problem(self) -> str:
        """Return what SQLite itself finds wrong with the file; empty if nothing. Reads it all."""
        with self._storage_errors():
            found = self._opened.connection.pragma("integrity_check", 1)
        return "" if found == "ok" else f"the file is damaged: {found}"

    def close(self) -> None:
        """Let go of the file; idempotent."""
        self._opened.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _read_id(self) -> str:
        rows = self._all("journal_id")
        if not rows:
            self.close()
            raise JournalError(f"{self._path} has no id: it is damaged, or just being created")
        return str(rows[0][0])

    def _open(self) -> Opened:
        opened = open_for_reading(self._path)
        known = len(shipped_migrations())
        try:
            version = check_schema(opened.connection, self._path, known)
            if version < known:
                raise JournalError(
                    f"{self._path} has schema {version}, this needlelog reads {known}. "
                    "Start `needlelog run` once to bring it up to date"
                )
        except (apsw.Error, JournalError):
            opened.connection.close()
            raise
        return opened

    def _all(self, name: str, bindings: Any = None) -> list[Any]:
        """Return all rows of a statement, so that its transaction has ended on return."""
        with self._storage_errors():
            if self._opened.as_it_lies and wal_path(self._path).exists():
                self._opened.connection.close()
                self._opened = self._open()
            return self._opened.connection.execute(statement(name), bindings).fetchall()

    @contextmanager
    def _storage_errors(self) -> Iterator[None]:
        try:
            yield
        except (apsw.Error, UnicodeDecodeError) as error:
            raise JournalError(f"{self._path} cannot be read: {error}") from error
