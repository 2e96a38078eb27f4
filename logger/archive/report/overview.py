"""The head of a session's report: who, when, with what, and the figures that matter most."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from logger.archive.report.legs import (
    DEPTH_SHADES,
    TIME_SHADES,
    Shading,
    coloured,
    shading_of,
)
from logger.archive.report.wording import NOTHING, Wording, clock_face
from logger.archive.report.zones import ZoneSum
from logger.journal.kinds import Cartridge
from logger.session.cartridge_flags import CartridgeFlag, cartridges_of
from logger.session.clock_account import ClockAccount
from logger.session.model import Session
from logger.session.series import SeriesItem


@dataclass(frozen=True, slots=True)
class Beside:
    """What other sessions tell of one: flags of its cartridges, its place in a series."""

    flags: Sequence[CartridgeFlag] = ()
    series: SeriesItem | None = None


def summary(
    session: Session,
    clocks: ClockAccount,
    site: str,
    beside: Beside,
    wording: Wording,
) -> list[list[str]]:
    """Return label and value of what identifies the session."""
    pen, plan = session.pen_seen, session.plan
    ended_by = wording.name("stop_reasons", session.stop_reason) if session.stop_reason else ""
    pairs = [
        ("clinic", site),
        ("session", session.id),
        ("client", session.client),
        ("practitioner", session.practitioner),
        ("started", wording.moment(session.started_unix_ns)),
        ("ended", wording.moment(session.ended_unix_ns)),
        ("duration", wording.span(clocks.duration_s)),
        ("state", wording.name("states", session.state)),
        ("closed_by", ended_by or NOTHING),
        ("indication", wording.name("indications", session.indication)),
        ("series", _series(beside.series, wording)),
        ("pen", f"{session.pen} {pen.model}".strip()),
        ("firmware", pen.firmware or NOTHING),
        ("profile", f"{pen.profile} {pen.profile_hash[:16]}".strip() or NOTHING),
        ("cartridge", _cartridges(session, beside.flags, wording)),
        ("plan", f"{plan.name} {plan.version}" if plan else wording.word("no_plan")),
        ("clock", _clock(clocks, wording)),
        ("review", wording.name("review_states", session.record.review_state)),
    ]
    amended = {one.what for one in session.record.amendments}
    mark = f" {wording.word('amended_mark')}"
    return [
        [wording.word(label), value + mark if label in amended else value] for label, value in pairs
    ]


def banners(session: Session, wording: Wording) -> list[str]:
    """Return what nobody may overlook, on whichever page: it is no treatment, or goes on."""
    said = [wording.word("simulated")] if session.simulated else []
    return said + ([wording.word("unfinished")] if session.state != "stopped" else [])


def remarks(session: Session, wording: Wording) -> list[str]:
    """Return what must be known before the rest is read."""
    record = session.record
    said = [wording.word("simulated_note")] if session.simulated else []
    said += [wording.word("statistics_due")] if record.statistics_due else []
    if record.split_from:
        said.append(wording.word("split_from", session=record.split_from))
    if record.merged_into:
        said.append(wording.word("merged_into", session=record.merged_into))
    return said


def figures(session: Session, wording: Wording) -> list[list[str]]:
    """Return label and value of the figures that matter most."""
    totals = session.totals
    values = [
        ("motor_on", wording.span(totals.motor_on_s)),
        ("completeness", wording.percent(totals.completeness)),
        ("deviations", NOTHING if session.plan is None else str(totals.deviations)),
        ("punctures", wording.number(totals.nominal_punctures)),
    ]
    return [[wording.word(label), value] for label, value in values]


def drawings(sums: Sequence[ZoneSum], wording: Wording) -> list[dict[str, Any]]:
    """Return the legs coloured by time and by depth; nothing where nothing was treated."""
    times = {(one.side, one.zone): one.motor_on_s for one in sums if one.motor_on_s > 0}
    depths = {
        (one.side, one.zone): one.depth_set_mm.mean for one in sums if one.depth_set_mm is not None
    }
    if not times:
        return []
    longest_s = max(times.values())
    step_s = 1.0 if longest_s < 20 else 5.0 if longest_s < 120 else 30.0
    by_time = shading_of(list(times.values()), TIME_SHADES, step_s)
    by_depth = shading_of(list(depths.values()), DEPTH_SHADES, 0.1)
    time_labels = {site: clock_face(value) for site, value in times.items()}
    depth_labels = {site: wording.number(value, 2) for site, value in depths.items()}
    bounds = [clock_face(step) for step in by_time.steps]
    drawn = [_drawing("legs_time", times, time_labels, by_time, bounds, wording)]
    if depths:
        bounds = [wording.number(step, 1) for step in by_depth.steps]
        drawn.append(_drawing("legs_depth", depths, depth_labels, by_depth, bounds, wording))
    return drawn


def _drawing(
    title: str,
    values: dict[tuple[str, str], float],
    labels: dict[tuple[str, str], str],
    shading: Shading,
    bounds: Sequence[str],
    wording: Wording,
) -> dict[str, Any]:
    told = "; ".join(f"{wording.site(*site)}: {label}" for site, label in labels.items())
    steps = [f"≤ {bound}" for bound in bounds] + [f"> {bounds[-1]}"]
    return {
        "title": wording.word(title),
        "file": f"{title}.svg",
        "svg": coloured(values, labels, shading),
        "alt": wording.word("legs_alt", title=wording.word(title), values=told),
        "legend": [
            {"shade": shade, "label": label}
            for shade, label in zip(shading.shades, steps, strict=True)
        ],
    }


def _cartridges(session: Session, flags: Sequence[CartridgeFlag], wording: Wording) -> str:
    heads = [head for _, head in cartridges_of(session)]
    if not heads and session.cartridge is not None:
        heads = [session.cartridge]
    told = [_cartridge(head, session, wording) for head in heads]
    return "; ".join([*told, *(told_flag(flag, wording) for flag in flags)]) or NOTHING


def told_flag(flag: CartridgeFlag, wording: Wording) -> str:
    """Return what is wrong with a cartridge, in words."""
    return wording.name("cartridge_flags", flag.what).format(
        sessions=", ".join(flag.sessions),
        expiry=wording.date(flag.cartridge.expiry),
        day=wording.date(flag.day),
    )


def _cartridge(head: Cartridge, session: Session, wording: Wording) -> str:
    needles = session.pen_seen.needles if head.needle_count is None else head.needle_count
    parts = [] if needles is None else [wording.word("needles", count=needles)]
    parts += [wording.word("lot", lot=head.lot)] if head.lot else []
    parts += [wording.word("expires", expiry=wording.date(head.expiry))] if head.expiry else []
    parts += [wording.word("serial", serial=head.serial)] if head.serial else []
    parts += [f"GTIN {head.gtin}"] if head.gtin else [head.udi] if head.udi else []
    return ", ".join(parts) or NOTHING


def _series(item: SeriesItem | None, wording: Wording) -> str:
    if item is None:
        return NOTHING
    if item.interval_days is None:
        return wording.word("series_first")
    days = wording.number(item.interval_days, 1)
    told = wording.word("series_later", number=item.number, days=days)
    planned = item.interval_planned_days
    return told if planned is None else f"{told}, {wording.word('series_plan', days=planned)}"


def _clock(clocks: ClockAccount, wording: Wording) -> str:
    parts = [wording.word("clock_good" if clocks.synchronised else "clock_bad")]
    if clocks.steps:
        parts.append(wording.word("clock_steps", count=clocks.steps))
    started, ended = clocks.corrected_started_unix_ns, clocks.corrected_ended_unix_ns
    if started is not None or ended is not None:
        times = {"from": wording.moment(started), "to": wording.moment(ended)}
        parts.append(wording.word("corrected", **times))
    return "; ".join(parts)
