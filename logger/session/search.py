"""The look-back search over all sessions of a data directory."""

from pathlib import Path
from typing import Any

import apsw
import msgspec

from logger.journal.glance import has_any_after
from logger.journal.session_kinds import SESSION_PREFIXES
from logger.session.index import (
    STORE_FILE,
    STORE_VERSION,
    SessionFilter,
    find_lines,
    open_store,
    sql,
)
from logger.session.summary import SessionSummary

ALL = -1
"""The limit that is none."""


def search_sessions(
    data_dir: Path, wanted: SessionFilter, limit: int = ALL
) -> list[SessionSummary]:
    """Return the lines of up to ``limit`` sessions that are wanted, newest first.

    Up to date, changing nothing, with or without a recorder running. Takes milliseconds
    while no session is open; else the journal is folded from the last save on.
    """
    found = _settled(data_dir, wanted, limit)
    if found is not None:
        return found
    from logger.session.store import load_sessions  # noqa: PLC0415 - numpy loads slowly

    with load_sessions(data_dir) as sessions:
        return sessions.search(wanted, limit)


def _settled(data_dir: Path, wanted: SessionFilter, limit: int) -> list[SessionSummary] | None:
    """Return what the store alone can tell; None where the journal may know more."""
    path = data_dir / STORE_FILE
    if not path.is_file():
        return None
    try:
        connection = open_store(path)
        try:
            if connection.pragma("user_version") != STORE_VERSION:
                return None
            reach: Any = connection.execute(sql("reach")).fetchone()
            if reach is None:
                return None
            journal, position, unsettled = reach
            if unsettled or has_any_after(data_dir, journal, position, SESSION_PREFIXES):
                return None
            return find_lines(connection, wanted, limit)
        finally:
            connection.close()
    except (apsw.Error, msgspec.MsgspecError):
        return None  # whoever reads all of it tells what is wrong
