"""The projection kept on disk, so that nobody folds the whole journal to list sessions.

Disposable: a store that is missing, damaged, of another version or of another journal
is made anew from the journal. ``sessions.db`` holds a line and a document for every
stopped session, and the open ones as they stood at the position that it covers.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import apsw
import msgspec

from logger.errors import SinkUnavailable
from logger.journal.reader import JournalReader
from logger.session.model import Session, SessionSummary, summary_of
from logger.session.projection import Projection

log = logging.getLogger(__name__)

STORE_FILE = "sessions.db"
STORE_VERSION = 3
"""Raise it whenever the same journal would give other sessions or another dump."""

_BUSY_TIMEOUT_MS = 5000
_READ_ONLY = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI


@cache
def _sql(name: str) -> str:
    return files("logger.session").joinpath("schema", f"{name}.sql").read_text("utf-8")


class SessionStore:
    """Reads and writes ``sessions.db`` of one journal. One thread at a time.

    Only the holder of the instance lock opens it for writing. Its methods raise
    SinkUnavailable where the file cannot be read or written.
    """

    def __init__(self, connection: apsw.Connection, journal: str) -> None:
        self._connection = connection
        self._journal = journal

    @classmethod
    def open(cls, data_dir: Path, reader: JournalReader) -> Self:
        """Open the store for writing; one that cannot be used is thrown away first.

        It must be of the journal that ``reader`` reads, or of a file that this one succeeded,
        and cover no more than that has.
        """
        path = data_dir / STORE_FILE
        with _storage_errors():
            store = cls._usable(_open_for_writing(path), reader)
            if store is None:
                for leftover in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                    leftover.unlink(missing_ok=True)
                connection = _open_for_writing(path)
                connection.execute(_sql("create"))
                connection.pragma("user_version", STORE_VERSION)
                store = cls(connection, reader.id)
                store.save(Projection())
            store._follow(reader)
        return store

    @classmethod
    def open_for_reading(cls, data_dir: Path, reader: JournalReader) -> Self | None:
        """Open the store as it is; None where there is none that can be used."""
        path = data_dir / STORE_FILE
        if not path.is_file():
            return None
        try:
            name = f"file:{quote(str(path.absolute()))}?mode=ro"
            connection = apsw.Connection(name, flags=_READ_ONLY)
            connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
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
                row = connection.execute(_sql("covered")).fetchone()
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
        ((journal, *_),) = self._connection.execute(_sql("covered"))
        if journal != reader.id:
            self._connection.execute(_sql("keep_branch"))
        branch: Any = self._connection.execute(_sql("branch")).fetchone()
        if branch is None:
            return
        beyond = reader.read(branch[1], 1)
        if beyond and beyond[0].position < reader.first_position:
            with self._connection:
                self._connection.execute(_sql("rejoin"))

    def restore(self) -> Projection:
        """Return the projection as saved; it asks this store for stopped sessions."""
        row: Any = self._connection.execute(_sql("covered")).fetchone()
        return Projection.load(row[2], self.find)

    def save(self, projection: Projection) -> None:
        """Write what changed since the last save, in one transaction.

        Afterwards ``projection.stopped`` is empty. If it fails nothing has changed, and a
        later save tries again.
        """
        covered = (self._journal, projection.position, projection.dump())
        with _storage_errors(), self._connection:
            for session in projection.stopped.values():
                self._put(session)
            self._connection.execute(_sql("cover"), covered)
        projection.stopped.clear()

    def find(self, session: str) -> Session | None:
        """Return a stopped session by id, None if the store has none."""
        with _storage_errors():
            row: Any = self._connection.execute(_sql("find"), (session,)).fetchone()
        return msgspec.json.decode(row[0], type=Session) if row is not None else None

    def newest(self, limit: int) -> list[SessionSummary]:
        """Return the lines of up to ``limit`` stopped sessions, newest first."""
        names = SessionSummary.__struct_fields__
        with _storage_errors():
            rows = self._connection.execute(_sql("newest"), {"limit": limit}).fetchall()
        lines = [dict(zip(names, row, strict=True)) for row in rows]
        return msgspec.convert(lines, list[SessionSummary], strict=False)

    def close(self) -> None:
        """Let go of the file; idempotent."""
        self._connection.close()

    def _put(self, session: Session) -> None:
        line = msgspec.structs.asdict(summary_of(session))
        self._connection.execute(_sql("put_summary"), line)
        document = msgspec.json.encode(session)
        self._connection.execute(_sql("put_document"), (session.id, document))


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
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
    try:
        connection.pragma("journal_mode", "WAL")
        connection.pragma("synchronous", "NORMAL")
    except apsw.NotADBError:
        log.warning("%s is no database", path)
    return connection
