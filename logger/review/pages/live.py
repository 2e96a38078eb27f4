"""The live page, and the orders that are given on it."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from logger.archive.report.measures import told_deviation
from logger.errors import CommandRefused, ConfigError, NotRunning
from logger.journal.kinds import SessionViewed
from logger.review.console import Console
from logger.review.legs import drawing
from logger.review.live.picture import Picture
from logger.review.live.scene import ask_status
from logger.review.ordering import by_of
from logger.review.visit import Visit, see_other
from logger.session.cartridges import typed_cartridge
from logger.session.legs import SIDES, ZONES
from logger.session.model import Session
from logger.session.orders import (
    AddNote,
    AnyOrder,
    Pause,
    Resume,
    Start,
    StartSegment,
    Stop,
)
from logger.session.plans import load_plans

_TREATING = ("practitioner", "administrator")
_CONFLICT, _UNAVAILABLE = 409, 503


async def live_page(visit: Visit) -> Response:
    """Show all pens as they are now; a script lets the page go on from there."""
    return await run_in_threadpool(_shown, visit)


async def give_order(visit: Visit) -> Response:
    """Order what a form asks for; a refusal is said where the form stands."""
    order = _ORDERS.get(visit.request.path_params["order"])
    if order is None:
        raise HTTPException(404)
    is_script = "application/json" in visit.request.headers.get("accept", "")
    try:
        asked = msgspec.structs.replace(order(visit.form), by=by_of(visit.who))
        arguments = msgspec.to_builtins(asked)
        done = await run_in_threadpool(visit.console.order, "session", arguments)
    except CommandRefused as refused:
        status = _UNAVAILABLE if isinstance(refused, NotRunning) else _CONFLICT
        if is_script:
            said = {"reason": refused.reason, "mend": refused.mend}
            return JSONResponse(said, status)
        return await run_in_threadpool(_shown, visit, refused, status)
    return JSONResponse(done) if is_script else see_other("/live")


def _shown(visit: Visit, refused: CommandRefused | None = None, status: int = 200) -> Response:
    console = visit.console
    told = ask_status(console.order)
    with console.sessions.now() as kept:
        sessions = kept.going_on()
    _note_views(visit, sessions)
    plans, problem = _plans(console)
    picture = Picture(console.outside.now_unix_ns(), told, told is not None, sessions)
    return visit.page(
        "live.html",
        status,
        picture=picture,
        refused=refused,
        typed=visit.form,
        may_order=visit.who.role in _TREATING,
        plans=plans,
        plans_problem=problem,
        sides=SIDES,
        zones=tuple(ZONES),
        drawing=drawing,
        told_deviation=told_deviation,
    )


def _note_views(visit: Visit, sessions: list[Session]) -> None:
    """Let it be an entry, once a sign-in, that somebody watches a session."""
    signed_in = visit.console.sign_ins.look_at(visit.token)
    viewed = set[str]() if signed_in is None else signed_in.viewed
    for session in sessions:
        if session.id not in viewed:
            now_ns = visit.console.outside.now_unix_ns()
            told = SessionViewed(account=visit.who.id, at_unix_ns=now_ns, session=session.id)
            visit.console.access.note(told)
            viewed.add(session.id)


def _plans(console: Console) -> tuple[list[str], str]:
    """Return the plans at hand, and what is wrong with their file."""
    if console.plans_file is None:
        return [], ""
    try:
        return [f"{name}@{version}" for name, version in load_plans(console.plans_file)], ""
    except ConfigError as error:
        return [], str(error)


Form = Mapping[str, str]


def _start(form: Form) -> Start:
    udi = form.get("cartridge", "").strip()
    return Start(
        pen=form.get("pen") or None,
        client=form.get("client", "").strip(),
        practitioner=form.get("practitioner", "").strip(),
        side=form.get("side", ""),
        zone=form.get("zone", ""),
        plan=form.get("plan", ""),
        indication=form.get("indication", ""),
        cartridge=typed_cartridge(udi, "", "", None) if udi else None,
    )


def _of(form: Form) -> dict[str, Any]:
    """Return which session is meant."""
    return {"session": form.get("session") or None}


def _segment(form: Form) -> StartSegment:
    return StartSegment(side=form.get("side", ""), zone=form.get("zone", ""), **_of(form))


_ORDERS: Mapping[str, Callable[[Form], AnyOrder]] = {
    "start": _start,
    "segment": _segment,
    "pause": lambda form: Pause(**_of(form)),
    "resume": lambda form: Resume(**_of(form)),
    "note": lambda form: AddNote(text=form.get("text", ""), **_of(form)),
    "stop": lambda form: Stop(**_of(form)),
}
