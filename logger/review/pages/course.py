"""The samples of a session as data, for its timeline."""

import math

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.review.course_marks import marks_of
from logger.review.packing import packed
from logger.review.visit import Visit
from logger.review.window import WIDTH_MAX, as_data, window_of

_WIDTH = 1000


async def course_data(visit: Visit) -> Response:
    """Return what to draw between ``from`` and ``to``, seconds of the axis, on ``width`` pixels.

    Without a time all of the session, with its ``marks``. The view of the page was noted.
    """
    return await run_in_threadpool(_told, visit, visit.request.path_params["session_id"])


def _told(visit: Visit, session_id: str) -> Response:
    console = visit.console
    query = visit.request.query_params
    from_s, to_s, width = (_number(query.get(name)) for name in ("from", "to", "width"))
    with console.sessions.now() as sessions:
        session = sessions.session(session_id)
    if session is None:
        console.courses.forget(session_id)
        raise HTTPException(404)
    columns = console.courses.columns(session)
    told = {}
    if from_s is None or to_s is None:
        from_s, to_s = 0.0, columns.duration_s
        told["marks"] = marks_of(columns, session, visit.words)
    if len(columns):
        pixels = min(max(1, round(width or _WIDTH)), WIDTH_MAX)
        told |= as_data(columns, window_of(columns, from_s, max(to_s, from_s + 1e-6), pixels))
    return packed(visit.request, msgspec.json.encode(told), "application/json")


def _number(text: str | None) -> float | None:
    """Return a number of the address, None where there is none; HTTPException for another text."""
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        raise HTTPException(400) from None
    if not math.isfinite(number) or abs(number) > 1e9:
        raise HTTPException(400)
    return number
