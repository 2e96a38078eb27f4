"""Makes a recovered file out of a damaged one, and knows which belongs to which."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import apsw

from logger.errors import ConfigError, JournalError
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.files import (
    JOURNAL_FILE,
    make_journal_file,
    recovered_path,
    set_aside_files,
    sync_directory,
)
from logger.journal.judging import Known
from logger.journal.migrations import migrate, shipped_migrations
from logger.journal.reader import JournalReader
from logger.journal.recovered import UNKNOWN_ID, Recovered, read_recovered
from logger.journal.salvage import Salvage, salvage
from logger.journal.sealing import row
from logger.journal.statements import statement, statements


def recover_all(data_dir: Path) -> list[Recovered]:
    """Recover every file that was set aside in ``data_dir``, oldest first in the answer.

    What was recovered before stays as it is. The newest is read first: each file's
    first entry tells where the one before it ended. JournalError as :func:`recover`.
    """
    done = [recover(path) for path in reversed(set_aside_files(data_dir))]
    return done[::-1]


def recover(damaged: Path) -> Recovered:
    """Write what can be read of ``damaged`` into a file beside it, unless that was done.

    ConfigError if there is no such file; JournalError if the recovered file cannot be
    written. Where nothing can be read, it says so of every position.
    """
    if not damaged.is_file():
        raise ConfigError(str(damaged), "there is no such file", "Name a file that was set aside")
    target = recovered_path(damaged)
    if not target.exists():
        scratch, fresh = (target.with_name(target.name + end) for end in (".scratch", ".new"))
        try:
            _remove(scratch, fresh)
            with salvage(damaged, str(scratch)) as found:
                _write(fresh, damaged, found)
            _keep(fresh, target)
        except (apsw.Error, OSError) as error:
            raise JournalError(f"{target} cannot be written: {error}") from error
        finally:
            _remove(scratch, fresh)
    return read_recovered(target)


def known_of(damaged: Path) -> Known:
    """Return what the successor of ``damaged`` tells of it; nothing where none is found."""
    data_dir = damaged.parent
    files = [data_dir / JOURNAL_FILE, *map(recovered_path, set_aside_files(data_dir))]
    for path in filter(Path.is_file, files):
        try:
            with JournalReader(path) as reader:
                first = next(reader.entries(kinds=("journal.opened",), page=1), None)
        except JournalError:
            continue
        opened = _opened(first)
        if first is not None and opened is not None and opened.set_aside == damaged.name:
            position, chain_hash = opened.predecessor_position, opened.predecessor_hash
            head = (position, bytes.fromhex(chain_hash)) if position and chain_hash else None
            return Known(opened.predecessor or "", head, to=first.position - 1)
    return Known()


def _opened(entry: Entry | None) -> kinds.JournalOpened | None:
    if entry is None or entry.payload is None:
        return None
    payload = kinds.decode(entry.kind, entry.payload)
    return payload if isinstance(payload, kinds.JournalOpened) else None


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _keep(fresh: Path, target: Path) -> None:
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.rename(target)
    sync_directory(target.parent)


def _write(path: Path, damaged: Path, found: Salvage) -> None:
    known = known_of(damaged)
    known = replace(known, journal=known.journal or found.journal)
    sql = statements("recovered")
    make_journal_file(path)
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        # What is erased from it later must have left no copy in an unused part of a page.
        connection.execute("PRAGMA secure_delete = ON")
        migrate(connection, shipped_migrations())
        connection.execute(sql["create"])
        with connection:
            connection.execute(statement("name_journal"), (known.journal or UNKNOWN_ID,))
            seen = _Seen()
            entries = map(row, seen.watch(found.entries(known)))
            connection.executemany(statement("append_entry"), entries)
            first = seen.first_position()
            last = max(seen.last, known.head[0] if known.head else 0)
            connection.execute(sql["add_recovery"], (damaged.name, first, last))
            connection.executemany(sql["add_hole"], seen.holes(first, last))
            connection.executemany(sql["add_lost_payload"], [(one,) for one in seen.lost])
            _write_beside(connection, found)
    finally:
        connection.close()


def _write_beside(connection: apsw.Connection, found: Salvage) -> None:
    for sink, at in found.cursors.items():
        connection.execute(statement("set_cursor"), (sink, at.position, at.safe))
    connection.executemany(
        statements("recovered")["add_quarantined"],
        [
            (one.number, one.time_ns, one.sink, one.position, one.item, one.reason)
            for one in found.quarantined.values()
        ],
    )


@dataclass(slots=True)
class _Seen:
    """Notes what passes: where the entries begin and end, and what is missing between."""

    lowest: Entry | None = None
    last: int = 0
    lost: list[int] = field(default_factory=list)
    _between: list[tuple[int, int]] = field(default_factory=list)

    def watch(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Yield the entries on."""
        for entry in entries:
            if self.lowest is None:
                self.lowest = entry
            elif entry.position > self.last + 1:
                self._between.append((self.last + 1, entry.position - 1))
            self.last = entry.position
            if entry.payload is None:
                self.lost.append(entry.position)
            yield entry

    def first_position(self) -> int:
        """Return where the file began: with an entry that says so, else with position 1.

        A file that succeeded another one began higher; then the hole before its first
        entry includes positions that nobody ever had.
        """
        if self.lowest is None or self.lowest.kind == "journal.opened":
            return self.lowest.position if self.lowest else 1
        return 1

    def holes(self, first: int, last: int) -> list[tuple[int, int]]:
        """Return all holes from position ``first`` to ``last``."""
        if self.lowest is None:
            return [(first, last)] if last else []
        begin = self.lowest.position
        before = [(first, begin - 1)] if begin > first else []
        after = [(self.last + 1, last)] if last > self.last else []
        return [*before, *self._between, *after]
