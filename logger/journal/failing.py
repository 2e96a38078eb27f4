"""What a failure of SQLite or the system means for the one who appends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from logger.errors import JournalDamaged, JournalError, JournalFull, JournalUnavailable
from logger.journal.damage import DAMAGE
from logger.journal.room import is_no_room


def failed_commit(error: apsw.Error, connection: apsw.Connection, reason: str) -> JournalError:
    """Return the error that says whether trying again on a journal opened anew may help."""
    path = Path(connection.filename)
    # Closing would fold the log, and sync it again through the descriptor that failed.
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    if isinstance(error, DAMAGE):
        return JournalDamaged(str(error), str(path))
    if isinstance(error, apsw.BusyError):
        return JournalUnavailable(reason)
    if is_no_room(error, connection.system_errno, path.parent):
        return JournalFull(reason)
    return JournalError(reason)


def leaves_log_in_doubt(error: apsw.Error) -> bool:
    """Return whether what the write-ahead log holds in memory may not be on the drive."""
    return not isinstance(error, apsw.BusyError | apsw.FullError)


@contextmanager
def opening_errors(path: Path) -> Iterator[None]:
    """Raise what SQLite or the system says of opening ``path`` as the JournalError that it is."""
    try:
        yield
    except DAMAGE as error:
        raise JournalDamaged(str(error), str(path)) from error
    except (apsw.Error, OSError) as error:
        raise _failed_opening(error, path) from error


def _failed_opening(error: apsw.Error | OSError, path: Path) -> JournalError:
    reason = f"{path} cannot be opened: {error}"
    if is_no_room(error, 0, path.parent):
        return JournalFull(f"{reason}. Make room on its drive")
    return JournalError(reason)
