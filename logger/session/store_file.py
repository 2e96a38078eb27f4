"""The projection kept on disk, so that nobody folds the whole journal to list sessions.

Disposable: a store that is missing, damaged, of another version or of another journal
is made anew from the journal. ``sessions.db`` holds a line and a document for every
stopped session, and the open ones as they stood at the position that it covers.
"""

import logging
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import apsw
import msgspec

from logger.errors import SinkUnavailable
from logger.journal.files import make_private_file
from logger.journal.reader import JournalReader
from logger.session.cartridge_flags import CartridgeUse
from logger.session.figures import SessionFigures
from logger.session.index import (
    BUSY_TIMEOUT_MS,
    STORE_FILE,
    STORE_VERSION,
    SessionFilter,
    find_lines,
    open_store,
    sql,
)
from logger.session.indexing import put_lines
from logger.session.model import Session
from logger.session.places import Held
from logger.session.projection import Projection
from logger.session.summary import SessionSummary

log = logging.getLogger(__name__)

_FIGURES = msgspec.json.Decoder(SessionFigures)


class SessionStore:
    """Reads and writes ``sessions.db`` of one journal. One thread at a time.

    Only the holder of the instance lock opens it for writing. Its methods raise
    SinkUnavailable where the file cannot be read or written.
    """

    def __init__(self, connection: apsw.Connection, journal: str) -> None:
        self._connection = connection
        self._journal = journal
        self._fold_due = False

    @classmethod
    def open(cls, data_dir: Path, reader: JournalReader) -> Self:
        """Open the store for writing; one that cannot be used is thrown away first.

        It must be of the journal that ``reader`` reads, or of a file that this one succeeded,
        and cover no more than that has. Where the drive refuses, an empty one is in memory.
        """
        try:
            store = cls._on_drive(data_dir / STORE_FILE, reader)
        except SinkUnavailable as error:
            # What only saves time must not keep anybody from recording.
            log.warning("%s; sessions are kept in memory until the next start", error)
            store = cls._begun(apsw.Connection(":memory:"), reader)
        store._follow(reader)
        return store

    @classmethod
    def _on_drive(cls, path: Path, reader: JournalReader) -> Self:
        with _storage_errors():
            store = cls._usable(_open_for_writing(path), reader)
            if store is None:
                for leftover in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                    leftover.unlink(missing_ok=True)
                store = cls._begun(_open_for_writing(path), reader)
        return store

    @classmethod
    def _begun(cls, connection: apsw.Connection, reader: JournalReader) -> Self:
        connection.execute(sql("create"))
        connection.pragma("user_version", STORE_VERSION)
        store = cls(connection, reader.id)
        store.save(Projection())
        return store

    @classmethod
    def open_for_reading(cls, data_dir: Path, reader: JournalReader) -> Self | None:
        """Open the store as it is; None where there is none that can be used."""
        path = data_dir / STORE_FILE
        if not path.is_file():
            return None
        try:
            connection = open_store(path)
        except apsw.Error as error:
            log.warning("%s cannot be read, the journal is read instead: %s", path, error)
            return None
        return cls._usable(connection, reader)

    @classmethod
    def _usable(cls, connection: apsw.Connection, reader: JournalReader) -> Self | None:
        """Return the store if it is sound and of this version and journal; else close it.

        The journal's end is read last: a recorder may just have saved.
        """
        try:
            if (
                connection.pragma("user_version") == STORE_VERSION
                and connection.pragma("quick_check", 1) == "ok"
            ):
                row = connection.execute(sql("covered")).fetchone()
                if row and _is_of(reader, row[0], row[1]):
                    store = cls(connection, reader.id)
                    store.restore()
                    return store
        except (apsw.Error, msgspec.MsgspecError) as error:
            log.warning("the store of sessions is not used: %s", error)
        connection.close()
        return None

    def _follow(self, reader: JournalReader) -> None:
        """Keep the state where a file was set aside; go back to it once more is recovered."""
        ((journal, *_),) = self._connection.execute(sql("covered"))
        if journal != reader.id:
            self._connection.execute(sql("keep_branch"))
        branch: Any = self._connection.execute(sql("branch")).fetchone()
        if branch is None:
            return
        beyond = reader.read(branch[1], 1)
        if beyond and beyond[0].position < reader.first_position:
            with self._connection:
                self._connection.execute(sql("rejoin"))

    def restore(self) -> Projection:
        """Return the projection as saved; it asks this store for stopped sessions."""
        row: Any = self._connection.execute(sql("covered")).fetchone()
        return Projection.load(row[2], self.find, find_holding=self.find_holding)

    def reread(self) -> Projection:
        """Return the same once more, after somebody saved."""
        with _storage_errors():
            return self.restore()

    def covers(self) -> int:
        """Return up to which position it was saved."""
        with _storage_errors():
            row: Any = self._connection.execute(sql("reach")).fetchone()
        return int(row[1])

    def save(self, projection: Projection) -> None:
        """Write what changed since the last save, in one transaction.

        Afterwards ``projection.stopped`` is empty. If it fails nothing has changed, and a
        later save tries again.
        """
        unsettled = projection.unsettled
        covered = (self._journal, projection.position, unsettled, projection.dump())
        with _storage_errors(), self._connection:
            for erased in projection.erased:
                self._connection.execute(sql("forget_session"), {"id": erased})
            if projection.erased:
                self._forget_in_branch(projection.erased)
            for session in projection.stopped.values():
                self._put(session)
            self._connection.execute(sql("cover"), covered)
        self._fold_due = self._fold_due or bool(projection.erased)
        if self._fold_due:
            self._fold_due = not self._fold_away()
        projection.stopped.clear()
        projection.erased.clear()

    def find(self, session: str) -> Session | None:
        """Return a stopped session by id, None if the store has none."""
        with _storage_errors():
            row: Any = self._connection.execute(sql("find"), (session,)).fetchone()
        return msgspec.json.decode(row[0], type=Session) if row is not None else None

    def find_holding(self, pen: str, first: int, last: int) -> list[str]:
        """Return the ids of the sessions that hold positions of ``pen`` from first to last."""
        bindings = {"pen": pen, "first": first, "last": last}
        with _storage_errors():
            rows = self._connection.execute(sql("holding"), bindings).fetchall()
        return [str(row[0]) for row in rows]

    def cartridge_uses(self) -> list[CartridgeUse]:
        """Return all uses of cartridges by stopped sessions."""
        names = CartridgeUse.__struct_fields__
        with _storage_errors():
            rows = self._connection.execute(sql("cartridge_uses")).fetchall()
        uses = [dict(zip(names, row, strict=True)) for row in rows]
        return msgspec.convert(uses, list[CartridgeUse], strict=False)

    def kin(self) -> dict[str, frozenset[str]]:
        """Return by session those that it was split from or merged into."""
        found = dict[str, frozenset[str]]()
        with _storage_errors():
            rows: list[Any] = self._connection.execute(sql("kin")).fetchall()
        for session, other in rows:
            found[session] = found.get(session, frozenset()) | {other}
        return found

    def held(self, first: int, beyond: int) -> list[Held]:
        """Return which positions stopped sessions hold from ``first`` to before ``beyond``."""
        bindings = {"first": first, "beyond": beyond}
        with _storage_errors():
            rows: list[Any] = self._connection.execute(sql("all_held"), bindings).fetchall()
        return [Held(*row) for row in rows]

    def figures(self, sessions: Sequence[str]) -> dict[str, SessionFigures]:
        """Return by id what tables need of stopped sessions."""
        bindings = {"ids": msgspec.json.encode(sessions).decode()}
        with _storage_errors():
            rows: list[Any] = self._connection.execute(sql("figures"), bindings).fetchall()
        return {name: _FIGURES.decode(document) for name, document in rows}

    def search(self, wanted: SessionFilter, limit: int) -> list[SessionSummary]:
        """Return the lines of up to ``limit`` stopped sessions that are wanted, newest first."""
        with _storage_errors():
            return find_lines(self._connection, wanted, limit)

    def close(self) -> None:
        """Let go of the file; idempotent."""
        self._connection.close()

    def _forget_in_branch(self, erased: Set[str]) -> None:
        row: Any = self._connection.execute(sql("branch_state")).fetchone()
        if row is not None:
            kept = Projection.load(row[0], self.find)
            kept.forget(sorted(erased))
            self._connection.execute(sql("set_branch_state"), (kept.dump(), kept.unsettled))

    def _fold_away(self) -> bool:
        """Leave nothing of what was erased in the log; False, at once, if somebody reads it."""
        self._connection.set_busy_timeout(0)
        try:
            with _storage_errors():
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except SinkUnavailable:
            return False
        finally:
            self._connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        return True

    def _put(self, session: Session) -> None:
        put_lines(self._connection, session)
        document = msgspec.json.encode(session)
        self._connection.execute(sql("put_document"), (session.id, document))


def _is_of(reader: JournalReader, journal: str, position: int) -> bool:
    """Return whether a store that covers so much is of this journal, or of one set aside here."""
    if journal == reader.id:
        return position <= reader.last_position()
    return position < reader.first_position and reader.first_position > 1


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except (apsw.Error, OSError) as error:
        raise SinkUnavailable(f"{STORE_FILE}: {error}") from error


def _open_for_writing(path: Path) -> apsw.Connection:
    """Open or create the file, for its owner alone: it names clients."""
    make_private_file(path)
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    try:
        connection.pragma("journal_mode", "WAL")
        connection.pragma("synchronous", "NORMAL")
        connection.pragma("secure_delete", True)
    except apsw.NotADBError:
        log.warning("%s is no database", path)
    return connection
