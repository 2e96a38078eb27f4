"""The tables of the audit pages: what each looks at, in the archive's own words, and who may."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from logger.accounts.model import ROLES, Role
from logger.archive.heads import heads
from logger.archive.report import audit_reading as reading
from logger.archive.report import audit_tables as tables
from logger.archive.report.access_table import accesses
from logger.archive.report.audit_events import events
from logger.archive.report.audit_reading import Period
from logger.archive.report.audit_tables import Table
from logger.archive.report.listing import NARROW, NUMBER, WIDE, listing
from logger.journal.reader import JournalReader
from logger.review.console import Console
from logger.review.words import Words
from logger.session.kept import KeptSessions

ALL_ROWS = sys.maxsize
ROWS_SHOWN = 200
"""To make a page of more rows takes too long; the download has all."""
EVERYONE: frozenset[Role] = frozenset(ROLES)
AUDITING: frozenset[Role] = frozenset({"auditor", "administrator"})
"""Who may see what others did on the console, and what befell accounts and keys."""
ASSIGNING: frozenset[Role] = frozenset({"practitioner", "administrator"})


@dataclass(frozen=True, slots=True)
class Look:
    """What a table is made of; ``rows_max`` is where it is cut.

    ``kept`` is asked for as short as can be: other pages wait for it.
    """

    kept: KeptSessions
    reader: JournalReader
    period: Period
    words: Words
    rows_max: int


@dataclass(frozen=True, slots=True)
class Area:
    """``name`` stands in the address, and its words are ``area_<name>`` and ``area_<name>_note``.

    ``empty`` is the word of the reports for a table without rows.
    """

    name: str
    roles: frozenset[Role]
    table: Callable[[Look], Table]
    empty: str


def _settings(look: Look) -> Table:
    with look.kept.now() as sessions:
        begun = reading.begun_figures(sessions, look.period)
    return tables.settings_used(begun, look.words, look.rows_max)


def _deviations(look: Look) -> Table:
    with look.kept.now() as sessions:
        begun = reading.begun_figures(sessions, look.period)
    return tables.deviations(begun, look.words, look.rows_max)


def _flags(look: Look) -> Table:
    with look.kept.now() as sessions:
        begun = reading.begun_figures(sessions, look.period)
        flags = reading.cartridge_flags(sessions, begun)
    return tables.flags(flags, look.words, look.rows_max)


def _amendments(look: Look) -> Table:
    with look.kept.now() as sessions:
        amended = reading.amended_sessions(look.reader, sessions, look.period)
    return tables.amendments(amended, look.period, look.words, look.rows_max)


def _accesses(look: Look) -> Table:
    entries = reading.access_entries(look.reader, look.period)[::-1]
    return accesses(entries, look.words, look.rows_max)


def _events(look: Look) -> Table:
    entries = reading.key_events(look.reader, look.period)[::-1]
    return events(entries, look.words, look.rows_max)


def _heads(look: Look) -> Table:
    period = look.period
    first = look.reader.position_at(period.since_unix_ns)
    found = [
        head
        for entry, head in heads(look.reader, first - 1)
        if entry.time_ns < period.until_unix_ns
    ]
    rows = [
        [
            look.words.moment(one.time_unix_ns),
            str(one.position),
            one.chain_hash,
            str(one.tree_size),
            one.tree_root,
            one.key,
        ]
        for one in reversed(found)
    ]
    columns = [("head_time", NARROW), ("head_position", NUMBER), ("head_hash", WIDE)]
    columns += [("seals", NUMBER), ("root", WIDE), ("head_key", WIDE)]
    return listing(look.words, columns, rows, rows_max=look.rows_max)


AREAS = (
    Area("settings", EVERYONE, _settings, "no_sessions"),
    Area("deviations", EVERYONE, _deviations, "no_deviations"),
    Area("cartridges", EVERYONE, _flags, "no_flags"),
    Area("amendments", EVERYONE, _amendments, "no_amendments"),
    Area("access", AUDITING, _accesses, "no_access"),
    Area("events", AUDITING, _events, "no_key_events"),
    Area("heads", AUDITING, _heads, "not_headed"),
)
"""The areas that are a table of a period, in order."""


def area_table(
    area: Area, console: Console, period: Period, words: Words, rows_max: int = ROWS_SHOWN
) -> Table:
    """Return the table of ``area``, cut at ``rows_max``."""
    with JournalReader(console.data_dir) as reader:
        return area.table(Look(console.sessions, reader, period, words, rows_max))
