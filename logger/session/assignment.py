"""To which session, side and zone a block belongs: the light fold that sinks use.

It holds one assignment per pen and the stretches of open sessions, and never looks at
a sample.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader


@dataclass(frozen=True, slots=True)
class Assignment:
    """The tags of a block. ``side`` and ``zone`` are None while the session is paused."""

    session: str
    side: str | None
    zone: str | None
    paused: bool


@dataclass(frozen=True, slots=True)
class Retag:
    """Blocks of ``stream`` from ``from_position`` to ``to_position``, both included, changed tags.

    ``former`` is what they were delivered with, ``new`` what is right now; None means
    unassigned.
    """

    stream: str
    from_position: int
    to_position: int
    former: Assignment | None
    new: Assignment | None


_Retagging = (
    kinds.SessionAmended
    | kinds.SamplesAssigned
    | kinds.SessionSplit
    | kinds.SessionMerged
    | kinds.SessionRestated
)
"""What is done to sessions that are stopped; it tells by itself whose tags change."""


@dataclass(slots=True)
class _Open:
    """A session that is not stopped, and since when it carried which tags."""

    pen: str
    session: str
    side: str
    zone: str
    paused: bool = False
    lapsed: bool = False
    stretches: list[tuple[int, Assignment | None]] = field(default_factory=list)

    def assignment(self) -> Assignment | None:
        if self.lapsed:
            return None
        if self.paused:
            return Assignment(self.session, None, None, True)
        return Assignment(self.session, self.side, self.zone, False)

    def mark(self, position: int) -> None:
        self.stretches.append((position, self.assignment()))

    def after(self, position: int, last: int) -> Iterator[tuple[int, int, Assignment | None]]:
        """Yield (from, to, tags) of what lies after ``position``, up to ``last``."""
        ends = [start - 1 for start, _ in self.stretches[1:]] + [last]
        for (start, tags), end in zip(self.stretches, ends, strict=True):
            first = max(start, position + 1)
            if first <= end:
                yield first, end, tags


class Assignments:
    """Folds entries in order; afterwards :meth:`at` answers for the next block of a pen."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._by_pen: dict[str, str] = {}

    @classmethod
    def load(cls, reader: JournalReader, upto: int) -> "Assignments":
        """Return the state after position ``upto``, read from the journal's session entries."""
        assignments = cls()
        for entry in reader.entries(kinds=kinds.SESSION_KINDS, to=upto):
            assignments.apply(entry)
        return assignments

    def at(self, stream: str) -> Assignment | None:
        """Return the tags of a block of pen ``stream`` at this point; None if unassigned."""
        session = self._by_pen.get(stream)
        return self._open[session].assignment() if session is not None else None

    def apply(self, entry: Entry) -> tuple[Retag, ...]:
        """Fold one entry; returns which earlier blocks carry other tags from now on.

        Entries of other kinds, without payload, or of unknown sessions change nothing.
        """
        if entry.kind not in kinds.SESSION_KINDS or entry.payload is None:
            return ()
        payload = kinds.decode(entry.kind, entry.payload)
        if isinstance(payload, _Retagging):
            return tuple(_retag(entry.stream, one) for one in payload.retagged)
        if isinstance(payload, kinds.SessionStarted):
            self._start(payload, entry.position)
            return ()
        if isinstance(payload, kinds.SessionCarried):
            self._carry(payload, entry.position)
            return ()
        if isinstance(payload, kinds.ClientErased):
            self._forget(payload)
            return ()
        live = self._open.get(getattr(payload, "session", ""))
        return self._change(live, payload, entry.position) if live is not None else ()

    def _forget(self, erased: kinds.ClientErased) -> None:
        for session in erased.sessions:
            live = self._open.pop(session, None)
            if live is not None and self._by_pen.get(live.pen) == session:
                del self._by_pen[live.pen]

    def _start(self, started: kinds.SessionStarted, position: int) -> None:
        live = _Open(started.pen, started.session, started.side, started.zone)
        live.mark(position)
        self._open[started.session] = live
        self._by_pen[started.pen] = started.session

    def _carry(self, carried: kinds.SessionCarried, position: int) -> None:
        """Go on as the entry says, whether or not the start of the session was seen."""
        if carried.session not in self._open:
            self._start(carried.started, position)
        live = self._open[carried.session]
        live.side, live.zone = carried.side, carried.zone
        live.paused, live.lapsed = carried.paused, carried.lapsed
        live.mark(position)

    def _change(self, live: _Open, payload: kinds.Payload, position: int) -> tuple[Retag, ...]:
        match payload:
            case kinds.SegmentStarted():
                live.side, live.zone = payload.side, payload.zone
            case kinds.SessionPaused():
                live.paused = True
            case kinds.SessionLapsed():
                live.lapsed = True
            case kinds.SessionResumed():
                live.lapsed = live.paused = False
                live.mark(position)
                return _adopted(live, payload)
            case kinds.SessionStopped():
                return self._stop(live, payload, position)
            case _:
                return ()
        live.mark(position)
        return ()

    def _stop(self, live: _Open, stopped: kinds.SessionStopped, position: int) -> tuple[Retag, ...]:
        del self._open[live.session]
        if self._by_pen.get(live.pen) == live.session:
            del self._by_pen[live.pen]
        if stopped.ended_position is None:
            return ()
        return tuple(
            Retag(live.pen, first, last, tags, None)
            for first, last, tags in live.after(stopped.ended_position, position)
            if tags is not None
        )


def _adopted(live: _Open, resumed: kinds.SessionResumed) -> tuple[Retag, ...]:
    if resumed.adopted_from is None or resumed.adopted_to is None:
        return ()
    new = live.assignment()
    lapsed_at, former = live.stretches[-2]
    live.stretches[-2] = (lapsed_at, new)
    return (Retag(live.pen, resumed.adopted_from, resumed.adopted_to, former, new),)


def _retag(stream: str, told: kinds.Retagged) -> Retag:
    return Retag(
        stream, told.from_position, told.to_position, _tagged(told.former), _tagged(told.now)
    )


def _tagged(tags: kinds.Tags | None) -> Assignment | None:
    return None if tags is None else Assignment(tags.session, tags.side, tags.zone, tags.paused)
