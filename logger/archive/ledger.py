"""What was sealed, and what has changed since: the fold of the journal that sealing needs."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from logger.archive.owners import LAST_POSSIBLE, Owners
from logger.archive.places import Subject
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.kinds import SealSubject
from logger.journal.reader import JournalReader
from logger.session.assignment import Assignments

SEAL = "seal.made"
_NAMED_IN = ("session", "into", "merged")


@dataclass(frozen=True, slots=True)
class LastSeal:
    """The newest seal of a subject, and at which position the journal tells of it."""

    position: int
    told: kinds.SealMade


@dataclass(frozen=True, slots=True)
class Moved:
    """An entry at ``position`` gave samples of ``pen`` to a session, or took them from one."""

    position: int
    pen: str
    from_position: int
    to_position: int


@dataclass(frozen=True, slots=True)
class Due:
    """A subject that may have to be sealed, considering everything up to ``to_position``."""

    subject: Subject
    to_position: int
    last: LastSeal | None


@dataclass
class Ledger:
    """Everything up to ``position``. ``owners`` is by pen, ``moved`` in order of position.

    ``sealed_ns`` tells by a sealed file's SHA-256 (hex) when it was first sealed.
    """

    position: int = 0
    owners: defaultdict[str, Owners] = field(default_factory=lambda: defaultdict(Owners))
    moved: list[Moved] = field(default_factory=list)
    sealed_ns: dict[str, int] = field(default_factory=dict)
    _seals: dict[tuple[SealSubject, str], LastSeal] = field(default_factory=dict)
    _touched: dict[str, int] = field(default_factory=dict)
    _pens: dict[str, str] = field(default_factory=dict)
    _stopped: set[str] = field(default_factory=set)
    _assignments: Assignments = field(default_factory=Assignments)

    @classmethod
    def read(cls, reader: JournalReader) -> "Ledger":
        """Return the ledger of all that the journal holds now."""
        last = reader.last_position()
        ledger = cls()
        for entry in reader.entries(kinds=(*kinds.SESSION_KINDS, SEAL), to=last):
            ledger.apply(entry)
        ledger.position = last
        return ledger

    def apply(self, entry: Entry) -> None:
        """Fold one entry; one whose payload is gone changes nothing."""
        self.position = entry.position
        if entry.payload is None:
            return
        payload = kinds.decode(entry.kind, entry.payload)
        if isinstance(payload, kinds.SealMade):
            self._seals[payload.subject, payload.name] = LastSeal(entry.position, payload)
            self._pens.setdefault(payload.name, entry.stream)
            for digest in payload.files.values():
                self.sealed_ns.setdefault(digest, entry.time_ns)
        elif entry.kind in kinds.SESSION_KINDS:
            self._apply_session(entry, payload)

    def sessions_due(self) -> Iterator[Due]:
        """Yield the stopped sessions that are not sealed as they are now, oldest change first."""
        for session, touched in sorted(self._touched.items(), key=lambda one: one[1]):
            last = self._seals.get(("session", session))
            if session in self._stopped and (last is None or last.told.to_position < touched):
                yield Due(Subject("session", session, self._pens[session]), touched, last)

    def seals(self) -> Iterator[tuple[Subject, LastSeal]]:
        """Yield every subject that was sealed, with its newest seal."""
        for (kind, name), last in self._seals.items():
            yield Subject(kind, name, self._pens[name]), last

    def last_seal(self, subject: Subject) -> LastSeal | None:
        """Return the newest seal of ``subject``; None before the first."""
        return self._seals.get((subject.kind, subject.name))

    def sealed_days(self) -> Iterator[tuple[Subject, LastSeal]]:
        """Yield every pen and day of which unassigned samples were sealed."""
        for (kind, name), last in self._seals.items():
            if kind == "unassigned":
                yield Subject("unassigned", name, name.rpartition("/")[0]), last

    def _apply_session(self, entry: Entry, payload: kinds.Payload) -> None:
        if isinstance(payload, kinds.ClientErased):
            self._forget(payload)
            return
        for name in filter(None, (getattr(payload, one, "") for one in _NAMED_IN)):
            self._touched[name] = entry.position
            self._pens[name] = entry.stream
        if isinstance(payload, kinds.SessionStopped):
            self._stopped.add(payload.session)
        elif isinstance(payload, kinds.SessionSplit):
            self._stopped.add(payload.into)
        elif isinstance(payload, kinds.SessionRestated):
            self._stopped.add(payload.session)
        self._move(entry, payload)

    def _forget(self, erased: kinds.ClientErased) -> None:
        """Seal nothing of erased sessions; their blocks are not unassigned for that."""
        for session in erased.sessions:
            self._touched.pop(session, None)
            self._seals.pop(("session", session), None)
            self._stopped.discard(session)
        for one in erased.stretches:
            self.owners[one.pen].give(one.from_position, one.to_position, one.session)

    def _move(self, entry: Entry, payload: kinds.Payload) -> None:
        pen, owners = entry.stream, self.owners[entry.stream]
        retags = self._assignments.apply(entry)
        now = self._assignments.at(pen)
        owners.give(entry.position + 1, LAST_POSSIBLE, now.session if now else None)
        changed = [
            (one.from_position, one.to_position, one.new.session if one.new else None)
            for one in retags
        ]
        changed += [
            (one.from_position, one.to_position, one.now.session if one.now else None)
            for one in getattr(payload, "retagged", ())
        ]
        for first, last, session in changed:
            owners.give(first, last, session)
            self.moved.append(Moved(entry.position, pen, first, last))
