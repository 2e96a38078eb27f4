"""A month of sessions as weeks of days, each day in the clinic's zone."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from logger.review.words import Words
from logger.session.index import SessionFilter
from logger.session.kept import KeptSessions
from logger.session.summary import SessionSummary

_NS_PER_S = 1_000_000_000
_FIRST_YEAR, _LAST_YEAR = 1971, 2260


@dataclass(frozen=True, slots=True)
class Day:
    """A day and its sessions, in order; ``is_outside`` where it only fills up a week."""

    date: date
    is_outside: bool
    is_today: bool
    sessions: Sequence[SessionSummary]


def month_of(text: str) -> date | None:
    """Return the first day of a month written ``2026-11``; None where that is none."""
    try:
        first = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return None
    return first if _FIRST_YEAR <= first.year <= _LAST_YEAR else None


def beside(first: date, months: int) -> date:
    """Return the first day of the month so many after that of ``first``."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def weeks_of(kept: KeptSessions, first: date, today: date, words: Words) -> list[list[Day]]:
    """Return the weeks of the month, from Monday on, with the sessions of its days."""
    wanted = SessionFilter(
        since_unix_ns=_midnight_ns(first), until_unix_ns=_midnight_ns(beside(first, 1))
    )
    with kept.now() as sessions:
        found = sessions.search(wanted)
    by_day: dict[date, list[SessionSummary]] = {}
    for one in reversed(found):
        by_day.setdefault(words.local(started_ns(one)).date(), []).append(one)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return [
        [Day(day, day.month != first.month, day == today, by_day.get(day, [])) for day in week]
        for week in weeks
    ]


def started_ns(one: SessionSummary) -> int:
    """Return when a session started, corrected where a later entry knows better."""
    return one.corrected_started_unix_ns or one.started_unix_ns


def _midnight_ns(day: date) -> int:
    return int(datetime.combine(day, time()).astimezone().timestamp()) * _NS_PER_S
