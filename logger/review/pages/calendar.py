"""The calendar: a month of sessions, a day a field."""

from datetime import date

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from logger.review.month import beside, month_of, started_ns, weeks_of
from logger.review.visit import Visit

_UNSIGNED = ("recorded", "reviewed")


async def calendar_page(visit: Visit) -> Response:
    """Show the month that the address names, or this one."""
    words, console = visit.words, visit.console
    today = words.local(console.outside.now_unix_ns()).date()
    asked = visit.request.query_params.get("month", "").strip()[:20]
    first = month_of(asked) if asked else today.replace(day=1)
    shown = first or today.replace(day=1)
    weeks = await run_in_threadpool(weeks_of, console.sessions, shown, today, words)
    return visit.page(
        "calendar.html",
        200 if first else 400,
        first=shown,
        asked=asked if first is None else _named(shown),
        problem=words.say("no_month") if first is None else "",
        title=_title(visit, shown),
        weeks=weeks,
        weekdays=[words.say(f"weekday_{number}") for number in range(1, 8)],
        is_empty=not any(day.sessions for week in weeks for day in week),
        before=_named(beside(shown, -1)),
        after=_named(beside(shown, 1)),
        before_title=_title(visit, beside(shown, -1)),
        after_title=_title(visit, beside(shown, 1)),
        started_ns=started_ns,
        unsigned=_UNSIGNED,
        local_time=lambda unix_ns: words.local(unix_ns).strftime("%H:%M"),
        date_told=lambda day: words.date(day.isoformat()),
    )


def _named(first: date) -> str:
    return f"{first:%Y-%m}"


def _title(visit: Visit, first: date) -> str:
    return f"{visit.words.say(f'month_{first.month}')} {first.year}"
