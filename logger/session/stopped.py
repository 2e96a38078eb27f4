"""The sessions that are stopped: what entries that come later change about them."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from logger.journal import kinds
from logger.journal.entry import Entry
from logger.session import record_fold as fold
from logger.session.live_state import note_of
from logger.session.model import Session
from logger.session.places import held_stretches
from logger.session.rearranging import divided, united

FindSession = Callable[[str], Session | None]
"""Returns the stopped session of that id, None if there is none."""

FindHolding = Callable[[str, int, int], Sequence[str]]
"""Returns the ids of the stopped sessions that hold samples of a pen between two positions."""


class StoppedSessions:
    """Those that were stopped, or changed after that, since the last save; others are asked for.

    ``due`` are the ids of those whose samples or borders were amended, and whose statistics
    must be summed up anew; ``erased`` those that no store may have any more.
    """

    def __init__(self, find: FindSession, find_holding: FindHolding, due: Sequence[str]) -> None:
        self.fresh: dict[str, Session] = {}
        self.due = list(due)
        self.erased: set[str] = set()
        self._find = find
        self._find_holding = find_holding

    def session(self, session: str) -> Session | None:
        """Return the session of that id, None if it is none that was stopped."""
        if session in self.erased:
            return None
        return self.fresh.get(session) or self._find(session)

    def forget(self, sessions: Sequence[str]) -> None:
        """Know nothing of ``sessions`` any more; ``erased`` names them for the store."""
        self.erased.update(sessions)
        self.due = [one for one in self.due if one not in self.erased]
        for session in sessions:
            self.fresh.pop(session, None)

    def keep(self, *sessions: Session) -> None:
        """Take stopped sessions as they are from here on."""
        for session in sessions:
            self.fresh[session.id] = session
            if session.record.statistics_due and session.id not in self.due:
                self.due.append(session.id)

    def holding(self, pen: str, first: int, last: int) -> list[Session]:
        """Return the sessions that hold positions of ``pen`` from ``first`` to ``last``."""
        names = {*self.fresh, *self._find_holding(pen, first, last)}
        found = [self.session(name) for name in sorted(names)]
        return [
            one for one in found if one is not None and one.pen == pen and holds(one, first, last)
        ]

    def change(self, session: Session, payload: kinds.Payload, entry: Entry) -> None:
        """Fold an entry of the stopped ``session``; only its record can change.

        A store that was saved meanwhile may have the change already.
        """
        if fold.knows(session, entry.position):
            self.keep(session)
            return
        match payload:
            case kinds.SessionSplit():
                self._split(session, payload, entry)
            case kinds.SessionMerged():
                self._merge(session, payload, entry)
            case _:
                self.keep(_changed(session, payload, entry))

    def summed(self, session: Session) -> bool:
        """Take the sums of ``session`` as recomputed; False if it was amended again meanwhile."""
        now = self.session(session.id)
        if now is None or _arrangement(now) != _arrangement(session):
            return False
        self.due = [one for one in self.due if one != session.id]
        self.fresh[now.id] = replace(
            now,
            segments=session.segments,
            samples_paused=session.samples_paused,
            motor_on_while_paused=session.motor_on_while_paused,
            last_motor_on_unix_ns=session.last_motor_on_unix_ns,
            totals=session.totals,
            record=replace(now.record, statistics_due=False),
        )
        return True

    def _split(self, session: Session, payload: kinds.SessionSplit, entry: Entry) -> None:
        early, late = divided(session, payload, payload.account or entry.actor)
        self.keep(
            fold.told_of(early, payload, entry, "", payload.into),
            fold.told_of(late, payload, entry, session.id, payload.into),
        )

    def _merge(self, session: Session, payload: kinds.SessionMerged, entry: Entry) -> None:
        merged = self.session(payload.merged)
        if merged is None:
            return
        whole, emptied = united(session, merged)
        self.keep(
            fold.told_of(whole, payload, entry, "", payload.merged),
            fold.told_of(emptied, payload, entry, payload.merged, session.id),
        )


def holds(session: Session, first: int, last: int) -> bool:
    """Return whether samples between two positions, both included, are the session's."""
    return any(
        one.from_position <= last and first <= one.to_position for one in held_stretches(session)
    )


def _changed(session: Session, payload: kinds.Payload, entry: Entry) -> Session:
    match payload:
        case kinds.SessionNote():
            notes = (*session.notes, note_of(payload, entry))
            return replace(session, notes=notes, record=fold.with_amendments(session.record))
        case kinds.SessionAmended():
            return fold.amended(session, payload, entry)
        case kinds.SamplesAssigned():
            return fold.assigned(session, payload, entry)
        case kinds.SessionClinical():
            record = fold.with_clinical(session.record, payload, entry)
        case kinds.SessionReviewed():
            record = fold.reviewed(session.record, payload, entry)
        case kinds.SessionSigned():
            record = fold.signed(session.record, payload, entry)
        case _:
            return session
    return replace(session, record=record)


def _arrangement(session: Session) -> object:
    """Return all on which the sums of ``session`` depend, besides its samples."""
    return (
        session.cartridge,
        session.interruptions,
        [
            (one.number, one.side, one.zone, one.from_position, one.to_position)
            for one in session.segments
        ],
    )
