"""The file ``accounts.db``: made for its owner alone, opened so that its writes last."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import apsw

from logger.errors import CommandRefused, ConfigError, JournalError
from logger.journal.files import make_private_file, sync_directory

ACCOUNTS_FILE = "accounts.db"
_STEPS = ("create", "create_tokens", "create_second_factor")
"""The statements that make the file, of which each version has had one more."""
VERSION = len(_STEPS)

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_BUSY_TIMEOUT_MS = 5000
_OWNER_ONLY = 0o600


@cache
def statements() -> Mapping[str, str]:
    """Return every statement of the files in ``schema`` by name."""
    found: dict[str, str] = {}
    for file in files("logger.accounts").joinpath("schema").iterdir():
        _, *parts = _NAME.split(file.read_text("utf-8"))
        named = zip(parts[::2], parts[1::2], strict=True)
        found |= {name: sql.strip() for name, sql in named}
    return found


def open_for_writing(path: Path) -> apsw.Connection:
    """Open or make the file; a commit is on the drive when it returns.

    Raises what :func:`storage_errors` does.
    """
    with storage_errors(path):
        _make_private(path)
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
            connection.pragma("secure_delete", True)
            # One file, no log beside it; EXTRA syncs the directory too.
            connection.pragma("journal_mode", "DELETE")
            connection.pragma("synchronous", "EXTRA")
            with transaction(connection):
                for step in _STEPS[version_of(connection) :]:
                    connection.execute(statements()[step])
                connection.pragma("user_version", max(VERSION, version_of(connection)))
            _check_version(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def open_for_reading(path: Path) -> apsw.Connection | None:
    """Open the file as it is; None where there is none, or one that was only just begun."""
    with storage_errors(path):
        if not path.is_file():
            return None
        name = f"file:{quote(str(path.absolute()))}?mode=ro"
        connection = apsw.Connection(name, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
        try:
            connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
            if version_of(connection) == 0:
                connection.close()
                return None
            _check_version(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def version_of(connection: apsw.Connection) -> int:
    """Return how many of the steps that make the file were taken in it, 0 for an empty one."""
    return int(connection.pragma("user_version"))


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """Commit what is done in the context, or nothing if it raises; waits for other writers.

    ``with connection`` would wait for the file with the interpreter locked, so that another
    thread that has the file could not go on.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Make of SQLite's and the system's errors ones that say what to do."""
    try:
        yield
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise ConfigError(
            str(path),
            f"it is damaged ({error})",
            "Move it away, then set passwords anew with `needlelog account password`",
        ) from error
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.AuthError, PermissionError) as error:
        raise ConfigError(
            str(path), f"this user may not use it ({error})", "Run as the user of the service"
        ) from error
    except apsw.BusyError as error:
        raise CommandRefused(f"{path} is in use by another process", "Try again") from error
    except (apsw.Error, OSError) as error:
        raise JournalError(f"{path} cannot be used: {error}") from error


def _make_private(path: Path) -> None:
    """Create the file for its owner alone; take rights back that somebody gave away."""
    if make_private_file(path):
        sync_directory(path.parent)
    elif path.stat().st_mode & 0o077:
        path.chmod(_OWNER_ONLY)


def _check_version(connection: apsw.Connection, path: Path) -> None:
    version = version_of(connection)
    if version > VERSION:
        raise ConfigError(
            str(path),
            f"it has version {version}, this needlelog knows up to {VERSION}",
            "Use the needlelog that wrote it, or a newer one",
        )
