"""Reading the journal, while a recorder writes it or when none runs."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import apsw

from logger.errors import JournalDamaged, JournalError
from logger.journal.connection import Opened, check_schema, open_for_reading
from logger.journal.cursor import Cursor
from logger.journal.damage import DAMAGE
from logger.journal.earlier import Earlier
from logger.journal.entry import Entry
from logger.journal.files import journal_path, wal_path
from logger.journal.kinds import SAMPLES
from logger.journal.migrations import shipped_migrations
from logger.journal.pruned import PRUNED, PrunedBlocks
from logger.journal.quarantine import Held, Quarantined
from logger.journal.sealing import checked
from logger.journal.statements import statement

_LAST_POSSIBLE = 2**63 - 1


class JournalReader:
    """Reads whole commits only, changes nothing and holds no transaction between calls.

    Made from the data directory or the journal's file. Given the directory it reads the
    succession: what was recovered of files that were set aside comes before the journal's
    own entries, at its former positions. ConfigError if there is no journal, JournalError
    if it is from a newer needlelog, JournalDamaged if it is damaged. May be used from any
    thread, one at a time. ``entry_of`` makes an entry of a row; ValueError if it is none.

    Given the directory, blocks that were pruned come with their payloads, from the sealed
    files; not so where ``entry_of`` is another: then entries are as they lie. Whoever may
    not wait for a file (half a second) says so: then PayloadsAway is raised instead, and
    :meth:`fetch_pruned` gets what was wanted, in a thread.
    """

    def __init__(
        self, place: Path, entry_of: Callable[[Sequence[Any]], Entry] = checked, waits: bool = True
    ) -> None:
        self._path = journal_path(place)
        self._entry_of = entry_of
        is_serving = place.is_dir() and entry_of is checked
        self._pruned = PrunedBlocks(place, waits=waits) if is_serving else None
        with self._storage_errors():
            self._opened = self._open()
            self.id = self._read_id()
            self.first_position: int = self._all("first_position")[0][0]
        self._earlier = (
            Earlier(place, JournalReader) if place.is_dir() and self.first_position > 1 else None
        )

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

        Only those of ``kinds`` and of ``stream``, if given. Their ``block`` is None, and so
        is the payload of one that is not what was hashed. PayloadsAway as said above.
        """
        return self._filled(self._stored(after, limit, kinds, stream, to))

    def _stored(
        self,
        after: int,
        limit: int,
        kinds: Sequence[str] | None,
        stream: str | None,
        to: int | None,
    ) -> list[Entry]:
        if self._earlier is not None and after + 1 < self.first_position:
            earlier = self._earlier.read(after, limit, kinds=kinds, stream=stream, to=to)
            if earlier:
                return earlier
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
        return self._entries(name, bindings)

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

    def reaches_back_to(self, position: int) -> bool:
        """Return whether the entries from ``position`` on are here, or were recovered.

        False where they lie in a file that was set aside and not recovered yet.
        """
        if position >= self.first_position:
            return True
        before = self.read(position - 1, 1)
        return bool(before) and before[0].position < self.first_position

    def last(self) -> Entry | None:
        """Return the last committed entry."""
        return next(iter(self._entries("last_entry")), None)

    def last_of(self, kind: str, stream: str) -> Entry | None:
        """Return the last entry of ``kind`` and ``stream``, found by index; not for samples."""
        found = self._entries("last_of_kind", {"kind": kind, "stream": stream})
        if not found and self._earlier is not None:
            return self._earlier.newest(lambda file: file.last_of(kind, stream))
        return next(iter(found), None)

    def last_samples(self, stream: str, after: int) -> Entry | None:
        """Return the last samples of ``stream`` beyond position ``after``.

        Walks back from the end, so it is as slow as those samples are old.
        """
        found = self._entries("last_samples", {"after": after, "stream": stream})
        if not found and self._earlier is not None and after + 1 < self.first_position:
            earlier = self._earlier.newest(lambda file: file.last_samples(stream, after))
            found = [] if earlier is None else [earlier]
        return next(iter(self._filled(found)), None)

    def fetch_pruned(self) -> None:
        """Have at hand what PayloadsAway was raised for. May be called in any thread."""
        if self._pruned is not None:
            self._pruned.fetch()

    def payloads_left(self, stream: str, first: int, last: int) -> list[int]:
        """Return the positions of samples from ``first`` to ``last`` that lie in this file yet."""
        bindings = {"stream": stream, "first": first, "last": last}
        return [position for (position,) in self._all("payloads_left", bindings)]

    def last_position(self) -> int:
        """Return the position of the last committed entry, 0 if there is none."""
        return int(self._all("last_position")[0][0])

    def chain_hashes(self, first: int, last: int) -> dict[int, bytes]:
        """Return the chain hash of each entry of this file from ``first`` to ``last``."""
        return dict(self._all("chain_hashes", (first, last)))

    def position_of(self, chain_hash: bytes) -> int | None:
        """Return which entry of this file has ``chain_hash``; None if none. Reads it all."""
        return next((row[0] for row in self._all("position_of_hash", (chain_hash,))), None)

    def without_payload(self) -> list[tuple[int, str, str]]:
        """Return position, kind and stream of this file's entries that have no payload."""
        return self._all("without_payload")

    def position_at(self, time_ns: int) -> int:
        """Return the first position whose time is at least ``time_ns``; one past the end if none.

        Exactly that while the clock never stepped back. Where it did, the position
        returned is one at which time passes ``time_ns``: the entry before it is earlier.
        """
        if self._earlier is not None:
            earlier = self._earlier.position_at(time_ns)
            if earlier is not None:
                return earlier
        low, high = self.first_position, self.last_position() + 1
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

    def quarantined_items(self, sink: str, numbers: Sequence[int]) -> list[Quarantined]:
        """Return those of ``numbers`` that lie in quarantine for ``sink``, in order."""
        bindings = {"sink": sink, "numbers": json.dumps(list(numbers))}
        return [Quarantined(*row) for row in self._all("quarantined_items", bindings)]

    def quarantined_numbers(self, sink: str) -> list[int]:
        """Return the numbers of all that lies in quarantine for ``sink``, in order."""
        return [number for (number,) in self._all("quarantined_numbers", (sink,))]

    def quarantined_beyond(self, sink: str, position: int) -> list[Quarantined]:
        """Return what lies in quarantine for ``sink`` from beyond ``position``, in that order."""
        return [Quarantined(*row) for row in self._all("quarantined_beyond", (sink, position))]

    def quarantine_held(self) -> dict[str, Held]:
        """Return how much lies in quarantine for each sink; sinks without any are left out."""
        return {sink: Held(items, size) for sink, items, size in self._all("quarantine_held")}

    def integrity_problem(self) -> str:
        """Return what SQLite itself finds wrong with the file; empty if nothing. Reads it all."""
        with self._storage_errors():
            found = self._opened.connection.pragma("integrity_check", 1)
        return "" if found == "ok" else f"the file is damaged: {found}"

    def close(self) -> None:
        """Let go of the file; idempotent."""
        self._opened.connection.close()
        if self._pruned is not None:
            self._pruned.close()
        if self._earlier is not None:
            self._earlier.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_id(self) -> str:
        rows = self._all("journal_id")
        if not rows:
            self._opened.connection.close()
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

    def _entries(self, name: str, bindings: Any = None) -> list[Entry]:
        rows = self._all(name, bindings)
        try:
            return [self._entry_of(row) for row in rows]
        except ValueError as error:
            raise JournalDamaged(str(error), str(self._path)) from error

    def _filled(self, entries: list[Entry]) -> list[Entry]:
        return entries if self._pruned is None else self._pruned.filled(entries, self._prunings)

    def _prunings(self, after: int) -> list[Entry]:
        found: list[Entry] = []
        while page := self._stored(after, 500, [PRUNED], None, None):
            found += page
            after = page[-1].position
        return found

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
        except DAMAGE as error:
            raise JournalDamaged(f"it cannot be read: {error}", str(self._path)) from error
        except apsw.Error as error:
            raise JournalError(f"{self._path} cannot be read: {error}") from error
