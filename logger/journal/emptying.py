"""Takes payloads out of journal files, so that their hashes alone stay."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import apsw

from logger.errors import JournalError
from logger.journal.connection import open_for_writing
from logger.journal.damage import DAMAGE
from logger.journal.files import sync_directory, wal_path
from logger.journal.statements import statement

_PIECE = bytes(1 << 20)


def empty_entries(connection: apsw.Connection, positions: Sequence[int]) -> int:
    """Take the payloads at ``positions`` away, within a transaction; returns how many there were.

    apsw.Error if that cannot be. An entry is taken out and put back without its payload:
    changed where it stands it would leave its page as empty as it is, for ever.
    """
    if not positions:
        return 0
    rows = connection.execute(statement("full_entries"), (json.dumps(positions),)).fetchall()
    connection.executemany(statement("remove_entry"), [row[:1] for row in rows])
    connection.executemany(statement("append_entry"), rows)
    return len(rows)


def empty_recovered(file: Path, positions: Sequence[int]) -> int:
    """Take the payloads at ``positions`` out of a recovered file; returns how many were there.

    So do items in its quarantine. Nothing of them is left in the file or its log.
    JournalError if it cannot be written, or if somebody reads it just now.
    """
    try:
        connection = open_for_writing(file)
        try:
            with connection:
                emptied = empty_entries(connection, positions)
                for position in positions:
                    connection.execute(statement("drop_quarantined_at"), (position,))
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        finally:
            connection.close()
    except (apsw.Error, *DAMAGE) as error:
        raise JournalError(f"{file} cannot be emptied: {error}") from error
    return emptied


def empty_damaged(file: Path) -> bool:
    """Overwrite a file that was set aside, with its log, and leave it empty; False if it was.

    Its name stays: what was recovered of it is found by that. OSError if it cannot be.
    """
    found = [path for path in (file, wal_path(file)) if path.is_file() and path.stat().st_size]
    for path in found:
        overwrite(path)
        os.truncate(path, 0)
    return bool(found)


def overwrite(path: Path) -> None:
    """Write zeros over all of a file and have them on the drive; OSError if it cannot be.

    On a drive that writes elsewhere (flash, copy-on-write) former content may stay below.
    """
    with path.open("r+b") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(_PIECE[:left])
        file.flush()
        os.fsync(file.fileno())


def remove(path: Path) -> bool:
    """Overwrite and remove a file; False if it is not there. OSError if it cannot be."""
    if not path.is_file():
        return False
    overwrite(path)
    path.unlink()
    sync_directory(path.parent)
    return True
