"""Where in a session a position of the journal lies."""

from dataclasses import dataclass

from logger.session.model import Break, Interruption, Session


@dataclass(frozen=True, slots=True)
class Place:
    """``side`` and ``zone`` are None while the session was paused."""

    side: str | None
    zone: str | None
    paused: bool


def place_at(session: Session, position: int) -> Place | None:
    """Return where the pen's samples at ``position`` belong; None if not to ``session``."""
    ended = session.ended_position
    if position <= session.started_position or (ended is not None and position > ended):
        return None
    lapse = _break_at(session, position, "lapsed")
    if lapse is not None and not lapse.adopted:
        return None
    if lapse is None and _break_at(session, position, "paused") is not None:
        return Place(None, None, True)
    for segment in reversed(session.segments):
        if segment.from_position <= position:
            return Place(segment.side, segment.zone, False)
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
