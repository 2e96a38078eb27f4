"""What an audit of a period looks at: its sessions, and the entries beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, TypeVar

from logger.accounts.access import ACCESS_KINDS
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.session.cartridge_flags import CartridgeFlag
from logger.session.figures import AnySession, SessionFigures
from logger.session.index import SessionFilter
from logger.session.model import Session
from logger.session.store import Sessions
from logger.session.unassigned import Day

AMENDING = (
    "session.amended",
    "session.clinical",
    "session.split",
    "session.merged",
    "samples.assigned",
)
KEY_EVENTS = (
    "journal.opened",
    "key.made",
    "key.revoked",
    "account.added",
    "account.changed",
    "account.closed",
    "account.reopened",
    "account.token_made",
    "account.token_revoked",
    "queue.dropped",
    "queue.given_up",
    "pen.checked",
    "client.erased",
    "client.erasure_done",
    "session.restated",
    "hold.set",
    "hold.lifted",
    "damaged.emptied",
)
"""What whoever audits wants to know of beside sessions.

``payloads.pruned`` is none: it comes once for every seal, and nothing is lost by it.
"""
_NS = 1_000_000_000
_Begun = TypeVar("_Begun", bound=AnySession)


@dataclass(frozen=True, slots=True)
class Period:
    """From a time to before a later one, UTC in ns."""

    since_unix_ns: int
    until_unix_ns: int


def begun_sessions(sessions: Sessions, period: Period) -> list[Session]:
    """Return the sessions that began in ``period``, in order."""
    return _found(sessions, [line.id for line in reversed(sessions.search(_begun(period)))])


def begun_figures(sessions: Sessions, period: Period) -> list[SessionFigures]:
    """Return what tables need of the same sessions, in a fraction of the time."""
    return sessions.figures(_begun(period))[::-1]


def counted(begun: Sequence[_Begun]) -> Sequence[_Begun]:
    """Return the sessions that tables and sums are made of, never real and simulated ones.

    The real ones; all, if there is none that is real.
    """
    return [one for one in begun if not one.simulated] or begun


def amended_sessions(reader: JournalReader, sessions: Sessions, period: Period) -> list[Session]:
    """Return the sessions that were amended in ``period``, whenever they began."""
    amending = entries_of(reader, AMENDING, period)
    return _found(sessions, sorted({name for one in amending for name in _told(one)}))


def cartridge_flags(
    sessions: Sessions, begun: Sequence[AnySession], zone: tzinfo | None = None
) -> list[tuple[AnySession, CartridgeFlag]]:
    """Return what is wrong with the cartridges of those of ``begun`` that are counted.

    Days are those of ``zone``.
    """
    return [(one, flag) for one in counted(begun) for flag in sessions.cartridge_flags(one, zone)]


def key_events(reader: JournalReader, period: Period) -> list[Entry]:
    """Return what befell keys, accounts, queues, pens, journal files and what is kept, in order."""
    return entries_of(reader, KEY_EVENTS, period)


def access_entries(reader: JournalReader, period: Period) -> list[Entry]:
    """Return who used the console in ``period``, and what they looked at or took home."""
    return entries_of(reader, ACCESS_KINDS, period)


def entries_of(reader: JournalReader, named: Sequence[str], period: Period) -> list[Entry]:
    """Return the entries of kinds beside samples that were journaled in ``period``, in order."""
    first = reader.position_at(period.since_unix_ns)
    last = reader.position_at(period.until_unix_ns) - 1
    return list(reader.entries(first - 1, kinds=named, to=last))


def days_of(period: Period, zone: tzinfo | None) -> Iterator[Day]:
    """Yield the local days of ``period``, cut at its ends: few sessions are looked at at once."""
    begin = period.since_unix_ns
    while begin < period.until_unix_ns:
        local = datetime.fromtimestamp(begin // _NS, UTC).astimezone(zone)
        tomorrow = datetime.combine(local.date() + timedelta(days=1), time())
        midnight = tomorrow.astimezone() if zone is None else tomorrow.replace(tzinfo=zone)
        end = min(int(midnight.timestamp()) * _NS, period.until_unix_ns)
        yield Day(begin, end)
        begin = end


def _begun(period: Period) -> SessionFilter:
    return SessionFilter(since_unix_ns=period.since_unix_ns, until_unix_ns=period.until_unix_ns)


def _found(sessions: Sessions, names: Sequence[str]) -> list[Session]:
    found = [sessions.session(name) for name in names]
    return [one for one in found if one is not None]


def _told(entry: Entry) -> Iterator[str]:
    """Yield the sessions that an amending entry is about."""
    if entry.payload is not None:
        told: Any = kinds.decode(entry.kind, entry.payload)
        yield told.session
