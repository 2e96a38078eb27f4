"""Opening the journal to append to it, and letting go of it."""

import errno
import logging
from pathlib import Path

import apsw

from logger.errors import ConfigError, JournalError, JournalFull
from logger.journal import files
from logger.journal.connection import check_schema, open_for_writing, open_unshared
from logger.journal.lock import InstanceLock
from logger.journal.migrations import migrate, shipped_migrations
from logger.journal.room import NO_ROOM

log = logging.getLogger(__name__)


def take_lock(data_dir: Path) -> InstanceLock:
    """Return the data directory's lock, making the directory if it is not there.

    CommandRefused if another process has it; ConfigError if this user may not write the
    directory; JournalFull if there is no room, JournalError if the drive fails.
    """
    try:
        files.make_data_directory(data_dir)
        return InstanceLock.take(data_dir)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise JournalFull(
                f"{data_dir} cannot be used: {error.strerror}. Make room on its drive"
            ) from error
        if error.errno == errno.EIO:
            raise JournalError(f"{data_dir} cannot be used: {error.strerror}") from error
        raise ConfigError(
            str(data_dir),
            f"this cannot be the data directory: {error.strerror}",
            "Name one that this user may write",
        ) from error


def close_file(connection: apsw.Connection) -> None:
    """Close the writing connection; the last one folds the write-ahead log into the file."""
    try:
        connection.close()
    except apsw.Error as error:
        # The commits are on the drive, in the write-ahead log, and found there next time.
        log.warning("the write-ahead log stays beside the journal: %s", error)


def leave_file(connection: apsw.Connection) -> None:
    """Close a writing connection that is not to be used, leaving file and log as they are."""
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    close_file(connection)


def open_file(path: Path) -> apsw.Connection:
    """Return the writing connection, once the file is known to be ours and not newer."""
    migrations = shipped_migrations()
    # Beside a rollback journal lies a file that was being made, perhaps torn, and no entries.
    if path.exists() and not files.rollback_path(path).exists():
        standing = open_unshared(path).connection
        try:
            check_schema(standing, path, len(migrations))
        finally:
            standing.close()
    files.make_journal_file(path)
    files.rewrite_wal(path)
    connection = open_for_writing(path)
    try:
        check_schema(connection, path, len(migrations))
        migrate(connection, migrations)
    except (apsw.Error, JournalError):
        leave_file(connection)
        raise
    return connection
