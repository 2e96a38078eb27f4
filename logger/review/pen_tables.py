"""A pen's history as tables and control charts, in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from logger.archive.report.listing import NARROW, NUMBER, WIDE, listing
from logger.archive.report.wording import NOTHING
from logger.journal.kinds import PenChecked
from logger.review.charts import Chart, Limit, Point, Series, chart
from logger.review.control_chart import POINTS_MIN, ControlLimits, control_limits
from logger.review.pen_facts import PenHistory, PenPoint
from logger.review.words import Words

Table = dict[str, Any]
_POINTS_MAX = 120
_ROWS_MAX = 50


@dataclass(frozen=True, slots=True)
class Drift:
    """A control chart with its table; ``note`` says what its limits are, or why there are none."""

    title: str
    chart: Chart | None
    note: str
    table: Table


def depth_drift(history: PenHistory, words: Words) -> Drift:
    """Return how measured depth strayed from set depth, a point a session."""
    return _drift("drift_depth", history, lambda one: one.offset_mm, ("mm", 3), words)


def rate_drift(history: PenHistory, words: Words) -> Drift:
    """Return the mean rate, a point a session."""
    return _drift("drift_rate", history, lambda one: one.rate_hz, ("Hz", 1), words)


def checks_table(checks: Sequence[PenChecked], words: Words) -> Table:
    """Return the checks with a gauge."""
    columns = [("when", NARROW), ("who", NARROW), ("gauge", NARROW), ("depth_set", NUMBER)]
    columns += [("gauge_reading", NUMBER), ("gauge_offset", NUMBER), ("checklist_remark", WIDE)]
    rows = [
        [
            words.moment(one.at_unix_ns),
            one.account,
            one.gauge,
            words.number(one.depth_set_mm, 2),
            words.number(one.gauge_mm, 2),
            words.number(one.gauge_mm - one.depth_set_mm, 2),
            one.remark or NOTHING,
        ]
        for one in checks
    ]
    return listing(words, columns, rows, rows_max=_ROWS_MAX)


def cartridges_table(history: PenHistory, words: Words) -> Table:
    """Return the cartridges that were used on the pen, newest first."""
    columns = [("started", NARROW), ("session", NARROW), ("lot_column", NARROW)]
    columns += [("expiry", NARROW), ("serial_column", NARROW), ("needles_column", NUMBER)]
    rows = [
        [
            words.day_and_minute(session.started_unix_ns),
            session.id,
            one.lot or NOTHING,
            words.date(one.expiry),
            one.serial or NOTHING,
            words.number(one.needle_count),
        ]
        for session, one in reversed(history.cartridges)
    ]
    return listing(words, columns, rows, rows_max=_ROWS_MAX)


def _drift(
    word: str,
    history: PenHistory,
    value_of: Callable[[PenPoint], float | None],
    unit: tuple[str, int],
    words: Words,
) -> Drift:
    taken = [(one, value_of(one)) for one in history.points]
    known = [(one, value) for one, value in taken if value is not None][-_POINTS_MAX:]
    limits = control_limits([value for _, value in known])
    title, (sign, digits) = words.say(word), unit

    def is_out(value: float) -> bool:
        return limits is not None and limits.is_out(value)

    columns = [("started", NARROW), ("session", NARROW), ("motor_on", NUMBER)]
    columns += [(f"{word}_column", NUMBER), ("beyond", NARROW)]
    rows = [
        [
            words.day_and_minute(one.started_unix_ns),
            one.session,
            words.span(one.motor_on_s),
            words.number(value, digits),
            f"⚠ {words.say('beyond_limits')}" if is_out(value) else "",
        ]
        for one, value in reversed(known)
    ]
    points = [Point(at, value, is_out=is_out(value)) for at, (_, value) in enumerate(known)]
    names = [f"{words.local(one.started_unix_ns):%Y-%m-%d}" for one, _ in known]
    lines, note = [], words.say("drift_few", least=POINTS_MIN, points=len(known))
    if limits is not None:
        lines = _limit_lines(limits, digits, words)
        note = words.say(
            "drift_limits",
            unit=sign,
            points=len(known),
            centre=words.number(limits.centre, digits),
            lower=words.number(limits.lower, digits),
            upper=words.number(limits.upper, digits),
        )
    drawn = chart(names, [Series(title, points)], sign, words.number, lines)
    return Drift(title, drawn, note, listing(words, columns, rows, rows_max=_POINTS_MAX))


def _limit_lines(limits: ControlLimits, digits: int, words: Words) -> list[Limit]:
    upper, centre, lower = (
        words.number(one, digits) for one in (limits.upper, limits.centre, limits.lower)
    )
    return [
        Limit(f"{words.say('upper_limit')} {upper}", limits.upper, "limit"),
        Limit(f"{words.say('centre')} {centre}", limits.centre, "centre"),
        Limit(f"{words.say('lower_limit')} {lower}", limits.lower, "limit"),
    ]
