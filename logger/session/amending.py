"""The rules of amending one value of a stopped session."""

import msgspec

from logger.errors import CommandRefused
from logger.journal.kinds import Cartridge, SessionAmended
from logger.session.cartridges import check_cartridge
from logger.session.legs import parse_side, parse_zone
from logger.session.model import Segment, Session
from logger.session.places import place_at
from logger.session.rearranging import retags, segment_before, with_border, with_place
from logger.session.record_fold import value_text
from logger.session.record_orders import Amend, KnownRecords
from logger.session.record_permits import check_may_amend, stopped_session, text_of
from logger.session.starting import (
    check_client,
    check_indication,
    check_note,
    check_practitioner,
)

PATHS = (
    "client",
    "practitioner",
    "indication",
    "cartridge",
    "note.<position>",
    "segment.<n>.side",
    "segment.<n>.zone",
    "segment.<n>.from_position",
)
"""What can be amended; the clinical form is filled in anew instead."""


def amend(order: Amend, known: KnownRecords) -> SessionAmended:
    """Return the amendment, with what it was before; CommandRefused where it cannot be."""
    check_may_amend(order.by)
    reason = text_of(order.reason, "reason")
    session = stopped_session(order.session, known)
    amended = _amended(session, order, known)
    if amended.former == amended.now:
        raise CommandRefused(
            f"{order.what} of session {session.id} is {amended.now!r} already",
            "Nothing was changed",
        )
    return msgspec.structs.replace(
        amended, reason=reason, account=order.by.id, nonce=known.make_nonce()
    )


def _amended(session: Session, order: Amend, known: KnownRecords) -> SessionAmended:
    match order.what.split("."):
        case [("client" | "practitioner" | "indication" | "cartridge") as field]:
            return _value(order, value_text(getattr(session, field)), _CHECKS[field](order.now))
        case ["note", position]:
            return _note(session, order, position)
        case ["segment", number, ("side" | "zone")]:
            return _place(session, order, _segment(session, number))
        case ["segment", number, "from_position"]:
            return _border(session, order, _segment(session, number), known)
    raise CommandRefused(f"{order.what!r} cannot be amended", f"Use one of: {', '.join(PATHS)}")


def _value(order: Amend, former: str, now: str) -> SessionAmended:
    return SessionAmended(
        session=order.session, what=order.what, former=former, now=now, reason="", nonce=""
    )


def _cartridge_text(text: str) -> str:
    if not text:
        return ""
    try:
        cartridge = msgspec.json.decode(text, type=Cartridge)
    except msgspec.DecodeError as error:
        raise CommandRefused(
            f"this is no cartridge: {error}",
            'Write words such as lot=A1 needles=12, or JSON: {"lot": "A1", "needle_count": 12}',
        ) from None
    return value_text(check_cartridge(cartridge))


_CHECKS = {
    "client": check_client,
    "practitioner": check_practitioner,
    "indication": check_indication,
    "cartridge": _cartridge_text,
}


def _note(session: Session, order: Amend, position: str) -> SessionAmended:
    for note in session.notes:
        if str(note.position) == position:
            return _value(order, note.text, check_note(order.now))
    places = ", ".join(str(note.position) for note in session.notes) or "none"
    raise CommandRefused(
        f"session {session.id} has no note at position {position}", f"It has notes at: {places}"
    )


def _segment(session: Session, number: str) -> Segment:
    for segment in session.segments:
        if str(segment.number) == number:
            return segment
    raise CommandRefused(
        f"session {session.id} has no segment {number}", f"It has {len(session.segments)}"
    )


def _place(session: Session, order: Amend, segment: Segment) -> SessionAmended:
    if order.what.endswith(".side"):
        now = side = parse_side(order.now)
        former, zone = segment.side, segment.zone
    else:
        now = zone = parse_zone(order.now)
        former, side = segment.zone, segment.side
    changed = with_place(session, segment.number, side, zone)
    return msgspec.structs.replace(
        _value(order, former, now), retagged=retags([session], [changed])
    )


def _border(
    session: Session, order: Amend, segment: Segment, known: KnownRecords
) -> SessionAmended:
    before = None if segment.assigned else segment_before(session, segment.number)
    if before is None:
        raise CommandRefused(
            f"segment {segment.number} of session {session.id} begins where no other ends",
            "Assign samples to the session, or split it",
        )
    position = int(order.now) if order.now.isdecimal() else 0
    times = known.block_times(session.pen, position)
    last = segment.to_position if segment.to_position is not None else position
    if times is None or not before.from_position < position <= last:
        raise CommandRefused(
            f"{order.now!r} is no position of samples within segments {before.number} and "
            f"{segment.number}",
            f"Name one beyond {before.from_position}, up to {last}: "
            f"`needlelog session export {session.id}` lists them",
        )
    if place_at(session, position) is None:
        raise CommandRefused(
            f"the samples at position {position} are not session {session.id}'s", "Name others"
        )
    changed = with_border(session, segment.number, position, times.first_unix_ns)
    return msgspec.structs.replace(
        _value(order, str(segment.from_position), str(position)),
        at_unix_ns=times.first_unix_ns,
        retagged=retags([session], [changed]),
    )
