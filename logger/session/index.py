"""The lines of stopped sessions in ``sessions.db``, and the search among them.

Needs nothing of the journal, so that a list of sessions is there at once.
"""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw
import msgspec

from logger.session.summary import SessionSummary

STORE_FILE = "sessions.db"
STORE_VERSION = 5
"""Raise it whenever the same journal would give other sessions or another dump."""

BUSY_TIMEOUT_MS = 5000
_SCHEMA = Path(__file__).with_name("schema")
_READ_ONLY = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI


class SessionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a session must be to be wanted; None asks for nothing.

    Times are of its start, UTC in ns, corrected where a later entry knows better: from
    ``since`` on and before ``until``. ``plan`` is ``name`` or ``name@version``.
    ``deviation`` is one of ``logger.session.model.DeviationKind`` or ``any``. Side, zone and
    deviation must be found together.
    """

    since_unix_ns: int | None = None
    until_unix_ns: int | None = None
    pen: str | None = None
    practitioner: str | None = None
    client: str | None = None
    side: str | None = None
    zone: str | None = None
    plan: str | None = None
    indication: str | None = None
    deviation: str | None = None


@cache
def sql(name: str) -> str:
    """Return the statement in ``schema/<name>.sql``."""
    return (_SCHEMA / f"{name}.sql").read_text("utf-8")


def open_store(path: Path) -> apsw.Connection:
    """Return a connection to the store that can write nothing; apsw.Error where it cannot be."""
    name = f"file:{quote(str(path.absolute()))}?mode=ro"
    connection = apsw.Connection(name, flags=_READ_ONLY)
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    return connection


def find_lines(
    connection: apsw.Connection, wanted: SessionFilter, limit: int
) -> list[SessionSummary]:
    """Return up to ``limit`` lines that are wanted, newest first; a negative limit is none."""
    bindings: dict[str, Any] = {**msgspec.structs.asdict(wanted), "limit": limit}
    names = SessionSummary.__struct_fields__
    lines = [
        dict(zip(names, row, strict=True)) for row in connection.execute(sql("search"), bindings)
    ]
    return msgspec.convert(lines, list[SessionSummary], strict=False)
