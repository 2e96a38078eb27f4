"""The one who appends to the journal."""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import apsw

from drivers.model import HostTime
from logger.errors import ConfigError, JournalError
from logger.journal import chain, files, kinds
from logger.journal.connection import WAL_BYTES, check_schema, open_for_writing, open_unshared
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft, Entry
from logger.journal.lock import InstanceLock
from logger.journal.migrations import migrate, shipped_migrations
from logger.journal.quarantine import Quarantined
from logger.journal.sealing import row, seal
from logger.journal.statements import statement

log = logging.getLogger(__name__)

Clock = Callable[[], HostTime]
_NO_CURSORS: Mapping[str, Cursor] = MappingProxyType({})


def new_journal_id() -> str:
    """Return a random id for a journal file, 32 hex digits."""
    return secrets.token_hex(16)


class Journal:
    """Appends entries; what ``append`` returned is on the drive.

    Holds the data directory's instance lock until ``close``. Its methods block, and may
    be called from any thread, one at a time. After a failed append the journal appends
    nothing more until it is opened anew: whether the failed commit is in the file is
    known only then.
    """

    def __init__(self, connection: apsw.Connection, clock: Clock, resources: ExitStack) -> None:
        self._connection = connection
        self._clock = clock
        self._resources = resources
        self._failure: str | None = None
        self._wal_pages = 0
        self._wal_pages_max = WAL_BYTES // connection.pragma("page_size")
        self._append_entry = statement("append_entry")
        connection.set_wal_hook(self._note_wal_pages)
        self._load()

    @classmethod
    def open(
        cls,
        data_dir: Path,
        clock: Clock,
        *,
        actor: str = "service",
        new_id: Callable[[], str] = new_journal_id,
    ) -> Self:
        """Open, create or migrate the journal of ``data_dir`` and take its instance lock.

        CommandRefused if another process has the lock; ConfigError if this user may not
        write the directory; JournalError if the file is from a newer needlelog, which is
        then left untouched, or cannot be opened.
        """
        path = data_dir / files.JOURNAL_FILE
        with ExitStack() as resources:
            resources.callback(_take_lock(data_dir).release)
            try:
                connection = _open_file(path)
                resources.callback(_close_file, connection)
                journal = cls(connection, clock, resources)
                if journal.last_position == 0:
                    journal._begin(new_id(), actor)
            except (apsw.Error, OSError) as error:
                raise JournalError(f"{path} cannot be opened: {error}") from error
            journal._resources = resources.pop_all()
        return journal

    @property
    def id(self) -> str:
        """The file's random id, 32 hex digits."""
        return self._id

    @property
    def last_position(self) -> int:
        """The position of the last committed entry."""
        return self._last_position

    def append(
        self,
        drafts: Sequence[Draft],
        cursors: Mapping[str, Cursor] = _NO_CURSORS,
        quarantined: Sequence[Quarantined] = (),
    ) -> list[Entry]:
        """Commit all of it or nothing, and return the entries once they are on the drive.

        Positions go on from ``last_position``; all entries of one call share one time. A
        draft's block goes along with its entry. JournalError if it cannot be written;
        then nothing more can be appended until the journal is opened anew.
        """
        if self._failure is not None:
            raise JournalError(f"the journal takes no more: {self._failure}. Open it anew")
        time_ns = self._clock().wall_ns
        entries = seal(drafts, self._last_position, self._last_hash, time_ns)
        if entries or cursors or quarantined:
            self._commit(entries, cursors, quarantined, time_ns)
        return entries

    def close(self) -> None:
        """Fold the write-ahead log into the file and give back the lock; idempotent."""
        self._failure = self._failure or "it was closed"
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _load(self) -> None:
        last = self._connection.execute(statement("last_entry")).fetchone()
        self._id: str = self._connection.execute(statement("journal_id")).get or ""
        self._last_position: int = last[0] if last else 0
        self._last_hash: bytes = last[-1] if last else b""
        if last and not self._id:
            raise JournalError(f"{self._connection.filename} has entries and no id: it is damaged")

    def _begin(self, journal_id: str, actor: str) -> None:
        """Name the file and write its first entry, in one transaction."""
        opened = kinds.JournalOpened(journal=journal_id, reason="new")
        with self._connection:
            self._connection.execute(statement("name_journal"), (journal_id,))
            self._last_hash = chain.first_hash(journal_id)
            self.append([Draft(kinds.kind_of(opened), "", actor, kinds.encode(opened))])
        self._id = journal_id

    def _commit(
        self,
        entries: Sequence[Entry],
        cursors: Mapping[str, Cursor],
        quarantined: Sequence[Quarantined],
        time_ns: int,
    ) -> None:
        # Stays set whatever interrupts the transaction, even what is not an Exception.
        self._failure = "a commit did not finish"
        connection = self._connection
        try:
            with connection:
                connection.executemany(self._append_entry, map(row, entries))
                for sink, at in cursors.items():
                    connection.execute(statement("set_cursor"), (sink, at.position, at.safe))
                for item in quarantined:
                    refused = (time_ns, item.sink, item.position, item.item, item.reason)
                    connection.execute(statement("add_quarantined"), refused)
        except apsw.Error as error:
            self._failure = f"a commit failed ({error})"
            raise JournalError(f"the journal cannot be written: {error}") from error
        self._failure = None
        if entries:
            self._last_position = entries[-1].position
            self._last_hash = entries[-1].chain_hash
        if self._wal_pages >= self._wal_pages_max:
            self._checkpoint()

    def _checkpoint(self) -> None:
        """Fold the write-ahead log into the file.

        What was just committed is on the drive already, so a failure here fails the next
        append, not this one. A reader in the way only puts it off.
        """
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.BusyError:
            return
        except apsw.Error as error:
            self._failure = f"the write-ahead log cannot be folded into the file ({error})"

    def _note_wal_pages(self, connection: apsw.Connection, schema: str, pages: int) -> int:
        self._wal_pages = pages
        return apsw.SQLITE_OK


def _take_lock(data_dir: Path) -> InstanceLock:
    try:
        files.make_data_directory(data_dir)
        return InstanceLock.take(data_dir)
    except OSError as error:
        raise ConfigError(
            str(data_dir),
            f"this cannot be the data directory: {error.strerror}",
            "Name one that this user may write",
        ) from error


def _close_file(connection: apsw.Connection) -> None:
    try:
        connection.close()
    except apsw.Error as error:
        # The commits are on the drive, in the write-ahead log, and found there next time.
        log.warning("the write-ahead log stays beside the journal: %s", error)


def _open_file(path: Path) -> apsw.Connection:
    """Return the writing connection, once the file is known to be ours and not newer."""
    migrations = shipped_migrations()
    if path.exists():
        standing = open_unshared(path).connection
        try:
            check_schema(standing, path, len(migrations))
        finally:
            standing.close()
    files.make_journal_file(path)
    files.rewrite_wal(path)
    connection = open_for_writing(path)
    try:
        migrate(connection, migrations)
    except apsw.Error:
        connection.close()
        raise
    return connection
