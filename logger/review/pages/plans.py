"""The clinic's plans: those at hand, and those that sessions hold copies of."""

from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.archive.report import measures
from logger.errors import ConfigError
from logger.journal.kinds import Plan
from logger.review.console import Console
from logger.review.visit import Visit
from logger.session.plans import load_plans


@dataclass(frozen=True, slots=True)
class _Known:
    """``is_refused``: the file has another content than an earlier session of that version."""

    plan: Plan
    is_at_hand: bool
    is_used: bool
    is_refused: bool


async def plans_page(visit: Visit) -> Response:
    """Show every plan with its limits by zone."""
    known, problem = await run_in_threadpool(_known, visit.console)
    plans = [_told(visit, one) for one in known]
    return visit.page("plans.html", plans=plans, problem=problem)


def _known(console: Console) -> tuple[list[_Known], str]:
    """Return the plans by name and version, and what is wrong with the file."""
    problem = ""
    at_hand = {}
    try:
        at_hand = load_plans(console.plans_file) if console.plans_file else {}
    except ConfigError as error:
        problem = str(error)
    with console.sessions.now() as sessions:
        used = dict(sessions.used_plans)
    known = [
        _Known(
            plan=at_hand.get(key) or used[key],
            is_at_hand=key in at_hand,
            is_used=key in used,
            is_refused=key in at_hand and used.get(key, at_hand[key]) != at_hand[key],
        )
        for key in sorted({*at_hand, *used})
    ]
    return known, problem


def _told(visit: Visit, known: _Known) -> dict[str, Any]:
    words, plan = visit.words, known.plan
    marks = [words.say("plan_at_hand" if known.is_at_hand else "plan_not_at_hand")]
    marks += [words.say("plan_used")] if known.is_used else []
    days = plan.interval_days
    return {
        "title": f"{plan.name} {plan.version}",
        "marks": marks,
        "is_refused": known.is_refused,
        "interval": words.word("interval_days", days=days) if days is not None else "",
        "note": plan.note,
        "envelope": measures.envelope(plan, words),
        "sessions": f"/sessions?plan={plan.name}%40{plan.version}" if known.is_used else "",
    }
