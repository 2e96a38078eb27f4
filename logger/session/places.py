"""Where in a session a position of the journal lies, and which positions are the session's."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from logger.session.model import Break, Interruption, Segment, Session

_LAST_POSSIBLE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Place:
    """``side``, ``zone`` and the segment's ``number`` are None while the session was paused."""

    side: str | None
    zone: str | None
    paused: bool
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Positions that lie at one place, both included."""

    from_position: int
    to_position: int
    place: Place


@dataclass(frozen=True, slots=True)
class Held:
    """Positions of a pen that are a session's, both included."""

    session: str
    pen: str
    from_position: int
    to_position: int


@dataclass(frozen=True, slots=True)
class Reach:
    """The first and the last position that may hold samples of a session, both included."""

    from_position: int
    to_position: int | None


def place_at(session: Session, position: int) -> Place | None:
    """Return where the pen's samples at ``position`` belong; None if not to ``session``."""
    segment = _segment_at(session, position)
    if segment is None:
        return None
    if not segment.assigned:
        lapse = _break_at(session, position, "lapsed")
        if lapse is not None and not lapse.adopted:
            return None
        if lapse is None and _break_at(session, position, "paused") is not None:
            return Place(None, None, True)
    return Place(segment.side, segment.zone, False, segment.number)


def placing(session: Session) -> Callable[[int], Place | None]:
    """Return what gives the same for many positions, some thousand of them in a few ms."""
    stretches = held_stretches(session)
    starts = [stretch.from_position for stretch in stretches]

    def at(position: int) -> Place | None:
        number = bisect_right(starts, position)
        if not number or position > stretches[number - 1].to_position:
            return None
        return stretches[number - 1].place

    return at


def held_stretches(session: Session) -> list[Stretch]:
    """Return all positions whose samples are the session's, in order; no two overlap."""
    held: list[Stretch] = []
    for first, beyond in pairwise(sorted(set(_borders(session)))):
        place = place_at(session, first)
        if place is None:
            continue
        goes_on = held and held[-1].place == place and held[-1].to_position == first - 1
        begin = held.pop().from_position if goes_on else first
        held.append(Stretch(begin, beyond - 1, place))
    return held


def held_of(session: Session) -> list[Held]:
    """Return the same without the places."""
    return [
        Held(session.id, session.pen, one.from_position, one.to_position)
        for one in held_stretches(session)
    ]


def reach(session: Session) -> Reach | None:
    """Return from where to where one must read; None for a session without samples."""
    if not session.segments:
        return None
    ends = [one.to_position for one in session.segments]
    first = min(one.from_position for one in session.segments)
    return Reach(first, None if None in ends else max(end for end in ends if end is not None))


def _segment_at(session: Session, position: int) -> Segment | None:
    for segment in reversed(session.segments):
        if segment.from_position <= position and (
            segment.to_position is None or position <= segment.to_position
        ):
            return segment
    return None


def _break_at(session: Session, position: int, what: Break) -> Interruption | None:
    for one in session.interruptions:
        if (
            one.what == what
            and one.from_position < position
            and (one.to_position is None or position < one.to_position)
        ):
            return one
    return None


def _borders(session: Session) -> Iterator[int]:
    """Yield each position at which the place may change, and one beyond the last."""
    for segment in session.segments:
        yield segment.from_position
        yield _LAST_POSSIBLE if segment.to_position is None else segment.to_position + 1
    for stay in session.interruptions:
        yield stay.from_position + 1
        if stay.to_position is not None:
            yield stay.to_position
