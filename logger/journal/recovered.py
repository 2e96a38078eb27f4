"""A recovered file: every entry that could be read from a damaged one, as it was.

It is a journal file like any other, with the same id, positions, times, payloads and
hashes, and lists what is missing.
"""

from pathlib import Path

import apsw
import msgspec

from logger.errors import JournalError
from logger.journal.connection import open_for_reading
from logger.journal.statements import statement, statements

UNKNOWN_ID = "0" * 32


class Recovered(msgspec.Struct, frozen=True, kw_only=True):
    """What was brought back of ``source``, and what is missing.

    ``holes`` are first and last position of missing entries, both included;
    ``lost_payloads`` the positions of entries of which all but the payload is there.
    ``cursors`` tell how far each sink had come.
    """

    source: str
    file: str
    journal: str
    first: int
    last: int
    entries: int
    holes: tuple[tuple[int, int], ...]
    lost_payloads: tuple[int, ...]
    cursors: dict[str, int]
    quarantined: int

    @property
    def missing(self) -> int:
        """How many entries are missing."""
        return sum(last - first + 1 for first, last in self.holes)


def recovered_or_none(path: Path) -> Recovered | None:
    """Return what a recovered file says of itself; None for any other journal file."""
    try:
        connection = open_for_reading(path).connection
        try:
            return _read(connection, path.name) if _is_recovered(connection) else None
        finally:
            connection.close()
    except apsw.Error:
        # Whoever reads the journal itself says what is wrong with it.
        return None


def _is_recovered(connection: apsw.Connection) -> bool:
    return bool(connection.execute(statements("recovered")["is_recovered"]).get)


def read_recovered(path: Path) -> Recovered:
    """Return what a recovered file says of itself; JournalError if it cannot be read."""
    try:
        connection = open_for_reading(path).connection
        try:
            return _read(connection, path.name)
        finally:
            connection.close()
    except (apsw.Error, ValueError) as error:
        raise JournalError(f"{path} is no recovered journal: {error}") from error


def _read(connection: apsw.Connection, name: str) -> Recovered:
    sql = statements("recovered")
    ((source, first, last),) = connection.execute(sql["recovery"])
    ((entries, quarantined),) = connection.execute(sql["counts"])
    return Recovered(
        source=source,
        file=name,
        journal=connection.execute(statement("journal_id")).get,
        first=first,
        last=last,
        entries=entries,
        holes=tuple(connection.execute(sql["holes"])),
        lost_payloads=tuple(one for (one,) in connection.execute(sql["lost_payloads"])),
        cursors={name: at for name, at, _ in connection.execute(statement("cursors"))},
        quarantined=quarantined,
    )
