"""The audit pages: what was set, what deviated, who did what, over a period."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.archive.heads import newest_head
from logger.archive.key_ring import read_key_ring
from logger.archive.report.audit_tables import ROWS_MAX
from logger.errors import ProofFailed
from logger.journal.reader import JournalReader
from logger.review.audit_areas import AREAS, ASSIGNING, AUDITING, Area, area_table
from logger.review.period import asked_period
from logger.review.visit import Page, Visit

PATIENCE_S = 0.1
"""So long a page waits for unassigned telemetry of days that nobody looked through yet."""


def tabs(visit: Visit) -> list[str]:
    """Return the names of the areas that whoever asks may see, in order."""
    role = visit.who.role
    names = [area.name for area in AREAS if role in area.roles]
    names.insert(2, "unassigned")
    return [*names, "verification"] if role in AUDITING else names


async def audit_page(visit: Visit) -> Response:
    """Show what there is to audit, and the downloads of a period."""
    return visit.page("audit.html", **chosen(visit), is_auditing=visit.who.role in AUDITING)


def area_page(area: Area) -> Page:
    """Return the page of ``area``."""

    async def page(visit: Visit) -> Response:
        above = chosen(visit)
        period = above["asked"].period
        table = None
        if period is not None:
            table = await run_in_threadpool(area_table, area, visit.console, period, visit.words)
        beside = await run_in_threadpool(_head, visit) if area.name == "heads" else {}
        return visit.page(
            "audit_area.html",
            400 if table is None else 200,
            area=area,
            table=table,
            **above,
            **beside,
        )

    return page


async def unassigned_page(visit: Visit) -> Response:
    """Show what pens did in no session, and lead to its assignment."""
    period = chosen(visit)
    asked = period["asked"].period
    console = visit.console
    looked = None
    if asked is not None:
        now_ns = console.outside.now_unix_ns()
        looked = await run_in_threadpool(
            console.day_looks.look, console.sessions, asked, now_ns, PATIENCE_S
        )
    return visit.page(
        "audit_unassigned.html",
        400 if looked is None else 200,
        looked=looked,
        work=[] if looked is None else looked.work[:ROWS_MAX],
        may_assign=visit.who.role in ASSIGNING,
        **period,
    )


def chosen(visit: Visit) -> dict[str, Any]:
    """Return the period that is asked for, and what stands above every audit page."""
    now_ns = visit.console.outside.now_unix_ns()
    asked = asked_period(visit.request.query_params, now_ns, visit.words)
    return {"asked": asked, "tabs": tabs(visit), "here": visit.request.url.path}


def _head(visit: Visit) -> dict[str, Any]:
    """Return the newest head, as it is kept elsewhere, and all keys."""
    with JournalReader(visit.console.data_dir) as reader:
        head = newest_head(reader)
        try:
            keys = read_key_ring(reader).keys
        except ProofFailed:
            keys = ()  # the check of the record says so
    return {"head": head, "keys": keys}
