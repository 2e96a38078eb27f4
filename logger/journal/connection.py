"""How the journal's file is opened, for writing and for reading."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import apsw

from logger.errors import ConfigError, JournalError
from logger.journal.files import wal_path

APPLICATION_ID = 0x4E65646C
PAGE_BYTES = 2048
"""Chosen by ``tests/bench/journal_page_size.py``; docs/decisions has the table."""
WAL_BYTES = 4 * 1024 * 1024
"""The write-ahead log is folded into the file when it has grown to this."""

CACHE_KIB = 512
"""Appends touch only the newest pages; SQLite's own 2 MiB would fill with old ones."""

BUSY_TIMEOUT_MS = 5000
_READ_ONLY = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection for reading; ``as_it_lies`` if it takes the file for one nobody changes."""

    connection: apsw.Connection
    as_it_lies: bool


def open_for_writing(path: Path, page_bytes: int = PAGE_BYTES) -> apsw.Connection:
    """Return a connection whose commits are on the drive when they return.

    ``page_bytes`` is for a file that is empty as yet. No checkpoint runs inside a
    commit: the writer runs its own, so that their errors are seen.
    """
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        _close_doors(connection)
        # Asked of SQLite: it first takes back what a power cut left of making the file.
        if connection.pragma("page_count") == 0:
            connection.pragma("page_size", page_bytes)
            connection.pragma("auto_vacuum", "INCREMENTAL")
        connection.pragma("cache_size", -CACHE_KIB)
        connection.pragma("journal_mode", "WAL")
        connection.pragma("synchronous", "FULL")
        connection.pragma("secure_delete", True)
        connection.pragma("journal_size_limit", WAL_BYTES)
        connection.wal_autocheckpoint(0)
        connection.transaction_mode = "IMMEDIATE"
    except apsw.Error:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path) -> Opened:
    """Return a connection that can write nothing, with or without a recorder running.

    SQLite wants to keep a file beside the journal even to read it. Where the directory
    may not be written and nothing is left of a writer, the file is read as it lies.
    """
    try:
        there = path.is_file()
    except PermissionError as error:
        raise _no_right_to_read(path) from error
    if not there:
        raise ConfigError(
            str(path),
            "there is no journal here",
            "Name the data directory, or start `needlelog run` once to create it",
        )
    try:
        return Opened(_probe(path, "mode=ro"), as_it_lies=False)
    except (apsw.CantOpenError, apsw.ReadOnlyError) as error:
        if wal_path(path).exists():
            raise JournalError(
                f"{path} was not closed cleanly and cannot be read here: {error}. "
                "Read it where its directory may be written, or copy it with its -wal file"
            ) from error
        return _open_as_it_lies(path)


def open_unshared(path: Path) -> Opened:
    """Return a connection for reading for the holder of the instance lock; changes nothing."""
    return open_for_reading(path) if wal_path(path).exists() else _open_as_it_lies(path)


def _open_as_it_lies(path: Path) -> Opened:
    try:
        return Opened(_probe(path, "immutable=1"), as_it_lies=True)
    except apsw.CantOpenError as error:
        raise _no_right_to_read(path) from error


def _no_right_to_read(path: Path) -> ConfigError:
    return ConfigError(
        str(path), "this user may not read the journal", "Run as the user of the service"
    )


def _probe(path: Path, how: str) -> apsw.Connection:
    connection = apsw.Connection(f"file:{quote(str(path.absolute()))}?{how}", flags=_READ_ONLY)
    try:
        _close_doors(connection)
        connection.pragma("user_version")
    except apsw.Error:
        connection.close()
        raise
    return connection


def _close_doors(connection: apsw.Connection) -> None:
    """Let nothing in the file run, load or reach further than its tables."""
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_VIEW, 0)
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 0)
    connection.pragma("cell_size_check", True)
    connection.pragma("mmap_size", 0)


def check_schema(connection: apsw.Connection, path: Path, known: int) -> int:
    """Return the file's schema version; JournalError if it is not ours or is newer than ``known``.

    A file in which nothing was made yet has version 0.
    """
    version: int = connection.pragma("user_version")
    application: int = connection.pragma("application_id")
    if application not in (0, APPLICATION_ID) or (version and application != APPLICATION_ID):
        raise JournalError(f"{path} is not a needlelog journal (application id {application:#x})")
    if version > known:
        raise JournalError(
            f"{path} has schema {version}, this needlelog knows up to {known}. "
            "It was left untouched; use the needlelog that wrote it, or a newer one"
        )
    return version
