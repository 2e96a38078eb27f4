"""Assigning unassigned telemetry to a session: an order with side, zone and a reason."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.errors import CommandRefused, NotRunning
from logger.review.ordering import by_of, give_record
from logger.review.visit import Visit, see_other
from logger.session.index import SessionFilter
from logger.session.legs import SIDES, ZONES, parse_zone
from logger.session.record_orders import Assign
from logger.session.summary import SessionSummary

_OFFERED = 30
_FIELDS = ("pen", "from_position", "to_position", "at", "session", "side", "zone", "reason")


async def assign_page(visit: Visit) -> Response:
    """Ask which session the blocks that the address names belong to."""
    return await _asking(visit, visit.request.query_params)


async def assign(visit: Visit) -> Response:
    """Give the order, and lead to the session; or say at the form what is wrong."""
    form = visit.form
    try:
        order = Assign(
            session=form.get("session", ""),
            from_position=_position(form.get("from_position", "")),
            to_position=_position(form.get("to_position", "")),
            side=form.get("side", ""),
            zone=parse_zone(form.get("zone", "")),
            reason=form.get("reason", ""),
            by=by_of(visit.who),
        )
        await run_in_threadpool(give_record, visit.console, order)
    except NotRunning:
        raise
    except CommandRefused as refused:
        return await _asking(visit, form, problem=str(refused))
    return see_other(f"/sessions/{order.session}#amendments")


async def _asking(visit: Visit, given: Any, problem: str = "") -> Response:
    values = {name: given.get(name, "").strip() for name in _FIELDS}
    offered = await run_in_threadpool(_sessions, visit, values["pen"], values["at"])
    words = visit.words
    return visit.page(
        "assign.html",
        409 if problem else 200,
        values=values,
        problem=problem,
        offered=[(one.id, _told(visit, one)) for one in offered],
        sides=[(side, words.name("sides", side)) for side in SIDES],
        zones=[(zone, words.name("zones", zone)) for zone in ZONES],
        at_unix_ns=int(values["at"]) if _is_number(values["at"]) else None,
    )


def _sessions(visit: Visit, pen: str, at: str) -> list[SessionSummary]:
    """Return the stopped sessions of ``pen``, those that were nearest in time first."""
    with visit.console.sessions.now() as sessions:
        found = sessions.search(SessionFilter(pen=pen))
    near_ns = int(at) if _is_number(at) else 0
    stopped = [one for one in found if one.state == "stopped"]
    return sorted(stopped, key=lambda one: abs(one.started_unix_ns - near_ns))[:_OFFERED]


def _told(visit: Visit, one: SessionSummary) -> str:
    started = visit.words.day_and_minute(one.started_unix_ns)
    return f"{started} · {one.client} · {one.practitioner} · {one.id}"


def _position(text: str) -> int:
    if not _is_number(text):
        raise CommandRefused(f"{text!r} is no position", "Take it from the list of unassigned work")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 19
