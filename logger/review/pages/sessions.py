"""The list of sessions, and the look-back search in it."""

from collections.abc import Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.errors import CommandRefused, ConfigError
from logger.review.console import Console
from logger.review.search import DEVIATIONS, PAGE_ROWS, Search
from logger.review.visit import Visit, see_other
from logger.session.index import SessionFilter
from logger.session.legs import SIDES, ZONES
from logger.session.summary import SessionSummary

_INDICATIONS = "indications"


async def sessions_page(visit: Visit) -> Response:
    """Show the sessions that are asked for, newest first, a page at a time."""
    query = visit.request.query_params
    search = Search.of(query)
    if any(not text.strip() for text in query.values()):
        return see_other(search.address(search.page))  # an address without empty fields
    try:
        wanted = search.wanted()
    except (ConfigError, CommandRefused) as error:
        return _page(visit, search, [], problem=str(error))
    found = await run_in_threadpool(found_sessions, visit.console, wanted)
    last = max(1, -(-len(found) // PAGE_ROWS))
    if search.page > last:
        return see_other(search.address(last))
    return _page(visit, search, found, asked=wanted != SessionFilter())


def found_sessions(console: Console, wanted: SessionFilter) -> list[SessionSummary]:
    """Return the lines of all sessions that are wanted, newest first."""
    with console.sessions.now() as sessions:
        return sessions.search(wanted)


def _page(
    visit: Visit,
    search: Search,
    found: Sequence[SessionSummary],
    problem: str = "",
    asked: bool = True,
) -> Response:
    first = (search.page - 1) * PAGE_ROWS
    rows = [_row(visit, one) for one in found[first : first + PAGE_ROWS]]
    beyond = first + len(rows) < len(found)
    return visit.page(
        "sessions.html",
        400 if problem else 200,
        search=search,
        choices=_choices(visit),
        rows=rows,
        first=first + 1,
        last=first + len(rows),
        total=len(found),
        newer=search.address(search.page - 1) if search.page > 1 else "",
        older=search.address(search.page + 1) if beyond else "",
        problem=problem,
        asked=asked,
    )


def _row(visit: Visit, one: SessionSummary) -> dict[str, Any]:
    """Return a line of the list, in words."""
    words = visit.words
    started = one.corrected_started_unix_ns or one.started_unix_ns
    return {
        "id": one.id,
        "started": words.day_and_minute(started),
        "client": one.client,
        "practitioner": one.practitioner,
        "pen": one.pen,
        "plan": one.plan,
        "state": words.name("states", one.state),
        "is_going_on": one.state != "stopped",
        "deviations": one.deviations if one.plan else None,
        "completeness": words.percent(one.completeness),
        "is_incomplete": one.completeness not in (None, 1),
        "review": words.name("review_states", one.review_state),
        "simulated": one.simulated,
    }


def _choices(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    """Return value and name of what may be chosen in the search."""
    words = visit.words
    kinds = [kind for kind in DEVIATIONS if kind != "any"]
    return {
        "side": [(side, words.name("sides", side)) for side in SIDES],
        "zone": [(zone, words.name("zones", zone)) for zone in ZONES],
        "indication": list(words.texts[_INDICATIONS].items()),
        "deviation": [
            ("any", words.say("any_deviation")),
            *((kind, words.name("deviation_kinds", kind)) for kind in kinds),
        ],
    }
