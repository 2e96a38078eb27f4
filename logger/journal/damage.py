"""Is the journal's file what was written into it? The checks of a start, and of a running service.

A start looks at the file's header, its schema, its first and last pages, and whether it
still has the last commit that ``journal.head`` knows of; a small file is read whole. What
lies deeper is found when it is read: then the process ends, leaving word for its next start.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from logger.errors import JournalDamaged
from logger.journal.connection import APPLICATION_ID, open_unshared
from logger.journal.files import JOURNAL_FILE, rollback_path, sync_directory, wal_path
from logger.journal.head import Head, read_head
from logger.journal.pages import FILE_HEADER_BYTES
from logger.journal.statements import statement

DAMAGE_FILE = "journal.damaged"
CHECKED_WHOLE_BYTES = 64 * 1024 * 1024
"""Up to this a start has SQLite read the whole file: 0.1 s where it lies in memory."""

DAMAGE = (apsw.CorruptError, apsw.NotADBError, UnicodeDecodeError)
"""What SQLite raises for a damaged file, and Python for text that never was any."""

_MAGIC = b"SQLite format 3\0"
_REASON_AT_MOST = 300


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
    """Leave word that the next start must set the journal's file aside."""
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
    try:
        yield
    except JournalDamaged as error:
        if error.path in ("", str(data_dir / JOURNAL_FILE)):
            tell_damage(data_dir, error.reason)
        raise


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
    with path.open("rb") as file:
        header = file.read(FILE_HEADER_BYTES)
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


def _is_ours(header: bytes) -> bool:
    application = int.from_bytes(header[68:72], "big")
    return header.startswith(_MAGIC) and application == APPLICATION_ID


def _content_problem(path: Path, head: Head | None) -> str:
    connection = open_unshared(path).connection
    try:
        application = connection.pragma("application_id")
        if application != APPLICATION_ID:
            return ""
        if path.stat().st_size <= CHECKED_WHOLE_BYTES:
            found = connection.pragma("quick_check", 1)
            if found != "ok":
                return str(found).splitlines()[-1][:_REASON_AT_MOST]
        return _end_problem(connection, head)
    except apsw.SQLError as error:
        # A table that we made is not there, or is another.
        return str(error) if head is not None else ""
    finally:
        connection.close()


def _end_problem(connection: apsw.Connection, head: Head | None) -> str:
    """Read both ends of the entries and all cursors, and compare with the commit known of."""
    journal = connection.execute(statement("journal_id")).get
    last = connection.execute(statement("last_position")).get
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
