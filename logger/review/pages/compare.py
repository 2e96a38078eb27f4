"""Comparison of sessions that were chosen from the list, or of a client or a pen."""

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.journal.kinds import SessionViewed
from logger.review.comparison import (
    distribution_charts,
    left_and_right,
    over_time,
    percentiles,
    series_table,
    side_by_side,
)
from logger.review.visit import Visit
from logger.session.index import SessionFilter
from logger.session.model import Session
from logger.session.series import started_ns
from logger.session.store import Sessions

SESSIONS_MAX = 12
_TEXT_MAX = 200


async def compare_page(visit: Visit) -> Response:
    """Show sessions beside one another; that each was looked at is noted before."""
    return await run_in_threadpool(_shown, visit)


def _shown(visit: Visit) -> Response:
    query = visit.request.query_params
    asked = [name for name in query.getlist("session") if name][: SESSIONS_MAX + 1]
    by = {name: query.get(name, "").strip()[:_TEXT_MAX] for name in ("client", "pen")}
    console, words = visit.console, visit.words
    with console.sessions.now() as sessions:
        chosen = _chosen(sessions, asked, by)
        found = chosen[-SESSIONS_MAX:]
        clients = {one.client for one in found}
        series = sessions.series(clients.pop()) if len(clients) == 1 else ()
    for one in found:
        now_ns = console.outside.now_unix_ns()
        console.access.note(SessionViewed(account=visit.who.id, at_unix_ns=now_ns, session=one.id))
    distributed = None
    if query.get("distribution") and found:
        counted = console.distributions.of(console.data_dir, found)
        distributed = distribution_charts(found, counted, words)
    return visit.page(
        "compare.html",
        by=by,
        found=found,
        is_asked=bool(asked or any(by.values())),
        is_cut=len(chosen) > len(found),
        sessions_max=SESSIONS_MAX,
        whole=side_by_side(found, words),
        percentiles=percentiles(found, words),
        zones=over_time(found, words),
        sides=left_and_right(found, words),
        series=series_table(series, words) if series else None,
        distributed=distributed,
        with_distribution=_with_distribution(found),
    )


def _chosen(sessions: Sessions, asked: Sequence[str], by: dict[str, str]) -> list[Session]:
    """Return the sessions that are named, or else those of a client or pen, oldest first.

    A session that is none, and one that has given all its samples to another, is left out.
    """
    names = list(dict.fromkeys(asked))
    if not names and any(by.values()):
        wanted = SessionFilter(client=by["client"] or None, pen=by["pen"] or None)
        names = [one.id for one in sessions.search(wanted, SESSIONS_MAX + 1)]
    found = [sessions.session(name) for name in names]
    kept = [one for one in found if one is not None and not one.record.merged_into]
    return sorted(kept, key=started_ns)


def _with_distribution(found: Sequence[Session]) -> str:
    query = [("session", one.id) for one in found]
    return f"/compare?{urlencode([*query, ('distribution', 'yes')])}#distribution"
