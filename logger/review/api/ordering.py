"""Orders about sessions, as people give them at the live page and on the page of a session.

A signature is none of them: it needs the person, and a token is a program's.
"""

from typing import Annotated, Any, get_args

import msgspec
from fastapi import Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from logger.errors import CommandRefused, NotRunning
from logger.review.api.call import JSON, Caller, answer
from logger.review.api.shapes import Shape, shape_of
from logger.review.ordering import by_of
from logger.review.visit import Visit
from logger.session.orders import (
    AddNote,
    Pause,
    Resume,
    Start,
    StartSegment,
    Stop,
)
from logger.session.record_orders import (
    Amend,
    AnyRecordOrder,
    Assign,
    FillIn,
    Merge,
    ReviewRecord,
    Split,
)

_BODY_BYTES_MAX = 60_000
_TOLD_ELSEWHERE = ("session", "pen", "by")
"""What the address and the token tell of an order about a session."""


class Ordered(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, as which entry of the journal; ``into`` names what a split made."""

    session: str
    done: str
    position: int
    into: str = ""


async def read_body(request: Request) -> bytes:
    """Return the body; HTTPException for one that is too long or no JSON."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > _BODY_BYTES_MAX:
        raise HTTPException(413)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise HTTPException(415)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_BYTES_MAX:
            raise HTTPException(413)
    return body


Body = Annotated[bytes, Depends(read_body)]
Order = type[Any]
_RECORD_ORDERS: tuple[Order, ...] = get_args(AnyRecordOrder)


StartBody = shape_of(Start, ("by",))
SegmentBody = shape_of(StartSegment, _TOLD_ELSEWHERE)
NoteBody = shape_of(AddNote, _TOLD_ELSEWHERE)
ClinicalBody = shape_of(FillIn, _TOLD_ELSEWHERE)
AmendBody = shape_of(Amend, _TOLD_ELSEWHERE)
ReviewBody = shape_of(ReviewRecord, _TOLD_ELSEWHERE)
AssignBody = shape_of(Assign, _TOLD_ELSEWHERE)
SplitBody = shape_of(Split, _TOLD_ELSEWHERE)
MergeBody = shape_of(Merge, _TOLD_ELSEWHERE)


def start_session(caller: Caller, body: Body) -> Response:
    """Start a session on a pen that is linked."""
    return _carried_out(caller, Start, fields_of(body, StartBody))


def start_segment(caller: Caller, session_id: str, body: Body) -> Response:
    """Go on to another side or zone."""
    return _about(caller, StartSegment, session_id, body, SegmentBody)


def pause_session(caller: Caller, session_id: str) -> Response:
    """Pause a session."""
    return _about(caller, Pause, session_id)


def resume_session(caller: Caller, session_id: str) -> Response:
    """Go on with a session that was paused or lapsed."""
    return _about(caller, Resume, session_id)


def stop_session(caller: Caller, session_id: str) -> Response:
    """Stop a session."""
    return _about(caller, Stop, session_id)


def add_note(caller: Caller, session_id: str, body: Body) -> Response:
    """Write a note to a session, open or stopped."""
    return _about(caller, AddNote, session_id, body, NoteBody)


def fill_in(caller: Caller, session_id: str, body: Body) -> Response:
    """Fill in the clinical form; a reason is needed where something is changed."""
    return _about(caller, FillIn, session_id, body, ClinicalBody)


def amend(caller: Caller, session_id: str, body: Body) -> Response:
    """Amend one value of a stopped session."""
    return _about(caller, Amend, session_id, body, AmendBody)


def review(caller: Caller, session_id: str, body: Body) -> Response:
    """Review a session in the state that was shown."""
    return _about(caller, ReviewRecord, session_id, body, ReviewBody)


def assign(caller: Caller, session_id: str, body: Body) -> Response:
    """Give a stopped session blocks that are nobody's."""
    return _about(caller, Assign, session_id, body, AssignBody)


def split(caller: Caller, session_id: str, body: Body) -> Response:
    """Make another session of all from a block on."""
    return _about(caller, Split, session_id, body, SplitBody)


def merge(caller: Caller, session_id: str, body: Body) -> Response:
    """Bring all of a later session into this one."""
    return _about(caller, Merge, session_id, body, MergeBody)


def _about(
    caller: Visit,
    order: Order,
    session_id: str,
    body: bytes = b"{}",
    shape: Shape = msgspec.Struct,
) -> Response:
    """Carry out an order about the session of the address; HTTPException 404 if there is none."""
    try:
        return _carried_out(caller, order, {**fields_of(body, shape), "session": session_id})
    except NotRunning:
        raise
    except CommandRefused as refused:
        with caller.console.sessions.now() as sessions:
            if sessions.session(session_id) is None:
                raise HTTPException(404) from refused
        raise


def _carried_out(caller: Visit, order: Order, fields: dict[str, Any]) -> Response:
    """Have the order carried out for the account of the token; CommandRefused, NotRunning."""
    if "by" in order.__struct_fields__:
        fields = {**fields, "by": by_of(caller.who)}
    name = "record" if order in _RECORD_ORDERS else "session"
    done = caller.console.order(name, msgspec.to_builtins(order(**fields)))
    return answer(msgspec.convert(done, Ordered))


def fields_of(body: bytes, shape: Shape) -> dict[str, Any]:
    """Return what the body says; HTTPException 400, saying where, if that is of another shape."""
    try:
        return msgspec.structs.asdict(msgspec.json.decode(body, type=shape))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPException(400, str(error)) from None
