"""The one who appends to the journal."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import Self

import apsw

from drivers.model import HostTime
from logger.errors import JournalDamaged, JournalError
from logger.journal import chain, files, kinds
from logger.journal.connection import open_for_writing
from logger.journal.cursor import Cursor
from logger.journal.damage import tell_damage
from logger.journal.emptying import empty_entries
from logger.journal.ending import ending_problem
from logger.journal.entry import Draft, Entry
from logger.journal.failing import failed_commit, leaves_log_in_doubt, opening_errors
from logger.journal.folding import Folding
from logger.journal.head import HeadNote, raise_schema
from logger.journal.lock import InstanceLock
from logger.journal.migrations import shipped_migrations
from logger.journal.opening import close_file, leave_file, open_file, take_lock
from logger.journal.quarantine import Quarantined
from logger.journal.sealing import row, seal
from logger.journal.statements import statement
from logger.journal.succession import Plan, first_of_all, settle, settled

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

    def __init__(self, connection: apsw.Connection, clock: Clock, lock: InstanceLock) -> None:
        self._path = Path(connection.filename)
        self._clock = clock
        self._lock = lock
        self._failure: JournalError | None = None
        self._head: HeadNote | None = None
        self._doubtful: list[Entry] = []
        self._log_in_doubt = False
        self._append_entry = statement("append_entry")
        self._take_up(connection)
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
        then left untouched, or cannot be opened. A damaged file is set aside first, and
        the journal goes on in a successor.
        """
        with ExitStack() as unless_opened:
            lock = take_lock(data_dir)
            unless_opened.callback(lock.release)
            try:
                journal = cls._open_sound(data_dir, clock, lock, actor, new_id)
            except JournalDamaged as error:
                with opening_errors(data_dir / files.JOURNAL_FILE):
                    tell_damage(data_dir, error.reason)
                journal = cls._open_sound(data_dir, clock, lock, actor, new_id)
            unless_opened.pop_all()
        return journal

    @classmethod
    def _open_sound(
        cls,
        data_dir: Path,
        clock: Clock,
        lock: InstanceLock,
        actor: str,
        new_id: Callable[[], str],
    ) -> Self:
        """Open the file, or its successor where it must be set aside; JournalDamaged if it must."""
        path = data_dir / files.JOURNAL_FILE
        with opening_errors(path), ExitStack() as unless_opened:
            begins = settle(data_dir, new_id)
            unclean = files.wal_path(path).exists()
            raise_schema(data_dir, len(shipped_migrations()))
            connection = open_file(path)
            unless_opened.callback(leave_file, connection)
            journal = cls(connection, clock, lock)
            problem = ending_problem(connection, journal.id) if unclean else ""
            if problem:
                raise JournalDamaged(problem, str(path))
            if journal.last_position == 0:
                journal._begin(begins or first_of_all(new_id()), actor)
            journal._note_head(data_dir)
            settled(data_dir)
            unless_opened.pop_all()
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
        released: Sequence[Quarantined] = (),
        emptied: Sequence[int] = (),
    ) -> list[Entry]:
        """Commit all of it or nothing, and return the entries once they are on the drive.

        Positions go on from ``last_position``; all entries of one call share one time. A
        draft's block goes along with its entry. ``released`` leave the quarantine; the
        entries at ``emptied`` lose their payloads and keep their hashes.

        JournalError if it cannot be written; then nothing more can be appended until the
        journal is opened anew, for which :meth:`reopen` is there after JournalUnavailable.
        """
        if self._failure is not None:
            kind = type(self._failure)
            raise kind(f"the journal takes no more: {self._failure}. Open it anew")
        time_ns = self._clock().wall_ns
        entries = seal(drafts, self._last_position, self._last_hash, time_ns)
        if entries or cursors or quarantined or released or emptied:
            self._commit(entries, cursors, quarantined, (released, emptied), time_ns)
        return entries

    def reopen(self) -> list[Entry]:
        """Open the file anew after JournalUnavailable, under the same lock.

        Returns the entries of the append that failed if they are in the file after all,
        and then they count as committed; else none of it is there. JournalError if the
        file cannot be opened or has changed otherwise.

        Files that another connection of this process may have open are not touched but by
        SQLite: closing them would take away its locks.
        """
        before, doubtful = self._last_position, self._doubtful
        close_file(self._connection)
        try:
            if self._log_in_doubt:
                files.rewrite_wal(self._path)
            self._take_up(open_for_writing(self._path))
            self._load()
        except (apsw.Error, OSError) as error:
            raise JournalError(f"{self._path} cannot be opened anew: {error}") from error
        self._failure, self._doubtful, self._log_in_doubt = None, [], False
        if doubtful and self._last_hash == doubtful[-1].chain_hash:
            return doubtful
        if self._last_position != before:
            raise JournalError(f"{self._path} ends at {self._last_position} and not at {before}")
        return []

    def tidy(self, pages: int) -> bool:
        """Fold the log away whole, and give up to ``pages`` unused pages back to the drive.

        What was emptied before is then nowhere in the journal's files. False, and nothing
        is done, while somebody reads. JournalError as :meth:`append`.
        """
        if self._failure is not None:
            raise type(self._failure)(f"the journal takes no more: {self._failure}. Open it anew")
        try:
            if not self._folding.fold_away():
                return False
            self._connection.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()
            return self._folding.fold_away()
        except apsw.Error as error:
            raise self._failed(error, "the journal cannot be tidied") from error

    def close(self) -> None:
        """Fold the write-ahead log into the file and give back the lock; idempotent."""
        self._failure = self._failure or JournalError("it was closed")
        try:
            close_file(self._connection)
            if self._head is not None:
                self._head.close()
        finally:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take_up(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._folding = Folding(connection)

    def _load(self) -> None:
        last = self._connection.execute(statement("last_entry")).fetchone()
        self._id: str = self._connection.execute(statement("journal_id")).get or ""
        self._last_position: int = last[0] if last else 0
        self._last_hash: bytes = last[-1] if last else b""
        if last and not self._id:
            raise JournalDamaged("it has entries and no id", str(self._path))

    def _begin(self, begins: Plan, actor: str) -> None:
        """Name the file and write its first entry, in one transaction."""
        opened = begins.opened
        with self._connection:
            self._connection.execute(statement("name_journal"), (opened.journal,))
            self._last_position = begins.first_position - 1
            self._last_hash = chain.first_hash(opened.journal)
            self.append([Draft(kinds.kind_of(opened), "", actor, kinds.encode(opened))])
        self._id = opened.journal

    def _note_head(self, data_dir: Path) -> None:
        self._head = HeadNote.open(data_dir, self._id, len(shipped_migrations()))
        self._head.note(self._last_position, self._last_hash)
        self._head.sync()

    def _commit(
        self,
        entries: Sequence[Entry],
        cursors: Mapping[str, Cursor],
        quarantined: Sequence[Quarantined],
        gone: tuple[Sequence[Quarantined], Sequence[int]],
        time_ns: int,
    ) -> None:
        # Stays set whatever interrupts the transaction, even what is not an Exception.
        self._failure = JournalError("a commit did not finish")
        connection = self._connection
        try:
            with connection:
                connection.executemany(self._append_entry, map(row, entries))
                for sink, at in cursors.items():
                    connection.execute(statement("set_cursor"), (sink, at.position, at.safe))
                for item in quarantined:
                    refused = (time_ns, item.sink, item.position, item.item, item.reason)
                    connection.execute(statement("add_quarantined"), refused)
                released, emptied = gone
                for item in released:
                    connection.execute(statement("release_quarantined"), (item.number,))
                empty_entries(connection, emptied)
        except apsw.Error as error:
            self._doubtful = list(entries)
            raise self._failed(error, "the journal cannot be written") from error
        self._failure = None
        if entries:
            self._last_position = entries[-1].position
            self._last_hash = entries[-1].chain_hash
            if self._head is not None:
                self._head.note(self._last_position, self._last_hash)
        try:
            self._folding.fold_if_due()
        except apsw.Error as error:
            # What was just committed is on the drive: this fails the next append, not this one.
            self._failed(error, "the write-ahead log cannot be folded into the file")

    def _failed(self, error: apsw.Error, what: str) -> JournalError:
        self._log_in_doubt = leaves_log_in_doubt(error)
        self._failure = failed_commit(error, self._connection, f"{what}: {error}")
        return self._failure
