"""Where the journal lies in a data directory."""

import os
import re
from contextlib import suppress
from pathlib import Path

JOURNAL_FILE = "journal.db"
LOCK_FILE = "needlelog.lock"
_SET_ASIDE = re.compile(r"journal\.set-aside-(\d+)\.db")


def journal_path(place: Path) -> Path:
    """Return the journal's file, given it or the data directory that holds it."""
    return place / JOURNAL_FILE if place.is_dir() else place


def wal_path(journal: Path) -> Path:
    """Return the write-ahead log that SQLite keeps beside ``journal``."""
    return journal.with_name(journal.name + "-wal")


def rollback_path(journal: Path) -> Path:
    """Return the rollback journal, which SQLite keeps only while the journal is being made."""
    return journal.with_name(journal.name + "-journal")


def set_aside_name(number: int) -> str:
    """Return under which name the ``number``-th damaged file (from 1) is kept."""
    return f"journal.set-aside-{number}.db"


def set_aside_number(name: str) -> int | None:
    """Return the number of a file that was set aside; None for any other name."""
    match = _SET_ASIDE.fullmatch(name)
    return int(match[1]) if match else None


def set_aside_files(data_dir: Path) -> list[Path]:
    """Return the files that were set aside in ``data_dir``, oldest first."""
    found = [path for path in data_dir.iterdir() if set_aside_number(path.name) is not None]
    return sorted(found, key=lambda path: set_aside_number(path.name) or 0)


def recovered_path(damaged: Path) -> Path:
    """Return the file beside ``damaged`` that holds what could be read of it."""
    return damaged.with_name(f"{damaged.stem}.recovered.db")


def unrecovered(data_dir: Path) -> list[str]:
    """Return the names of files that were set aside and not recovered yet, oldest first."""
    return [one.name for one in set_aside_files(data_dir) if not recovered_path(one).exists()]


def sync_directory(directory: Path) -> None:
    """Make names created in ``directory`` outlast a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_data_directory(directory: Path) -> None:
    """Create ``directory`` for its owner alone, unless it is there; its name is on the drive."""
    if directory.is_dir():
        # A start before this one may have made it and ended before the name was synced.
        # A directory whose parent this user may not read was made by another, long ago.
        with suppress(PermissionError):
            sync_directory(directory.parent)
        return
    make_data_directory(directory.parent)
    directory.mkdir(mode=0o700, exist_ok=True)
    sync_directory(directory.parent)


def make_private_file(path: Path) -> bool:
    """Create an empty file for its owner alone; False if it is there already.

    Then it is not opened: closing any descriptor of a database that this process has open
    drops SQLite's locks on it, and another program may then take its log away. SQLite gives
    the files that it keeps beside it the same rights.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return False
    return True


def make_journal_file(journal: Path) -> None:
    """Create an empty journal unless it is there; its name is on the drive."""
    make_private_file(journal)
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
