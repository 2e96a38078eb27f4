"""The tables of an audit report."""

from collections.abc import Sequence
from typing import Any

from logger.archive.report.audit_reading import Period, counted
from logger.archive.report.listing import NARROW, NUMBER, WIDE, listing
from logger.archive.report.measures import told_deviation
from logger.archive.report.overview import told_flag
from logger.archive.report.wording import NOTHING, Wording
from logger.archive.report.zones import joined
from logger.session.cartridge_flags import CartridgeFlag
from logger.session.figures import AnySession, StayFigures
from logger.session.model import Deviation, Segment, Session
from logger.session.record import Amendment
from logger.session.unassigned import UnassignedWork

AUDIT_FILE = "audit.json"
ROWS_MAX = 400
"""A longer table is cut, unless told otherwise."""
Table = dict[str, Any]


def figures(
    sessions: Sequence[Session], work: Sequence[UnassignedWork], wording: Wording
) -> list[list[str]]:
    """Return the figures that matter most, each marked where it is of simulated pens."""
    some = counted(sessions)
    idle = [one for one in work if not one.simulated]
    if not idle and all(one.simulated for one in some):
        idle = list(work)
    made_up = any(one.simulated for one in some)
    idle_made_up = any(one.simulated for one in idle)
    values = [
        ("sessions", made_up, str(len(some))),
        ("motor_on", made_up, wording.span(sum(one.totals.motor_on_s for one in some))),
        ("deviations", made_up, str(sum(one.totals.deviations for one in some))),
        ("unassigned", idle_made_up, wording.span(sum(one.motor_on_s for one in idle))),
    ]
    marks = ("", f" · {wording.word('simulated_mark')}")
    return [[wording.word(label) + marks[marked], value] for label, marked, value in values]


def settings_used(
    sessions: Sequence[AnySession], wording: Wording, rows_max: int = ROWS_MAX
) -> Table:
    """Return what each practitioner set and reached with each pen."""
    alike: dict[tuple[str, str], list[AnySession]] = {}
    for one in counted(sessions):
        alike.setdefault((one.pen, one.practitioner), []).append(one)
    rows = []
    simulated = [some[0].simulated for _, some in sorted(alike.items())]
    for (pen, practitioner), some in sorted(alike.items()):
        parts = [segment.statistics for one in some for segment in one.segments]
        rows.append(
            [
                pen,
                practitioner,
                str(len(some)),
                wording.span(sum(one.totals.motor_on_s for one in some)),
                wording.spread(joined([(one.depth_set_mm, one.motor_on_s) for one in parts]), 2),
                wording.spread(
                    joined([(one.depth_measured_mm, one.motor_on_s) for one in parts]), 2
                ),
                wording.spread(joined([(one.rate_hz, one.motor_on_s) for one in parts]), 1),
                str(sum(one.totals.deviations for one in some)),
            ]
        )
    columns = [("pen", WIDE), ("practitioner", WIDE), ("sessions", NUMBER), ("motor_on", NUMBER)]
    columns += [("depth_set", NUMBER), ("depth_measured", NUMBER), ("rate", NUMBER)]
    columns += [("deviations_column", NUMBER)]
    return _table(wording, columns, rows, simulated, rows_max)


def sessions(found: Sequence[Session], wording: Wording) -> Table:
    """Return a line a session, a simulated one marked below its id."""
    rows = [
        [
            wording.moment(one.started_unix_ns),
            f"{one.id}\n{wording.word('simulated_mark')}" if one.simulated else one.id,
            one.pen,
            one.practitioner,
            f"{one.plan.name} {one.plan.version}" if one.plan else NOTHING,
            wording.span(one.totals.motor_on_s),
            wording.percent(one.totals.completeness),
            NOTHING if one.plan is None else str(one.totals.deviations),
            wording.name("review_states", one.record.review_state),
        ]
        for one in found
    ]
    columns = [("started", NARROW), ("session", NARROW), ("pen", NARROW), ("practitioner", NARROW)]
    columns += [("plan", WIDE), ("motor_on", NUMBER), ("completeness_column", NUMBER)]
    columns += [("deviations_column", NUMBER), ("review", NARROW)]
    return listing(wording, columns, rows, AUDIT_FILE, ROWS_MAX)


def deviations(found: Sequence[AnySession], wording: Wording, rows_max: int = ROWS_MAX) -> Table:
    """Return the deviations of each session, of each kind and place together."""
    rows, simulated = [], list[bool]()
    for session in counted(found):
        alike: dict[tuple[str, str, str], list[tuple[Segment | StayFigures, Deviation]]] = {}
        for segment in session.segments:
            for one in segment.deviations:
                alike.setdefault((segment.side, one.zone, one.what), []).append((segment, one))
        for (side, zone, _), some in alike.items():
            farthest = max(
                (one for _, one in some),
                key=lambda one: abs((one.extreme or 0.0) - (one.limit or 0.0)),
            )
            told = [wording.site(side, zone), *told_deviation(farthest, wording)]
            together_s = sum(one.lasted_s for _, one in some)
            simulated.append(session.simulated)
            rows.append(
                [session.id, session.practitioner, *told, str(len(some)), wording.span(together_s)]
            )
    columns = [("session", NARROW), ("practitioner", NARROW), ("site", WIDE), ("what", NARROW)]
    columns += [("extreme", NUMBER), ("limit", NUMBER), ("times", NUMBER), ("together", NUMBER)]
    return _table(wording, columns, rows, simulated, rows_max)


def unassigned(work: Sequence[UnassignedWork], wording: Wording, rows_max: int = ROWS_MAX) -> Table:
    """Return what was recorded with the motor on and is in no session."""
    rows = [
        [
            one.pen,
            wording.moment(one.from_unix_ns),
            wording.moment(one.to_unix_ns),
            wording.span(one.motor_on_s),
            wording.number(one.samples),
            f"{one.from_position}–{one.to_position}",
        ]
        for one in work
    ]
    columns = [("pen", WIDE), ("from", NARROW), ("to", NARROW), ("motor_on", NUMBER)]
    columns += [("samples", NUMBER), ("positions", NUMBER)]
    return _table(wording, columns, rows, [one.simulated for one in work], rows_max)


def flags(
    found: Sequence[tuple[AnySession, CartridgeFlag]], wording: Wording, rows_max: int = ROWS_MAX
) -> Table:
    """Return the cartridges that were used before or had expired."""
    rows = [
        [one.id, one.practitioner, flag.cartridge.lot or NOTHING, told_flag(flag, wording)]
        for one, flag in found
    ]
    columns = [("session", NARROW), ("practitioner", NARROW), ("lot_column", NARROW)]
    simulated = [one.simulated for one, _ in found]
    return _table(wording, [*columns, ("what", WIDE)], rows, simulated, rows_max)


def amended_within(session: Session, period: Period) -> list[Amendment]:
    """Return the amendments that were made within ``period``."""
    since, until = period.since_unix_ns, period.until_unix_ns
    return [one for one in session.record.amendments if since <= one.time_unix_ns < until]


def amendments(
    amended: Sequence[Session], period: Period, wording: Wording, rows_max: int = ROWS_MAX
) -> Table:
    """Return the amendments of the period, whenever their sessions were."""
    made = [(session, one) for session in amended for one in amended_within(session, period)]
    rows = [
        [
            wording.moment(one.time_unix_ns),
            session.id,
            one.actor,
            one.what,
            one.now or NOTHING,
            one.former or NOTHING,
            one.reason,
        ]
        for session, one in made
    ]
    columns = [("when", NARROW), ("session", NARROW), ("who", NARROW), ("what", NARROW)]
    columns += [("present", WIDE), ("former", WIDE), ("reason", WIDE)]
    return _table(wording, columns, rows, [session.simulated for session, _ in made], rows_max)


def _table(
    wording: Wording,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[str]],
    simulated: Sequence[bool],
    rows_max: int,
) -> Table:
    """Return the table; where a row is of a simulated pen, a first column says so of each.

    ``is_simulated`` tells whether all are.
    """
    if any(simulated):
        columns = [("source", NARROW), *columns]
        sources = [wording.word("simulated_mark" if one else "pen") for one in simulated]
        rows = [[source, *row] for source, row in zip(sources, rows, strict=True)]
    table = listing(wording, columns, rows, AUDIT_FILE, rows_max)
    return table | {"is_simulated": bool(simulated) and all(simulated)}
