"""What of the journal an erasure covers, and which sessions of others must be told anew for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from logger.archive.retention.holds import HOLD_KINDS
from logger.journal import kinds
from logger.journal.kinds import ErasedStretch
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.places import held_stretches

_NAMED_IN = ("session", "into", "merged")


@dataclass(frozen=True, slots=True)
class Covered:
    """``statements`` are positions of entries; ``kin`` the ids of sessions that rest on them."""

    stretches: tuple[ErasedStretch, ...]
    statements: tuple[int, ...]
    kin: frozenset[str]


def covered_by(reader: JournalReader, sessions: Sequence[Session]) -> Covered:
    """Return what tells of ``sessions``, wherever it lies in the succession.

    ``kin`` are the other sessions that share an entry with one of them (a split), and those
    that share one with these.
    """
    wanted = {one.id for one in sessions}
    clients = {one.client for one in sessions}
    statements: list[int] = []
    shared: list[frozenset[str]] = []
    for position, payload in _told(reader):
        names = frozenset(filter(None, (getattr(payload, one, "") for one in _NAMED_IN)))
        is_hold = isinstance(payload, kinds.HoldSet) and payload.client in clients
        if names & wanted or is_hold:
            statements.append(position)
        if len(names) > 1:
            shared.append(names)
    return Covered(tuple(_stretches(sessions)), tuple(statements), _kin(wanted, shared))


def _told(reader: JournalReader) -> Iterator[tuple[int, kinds.Payload]]:
    for entry in reader.entries(kinds=(*kinds.SESSION_KINDS, *HOLD_KINDS)):
        if entry.payload is not None:
            yield entry.position, kinds.decode(entry.kind, entry.payload)


def _stretches(sessions: Sequence[Session]) -> Iterator[ErasedStretch]:
    for session in sessions:
        for one in held_stretches(session):
            yield ErasedStretch(session.pen, session.id, one.from_position, one.to_position)


def _kin(wanted: set[str], shared: Sequence[frozenset[str]]) -> frozenset[str]:
    found = set(wanted)
    while True:
        wider = found.union(*(names for names in shared if names & found))
        if wider == found:
            return frozenset(found - wanted)
        found = wider
