"""Orders about records, drawn for random days of a clinic."""

from collections.abc import Iterable, Sequence

from logger.session.model import Session
from logger.session.record_orders import (
    Amend,
    AnyRecordOrder,
    Assign,
    Merge,
    ReviewRecord,
    Sign,
    Split,
)
from logger.session.state_hash import state_hash
from tests.support.records import DOCTOR

RECORD_STEPS = (
    *("amend side", "amend zone", "amend border"),
    *("assign", "assign"),
    *("split", "merge"),
    *("review", "sign"),
)
_WHY = "a random day"


def record_order(
    sessions: Iterable[Session], blocks: Sequence[int], step: str, number: int
) -> AnyRecordOrder | None:
    """Return the order of ``step`` on one of a pen's ``sessions``; None where none is stopped.

    ``blocks`` are the positions of the pen's samples; ``number`` chooses.
    """
    stopped = [one for one in sessions if one.state == "stopped" and one.segments]
    if not stopped or not blocks:
        return None
    session = stopped[number % len(stopped)]
    at = number * 7 % len(blocks)
    last = blocks[min(at + number % 3, len(blocks) - 1)]
    if step.startswith("amend"):
        return _amend(session, step, number, blocks[at])
    if step in ("review", "sign"):
        return _sign_off(session, step)
    if step == "assign":
        return Assign(
            session=session.id,
            from_position=blocks[at],
            to_position=last,
            side="right",
            zone="calf",
            reason=_WHY,
            by=DOCTOR,
        )
    if step == "split":
        return Split(session=session.id, at_position=blocks[at], reason=_WHY, by=DOCTOR)
    return Merge(session=stopped[0].id, merged=session.id, reason=_WHY, by=DOCTOR)


def _amend(session: Session, step: str, number: int, position: int) -> Amend:
    segment = session.segments[number % len(session.segments)].number
    what, now = {
        "amend side": (f"segment.{segment}.side", "right" if number % 2 else "left"),
        "amend zone": (f"segment.{segment}.zone", "dorsum-of-foot" if number % 2 else "shin"),
        "amend border": (f"segment.{segment}.from_position", str(position)),
    }[step]
    return Amend(session=session.id, what=what, now=now, reason=_WHY, by=DOCTOR)


def _sign_off(session: Session, step: str) -> ReviewRecord | Sign:
    shown = state_hash(session)
    if step == "review":
        return ReviewRecord(session=session.id, state_hash=shown, by=DOCTOR)
    return Sign(session=session.id, state_hash=shown, meaning="approval", by=DOCTOR)
