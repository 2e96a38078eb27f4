"""Checks the end of a journal that was not closed, before anything is appended to it."""

import apsw

from logger.journal import chain
from logger.journal.entry import Entry
from logger.journal.sealing import stored
from logger.journal.statements import statement

CHECKED_AT_MOST = 256
"""Entries looked at: what a crash can strike is in the write-ahead log, so among the last."""


def ending_problem(connection: apsw.Connection, journal_id: str) -> str:
    """Return what is wrong with type, payload or chain of the last entries; empty if nothing.

    The whole file is for ``needlelog verify``.
    """
    rows = connection.execute(statement("last_entries"), (CHECKED_AT_MOST,)).fetchall()
    before: Entry | None = None
    for row in reversed(rows):
        try:
            entry = stored(row)
        except ValueError as error:
            return str(error)
        problem = _problem(entry, before, journal_id)
        if problem:
            return f"entry {entry.position}: {problem}"
        before = entry
    return ""


def _problem(entry: Entry, before: Entry | None, journal_id: str) -> str:
    if entry.payload is not None and chain.payload_hash(entry.payload) != entry.payload_hash:
        return "its payload is not the one that was hashed"
    if entry.position == 1:
        previous = chain.first_hash(journal_id)
    elif before is None:
        return ""
    elif entry.position != before.position + 1:
        return f"the one before it is missing, and {before.position} is there"
    else:
        previous = before.chain_hash
    header = chain.header(entry.position, entry.time_ns, entry.kind, entry.stream, entry.actor)
    if chain.chain_hash(previous, header, entry.payload_hash) != entry.chain_hash:
        return "it does not follow from the one before it"
    return ""
