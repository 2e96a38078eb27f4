"""Is the journal's file what was written into it? The checks of a start, and of a running service.

A start looks at the file's header, its schema, its first and last pages, and whether it
still has the last commit that ``journal.head`` knows of; a small file is read whole. What
lies deeper is found when it is read: then the process ends, leaving word for its next start.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from logger.errors import JournalDamaged
from logger.journal.connection import APPLICATION_ID, open_unshared
from logger.journal.files import JOURNAL_FILE, rollback_path, sync_directory, wal_path
from logger.journal.head import Head, read_head
from logger.journal.migrations import shipped_migrations
from logger.journal.pages import FILE_HEADER_BYTES
from logger.journal.sealing import stored
from logger.journal.statements import statement

log = logging.getLogger(__name__)

DAMAGE_FILE = "journal.damaged"
CHECKED_WHOLE_BYTES = 64 * 1024 * 1024
"""Up to this a start has SQLite read the whole file: 0.1 s where it lies in memory."""

DAMAGE = (apsw.CorruptError, apsw.NotADBError, UnicodeDecodeError)
"""What SQLite raises for a damaged file, and Python for text that never was any."""

_MAGIC = b"SQLite format 3\0"
_REASON_AT_MOST = 300
_READ_MAIN = apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY


def find_damage(data_dir: Path) -> str:
    """Return what is wrong with the journal's file; empty if nothing, or if there is no journal.

    An I/O error, missing rights or a newer version are no damage: apsw.Error passes for
    the caller to tell.
    """
    path = data_dir / JOURNAL_FILE
    told = _told(data_dir)
    head = read_head(data_dir)
    if told:
        return told
    if not path.exists() or path.stat().st_size == 0:
        gone = "it is empty" if path.exists() else "it is gone"
        return f"{gone}, and position {head.position} was committed" if head else ""
    if head is None and rollback_path(path).exists():
        # It was being made when the power went, and holds nothing; SQLite takes it back.
        return ""
    try:
        return _header_problem(path, head) or _content_problem(path, head)
    except DAMAGE as error:
        return str(error)[:_REASON_AT_MOST]


def tell_damage(data_dir: Path, reason: str) -> None:
    """Leave word that the next start must set the journal's file aside; OSError if it cannot be."""
    path = data_dir / DAMAGE_FILE
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, (reason[:_REASON_AT_MOST] or "damaged").encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_directory(data_dir)


@contextmanager
def telling_damage(data_dir: Path) -> Iterator[None]:
    """Leave word of damage of the journal's own file that ends the context."""
    own = data_dir / JOURNAL_FILE
    try:
        yield
    except JournalDamaged as error:
        # SQLite names a file by its whole path, with no symbolic link in it.
        if not error.path or Path(error.path).resolve() == own.resolve():
            _try_to_tell(data_dir, error.reason)
        raise


def _try_to_tell(data_dir: Path, reason: str) -> None:
    try:
        tell_damage(data_dir, reason)
    except OSError as error:
        log.error("%s cannot be written: %s", data_dir / DAMAGE_FILE, error.strerror)


def _told(data_dir: Path) -> str:
    try:
        return (data_dir / DAMAGE_FILE).read_text("utf-8", "replace").strip()
    except FileNotFoundError:
        return ""


def _header_problem(path: Path, head: Head | None) -> str:
    """Return what of the header needlelog never wrote, if a journal is known to be here.

    SQLite takes some of these bytes for another kind of file, and others for a newer one.
    A newer needlelog notes its schema's version beside the file before it changes the file.
    """
    if head is None:
        return ""
    header = _header(path)
    version = int.from_bytes(header[60:64], "big")
    unset = header[44:48] + header[56:64] + header[68:72]
    if wal_path(path).exists() and header.startswith(_MAGIC) and not any(unset):
        # All of it is in the write-ahead log, and was never folded into the file.
        return ""
    expected = (
        _is_ours(header),
        header[18:20] in (b"\1\1", b"\2\2"),
        header[20:24] == b"\0\x40\x20\x20",
        int.from_bytes(header[44:48], "big") == 4,
        int.from_bytes(header[56:60], "big") == 1,
        version <= head.schema,
        version > 0 or wal_path(path).exists(),
    )
    return "" if all(expected) else "its header was altered"


def _header(path: Path) -> bytes:
    """Return the file's header, read by SQLite: closing a descriptor of ours drops its locks."""
    file = apsw.VFSFile("", str(path), [_READ_MAIN, 0])
    try:
        return file.xRead(FILE_HEADER_BYTES, 0)
    finally:
        file.xClose()


def _is_ours(header: bytes) -> bool:
    application = int.from_bytes(header[68:72], "big")
    return header.startswith(_MAGIC) and application == APPLICATION_ID


def _content_problem(path: Path, head: Head | None) -> str:
    connection = open_unshared(path).connection
    try:
        if connection.pragma("application_id") != APPLICATION_ID:
            # Without a commit known of, it is a file being made, or another program's.
            return f"position {head.position} was committed, and it holds none" if head else ""
        version, known = connection.pragma("user_version"), len(shipped_migrations())
        if version > known:
            return ""
        if path.stat().st_size <= CHECKED_WHOLE_BYTES:
            found = connection.pragma("quick_check", 1)
            if found != "ok":
                return str(found).splitlines()[-1][:_REASON_AT_MOST]
        # An older schema may lack what the statements name, until it is migrated.
        return _end_problem(connection, head) if version == known else ""
    except apsw.SQLError as error:
        # A table that we made is not there, or is another.
        return str(error) if head is not None else ""
    finally:
        connection.close()


def _end_problem(connection: apsw.Connection, head: Head | None) -> str:
    """Read both ends of the entries and all cursors, and compare with the commit known of."""
    journal = connection.execute(statement("journal_id")).get
    newest = connection.execute(statement("last_entry")).fetchone()
    try:
        last = stored(newest).position if newest else 0
    except ValueError as error:
        return str(error)
    connection.execute(statement("first_position")).fetchall()
    connection.execute(statement("last_beside_samples")).fetchall()
    connection.execute(statement("cursors")).fetchall()
    if head is None:
        return ""
    stands = connection.execute(statement("chain_hash_at"), (head.position,)).get
    if stands != head.chain_hash and (journal == head.journal or not journal):
        ends = f"it ends at position {last}" if not stands else "another entry stands there"
        return f"position {head.position} was committed, and {ends}"
    if journal != head.journal and stands == head.chain_hash:
        return "its id was altered"
    return ""
