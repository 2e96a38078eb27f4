"""The rules of orders: what is known and an order in, payloads to append out.

Nothing here reads a clock, a file or a random source. A refused order raises
CommandRefused with its reason and mend, and appends nothing.
"""

from msgspec.structs import replace

from logger.errors import CommandRefused
from logger.journal.kinds import (
    Payload,
    SegmentStarted,
    SessionNote,
    SessionPaused,
    SessionResumed,
    SessionStopped,
)
from logger.session.legs import parse_side, parse_zone
from logger.session.orders import (
    AddNote,
    AnyOrder,
    Known,
    OpenSession,
    Pause,
    Resume,
    Start,
    StartSegment,
    Stop,
)
from logger.session.record_permits import check_may_treat
from logger.session.starting import check_note, start


def decide(order: AnyOrder, known: Known) -> list[Payload]:
    """Return what ``order`` appends, in order; CommandRefused where it cannot be.

    ``known`` must include everything committed so far, the pen's flushed block too: a
    resume adopts up to the last position that it knows of. Each payload names the account
    by whose holder the order was given, if one signed in for it.
    """
    if order.by is None:
        return _decided(order, known)
    check_may_treat(order.by)
    return [replace(payload, account=order.by.id) for payload in _decided(order, known)]


def _decided(order: AnyOrder, known: Known) -> list[Payload]:
    match order:
        case Start():
            return start(order, known)
        case StartSegment():
            return _segment(order, known)
        case Pause():
            return _pause(order, known)
        case Resume():
            return _resume(order, known)
        case Stop():
            return _stop(order, known)
        case AddNote():
            return _note(order, known)


def find_open(session: str | None, pen: str | None, known: Known) -> OpenSession:
    """Return the open session that id or pen name; with neither, the only one there is."""
    matching = [
        one
        for one in known.open_sessions
        if (session is None or one.id == session) and (pen is None or one.pen == pen)
    ]
    if len(matching) == 1:
        return matching[0]
    if session is not None and not matching:
        raise _not_open(session, pen, known)
    if pen is not None:
        raise CommandRefused(f"no session is open on pen {pen}", _listing(known))
    if not known.open_sessions:
        raise CommandRefused("no session is open", "Start one with `needlelog session start`.")
    raise CommandRefused("more than one session is open", f"Name one. {_listing(known)}")


def _not_open(session: str, pen: str | None, known: Known) -> CommandRefused:
    for one in known.open_sessions:
        if one.id == session:
            return CommandRefused(
                f"session {session} is on pen {one.pen}, not {pen}", "Leave out the pen."
            )
    if known.is_session(session):
        return CommandRefused(f"session {session} is already stopped", "Start a new session.")
    return CommandRefused(f"there is no session {session}", _listing(known))


def _listing(known: Known) -> str:
    if not known.open_sessions:
        return "No session is open."
    lines = (f"{one.id} (pen {one.pen}, {one.state})" for one in known.open_sessions)
    return f"Open: {', '.join(lines)}."


def _refuse_lapsed(one: OpenSession) -> None:
    if one.state == "lapsed":
        raise CommandRefused(
            f"session {one.id} has lapsed: its pen was away for too long",
            "Resume it or stop it first.",
        )


def _segment(order: StartSegment, known: Known) -> list[Payload]:
    side, zone = parse_side(order.side), parse_zone(order.zone)
    one = find_open(order.session, order.pen, known)
    _refuse_lapsed(one)
    if (one.side, one.zone) == (side, zone):
        raise CommandRefused(
            f"session {one.id} is already on {side} {zone}", "Name another side or zone."
        )
    return [SegmentStarted(session=one.id, side=side, zone=zone)]


def _pause(order: Pause, known: Known) -> list[Payload]:
    one = find_open(order.session, order.pen, known)
    _refuse_lapsed(one)
    if one.paused:
        raise CommandRefused(f"session {one.id} is already paused", "Resume or stop it.")
    return [SessionPaused(session=one.id)]


def _resume(order: Resume, known: Known) -> list[Payload]:
    one = find_open(order.session, order.pen, known)
    if one.state == "open":
        raise CommandRefused(f"session {one.id} is going on", "Only a halted session is resumed.")
    pen = known.pens.get(one.pen)
    if one.state != "paused" and (pen is None or not pen.linked):
        raise CommandRefused(
            f"pen {one.pen} of session {one.id} is not linked", "Connect it, or stop the session."
        )
    return [
        SessionResumed(
            session=one.id, adopted_from=one.unassigned_from, adopted_to=one.unassigned_to
        )
    ]


def _stop(order: Stop, known: Known) -> list[Payload]:
    one = find_open(order.session, order.pen, known)
    if one.state != "lapsed":
        return [SessionStopped(session=one.id, reason="ordered")]
    return [
        SessionStopped(
            session=one.id,
            reason="ordered",
            ended_unix_ns=one.broken_unix_ns,
            ended_position=one.broken_position,
        )
    ]


def _note(order: AddNote, known: Known) -> list[Payload]:
    text = check_note(order.text)
    if not text:
        raise CommandRefused("the note is empty", "Give its text.")
    session = order.session
    if session is None or not known.is_session(session):
        session = find_open(session, order.pen, known).id
    return [SessionNote(session=session, text=text, nonce=known.make_nonce())]
