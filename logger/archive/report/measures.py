"""Numbers of a session as tables: by zone, by segment, against the plan."""

from collections.abc import Sequence
from typing import Any

from logger.archive.report.listing import NARROW, NUMBER, WIDE, listing
from logger.archive.report.wording import NOTHING, Wording
from logger.archive.report.zones import ZoneSum
from logger.journal.kinds import Plan
from logger.session.model import Deviation, Session

SESSION_FILE = "session.json"
_MEASURES = (("depth_set", NUMBER), ("depth_measured", NUMBER), ("rate", NUMBER))


def by_zone(sums: Sequence[ZoneSum], session: Session, wording: Wording) -> dict[str, Any]:
    """Return the statistics of each side and zone; area and density where an area was entered."""
    areas = any(one.area_cm2 is not None for one in sums)
    columns = [("site", WIDE), ("stays", NUMBER), ("passes", NUMBER)]
    columns += [("motor_on", NUMBER), *_MEASURES, ("punctures_column", NUMBER)]
    columns += [("area", NUMBER), ("density", NUMBER)] if areas else []
    columns += [("completeness_column", NUMBER), ("deviations_column", NUMBER)]
    rows = []
    for one in sums:
        row = [wording.site(one.side, one.zone), str(one.stays)]
        row += [_passes(one, session.plan, wording), wording.span(one.motor_on_s)]
        row += [
            wording.spread(one.depth_set_mm, 2),
            wording.spread(one.depth_measured_mm, 2),
            wording.spread(one.rate_hz, 1),
            wording.number(one.nominal_punctures),
        ]
        if areas:
            row += [wording.number(one.area_cm2, 1), wording.number(one.density_per_cm2)]
        rows.append([*row, wording.percent(one.completeness), str(one.deviations)])
    return listing(wording, columns, rows)


def by_segment(session: Session, wording: Wording) -> dict[str, Any]:
    """Return the statistics of each segment, with percentiles."""
    columns = [("number", NUMBER), ("site", WIDE), ("from", NARROW)]
    columns += [("lasted", NUMBER), ("motor_on", NUMBER), *_MEASURES]
    columns += [("dial_changes", NUMBER), ("gaps", NUMBER), ("deviations_column", NUMBER)]
    rows = []
    for one in session.segments:
        part = one.statistics
        rows.append(
            [
                str(one.number),
                wording.site(one.side, one.zone),
                wording.time(one.from_unix_ns),
                wording.span(part.duration_s),
                wording.span(part.motor_on_s),
                wording.percentiles(part.depth_set_mm, 2),
                wording.percentiles(part.depth_measured_mm, 2),
                wording.percentiles(part.rate_hz, 1),
                str(part.dial_changes),
                str(part.gaps_counted + part.gaps_uncounted),
                str(len(one.deviations)),
            ]
        )
    return listing(wording, columns, rows, SESSION_FILE, rows_max=100)


def envelope(plan: Plan | None, wording: Wording) -> dict[str, Any]:
    """Return the limits of ``plan`` by zone."""
    rows = [
        [
            wording.name("zones", one.zone),
            wording.number(one.depth_max_mm, 2),
            wording.number(one.depth_tolerance_mm, 2),
            _between(one.rate_min_hz, one.rate_max_hz, wording),
            NOTHING if one.passes is None else str(one.passes),
        ]
        for one in (plan.zones if plan else ())
    ]
    columns = [("limit_zone", WIDE), ("limit_depth", NUMBER), ("limit_tolerance", NUMBER)]
    return listing(wording, [*columns, ("limit_rate", NUMBER), ("limit_passes", NUMBER)], rows)


def deviations(session: Session, wording: Wording) -> dict[str, Any]:
    """Return every interval outside the plan, segment by segment."""
    columns = [("number", NUMBER), ("site", WIDE), ("what", NARROW)]
    columns += [("extreme", NUMBER), ("limit", NUMBER), ("from", NARROW), ("lasted", NUMBER)]
    rows = [
        [
            str(segment.number),
            wording.site(segment.side, one.zone),
            *told_deviation(one, wording),
            wording.time(one.from_unix_ns),
            wording.span(one.lasted_s),
        ]
        for segment in session.segments
        for one in segment.deviations
    ]
    return listing(wording, columns, rows, SESSION_FILE)


def deviations_by_zone(session: Session, wording: Wording) -> dict[str, Any]:
    """Return the deviations of each kind on each side and zone: how many, how long, how far."""
    alike: dict[tuple[str, str, str], list[Deviation]] = {}
    for segment in session.segments:
        for one in segment.deviations:
            alike.setdefault((segment.side, one.zone, one.what), []).append(one)
    rows = []
    for (side, zone, _), some in alike.items():
        farthest = max(some, key=lambda one: abs((one.extreme or 0.0) - (one.limit or 0.0)))
        together_s = sum(one.lasted_s for one in some)
        told = [wording.site(side, zone), *told_deviation(farthest, wording)]
        rows.append([*told, str(len(some)), wording.span(together_s)])
    columns = [("site", WIDE), ("what", NARROW), ("extreme", NUMBER), ("limit", NUMBER)]
    return listing(wording, [*columns, ("times", NUMBER), ("together", NUMBER)], rows)


def told_deviation(one: Deviation, wording: Wording) -> list[str]:
    """Return what deviated, its farthest value and the limit, with units."""
    unit, digits = ("Hz", 1) if one.what.startswith("rate") else ("mm", 3)
    values = [
        NOTHING if value is None else f"{wording.number(value, digits)} {unit}"
        for value in (one.extreme, one.limit)
    ]
    return [wording.name("deviation_kinds", one.what), *values]


def _passes(one: ZoneSum, plan: Plan | None, wording: Wording) -> str:
    limits = {limit.zone: limit for limit in plan.zones} if plan else {}
    planned = limits[one.zone].passes if one.zone in limits else None
    if planned is None:
        return NOTHING if one.passes is None else str(one.passes)
    done = NOTHING if one.passes is None else one.passes
    return wording.word("passes_planned", done=done, planned=planned)


def _between(low: float | None, high: float | None, wording: Wording) -> str:
    if low is None:
        return NOTHING if high is None else f"≤ {wording.number(high, 1)}"
    return (
        f"{wording.number(low, 1)}–{wording.number(high, 1)}"
        if high
        else f"≥ {wording.number(low, 1)}"
    )
