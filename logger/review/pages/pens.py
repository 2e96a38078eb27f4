"""The pens page, the page of one pen, and the form that records a check with a gauge."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.errors import CommandRefused, ConfigError, NotRunning
from logger.journal.reader import JournalReader
from logger.review.ordering import by_of
from logger.review.pen_facts import checks_of, history_of, pens_seen, sessions_of
from logger.review.pen_tables import cartridges_table, checks_table, depth_drift, rate_drift
from logger.review.visit import Visit, see_other
from logger.session.asked_times import since_unix_ns
from logger.session.index import SessionFilter
from logger.session.pen_checks import CHECK_PEN, CHECKING_ROLES, CheckPen

_DEPTHS = ("depth_set_mm", "gauge_mm")
_FIELDS = (*_DEPTHS, "gauge", "at", "remark")


async def pens_page(visit: Visit) -> Response:
    """Show every pen that was ever linked."""
    return await run_in_threadpool(_all_shown, visit)


async def pen_page(visit: Visit) -> Response:
    """Show one pen, with the form for a check to those who may record one."""
    return await run_in_threadpool(_shown, visit, _empty(visit), {})


async def check_pen(visit: Visit) -> Response:
    """Record a check, or say at its fields what is wrong."""
    given = {name: visit.form.get(name, "").strip() for name in _FIELDS}
    read, problems = _read(given, visit)
    serial = visit.request.path_params["serial"]
    if not problems:
        by = by_of(visit.who)
        order = CheckPen(pen=serial, by=by, gauge=given["gauge"], remark=given["remark"], **read)
        try:
            await run_in_threadpool(visit.console.order, CHECK_PEN, msgspec.to_builtins(order))
        except NotRunning:
            raise
        except CommandRefused as refused:
            problems = {"": str(refused)}
    if problems:
        return await run_in_threadpool(_shown, visit, given, problems)
    return see_other(f"/pens/{quote(serial, safe='')}#checks")


def _all_shown(visit: Visit) -> Response:
    data_dir = visit.console.data_dir
    with visit.console.sessions.now() as sessions:
        counts = Counter(one.pen for one in sessions.search(SessionFilter()))
    with JournalReader(data_dir) as reader:
        pens = [(one, checks_of(reader, one.pen.serial)) for one in pens_seen(reader)]
    return visit.page("pens.html", pens=pens, counts=counts, quote=quote)


def _shown(visit: Visit, given: Mapping[str, str], problems: Mapping[str, str]) -> Response:
    serial, words = visit.request.path_params["serial"], visit.words
    with JournalReader(visit.console.data_dir) as reader:
        found = pens_seen(reader, serial)
        if not found:
            raise HTTPException(404)
        checks = checks_of(reader, serial)
    with visit.console.sessions.now() as sessions:
        used = sessions_of(sessions, serial)
    history = history_of(used)
    return visit.page(
        "pen.html",
        409 if problems else 200,
        seen=found[0],
        history=history,
        drifts=[depth_drift(history, words), rate_drift(history, words)],
        checks=checks_table(checks, words),
        cartridges=cartridges_table(history, words),
        may_check=visit.who.role in CHECKING_ROLES,
        given=given,
        problems=problems,
        quote=quote,
    )


def _empty(visit: Visit) -> dict[str, str]:
    now = visit.words.local(visit.console.outside.now_unix_ns())
    return dict.fromkeys(_FIELDS, "") | {"at": f"{now:%Y-%m-%dT%H:%M}"}


def _read(given: Mapping[str, str], visit: Visit) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the numbers and the time of a form, and what is wrong, by field."""
    read: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name in _DEPTHS:
        try:
            read[name] = float(given[name].replace(",", "."))
        except ValueError:
            problems[name] = visit.words.say("no_depth")
    try:
        read["at_unix_ns"] = since_unix_ns("at", given["at"])
    except ConfigError:
        problems["at"] = visit.words.say("no_time")
    if not given["gauge"]:
        problems["gauge"] = visit.words.say("no_gauge")
    return read, problems
