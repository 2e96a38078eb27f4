"""Where the journal lies in a data directory."""

import os
from pathlib import Path

JOURNAL_FILE = "journal.db"
LOCK_FILE = "needlelog.lock"


def journal_path(place: Path) -> Path:
    """Return the journal's file, given it or the data directory that holds it."""
    return place / JOURNAL_FILE if place.is_dir() else place


def wal_path(journal: Path) -> Path:
    """Return the write-ahead log that SQLite keeps beside ``journal``."""
    return journal.with_name(journal.name + "-wal")


def sync_directory(directory: Path) -> None:
    """Make names created in ``directory`` outlast a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_data_directory(directory: Path) -> None:
    """Create ``directory`` for its owner alone, unless it is there."""
    if directory.is_dir():
        return
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    sync_directory(directory.parent)


def make_journal_file(journal: Path) -> None:
    """Create an empty file for its owner alone, unless it is there.

    SQLite gives the files that it keeps beside it the same rights.
    """
    descriptor = os.open(journal, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.close(descriptor)
    sync_directory(journal.parent)


def rewrite_wal(journal: Path) -> None:
    """Write a left-over write-ahead log again, byte for byte, and sync it.

    After a failed sync the kernel may hold pages that look written and are not on the
    drive. The log is believed at the next opening and appended to, so it must be on the
    drive first, else a power cut would take later commits along.
    """
    wal = wal_path(journal)
    if not wal.exists():
        return
    with wal.open("r+b") as file:
        content = file.read()
        file.seek(0)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
