"""The tables of an audit report."""

from collections.abc import Sequence
from typing import Any

import msgspec

from logger.archive.report.audit_reading import Period
from logger.archive.report.listing import NARROW, NUMBER, WIDE, listing
from logger.archive.report.measures import told_deviation
from logger.archive.report.overview import told_flag
from logger.archive.report.wording import NOTHING, Wording
from logger.archive.report.zones import joined
from logger.archive.verification.record import Verified
from logger.journal.entry import Entry
from logger.journal.verify import VerifyResult
from logger.session.cartridge_flags import CartridgeFlag
from logger.session.figures import AnySession, StayFigures
from logger.session.model import Deviation, Segment, Session
from logger.session.record import Amendment
from logger.session.unassigned import UnassignedWork

AUDIT_FILE = "audit.json"
ROWS_MAX = 400
"""A longer table is cut, unless told otherwise."""
_NOT_SHOWN = ("nonce", "signature", "endorsement", "public_key", "credential")
Table = dict[str, Any]


def figures(
    sessions: Sequence[Session], work: Sequence[UnassignedWork], wording: Wording
) -> list[list[str]]:
    """Return the figures that matter most; simulated sessions and pens are left out."""
    real = [one for one in sessions if not one.simulated]
    idle_s = sum(one.motor_on_s for one in work if not one.simulated)
    values = [
        ("sessions", str(len(real))),
        ("motor_on", wording.span(sum(one.totals.motor_on_s for one in real))),
        ("deviations", str(sum(one.totals.deviations for one in real))),
        ("unassigned", wording.span(idle_s)),
    ]
    return [[wording.word(label), value] for label, value in values]


def verification(verified: Verified, wording: Wording) -> list[str]:
    """Return what the check of the journal, of files before it, and of all seals found."""
    found, archive = verified.journal, verified.archive
    earlier = [one.file for one in found.files[:-1] if not one.good]
    bad = [wording.word("verified_bad_file", file=name) for name in earlier]
    bad += [wording.word("verified_unrecovered", file=name) for name in found.unrecovered]
    bad += [wording.word("verified_bad_archive", problem=one) for one in archive.problems]
    counts = {"seals": archive.seals, "heads": archive.heads, "keys": archive.keys}
    sealed = [] if archive.problems else [wording.word("verified_archive", **counts)]
    return [*_journal_verification(found.current, wording), *bad, *sealed]


def _journal_verification(verified: VerifyResult, wording: Wording) -> list[str]:
    if not verified.good:
        problem = {"position": verified.bad_position, "problem": verified.problem}
        return [wording.word("verified_bad", **problem)]
    said = [
        wording.word(
            "verified_good",
            entries=wording.number(verified.entries),
            position=verified.head_position,
        ),
        wording.word("verified_head", hash=verified.head_hash),
    ]
    if verified.pruned:
        said.append(wording.word("verified_pruned", count=wording.number(verified.pruned)))
    return said


def settings_used(
    sessions: Sequence[AnySession], wording: Wording, rows_max: int = ROWS_MAX
) -> Table:
    """Return what each practitioner set and reached with each pen."""
    alike: dict[tuple[str, str], list[AnySession]] = {}
    for one in sessions:
        if not one.simulated:
            alike.setdefault((one.pen, one.practitioner), []).append(one)
    rows = []
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
    return _table(wording, [*columns, ("deviations_column", NUMBER)], rows, rows_max)


def sessions(found: Sequence[Session], wording: Wording) -> Table:
    """Return a line a session."""
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
    return _table(wording, [*columns, ("deviations_column", NUMBER), ("review", NARROW)], rows)


def deviations(found: Sequence[AnySession], wording: Wording, rows_max: int = ROWS_MAX) -> Table:
    """Return the deviations of each session, of each kind and place together."""
    rows = []
    for session in found:
        alike: dict[tuple[str, str, str], list[tuple[Segment | StayFigures, Deviation]]] = {}
        for segment in session.segments if not session.simulated else ():
            for one in segment.deviations:
                alike.setdefault((segment.side, one.zone, one.what), []).append((segment, one))
        for (side, zone, _), some in alike.items():
            farthest = max(
                (one for _, one in some),
                key=lambda one: abs((one.extreme or 0.0) - (one.limit or 0.0)),
            )
            told = [wording.site(side, zone), *told_deviation(farthest, wording)]
            together_s = sum(one.lasted_s for _, one in some)
            rows.append(
                [session.id, session.practitioner, *told, str(len(some)), wording.span(together_s)]
            )
    columns = [("session", NARROW), ("practitioner", NARROW), ("site", WIDE), ("what", NARROW)]
    columns += [("extreme", NUMBER), ("limit", NUMBER), ("times", NUMBER), ("together", NUMBER)]
    return _table(wording, columns, rows, rows_max)


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
    return _table(wording, [*columns, ("samples", NUMBER), ("positions", NUMBER)], rows, rows_max)


def flags(
    found: Sequence[tuple[AnySession, CartridgeFlag]], wording: Wording, rows_max: int = ROWS_MAX
) -> Table:
    """Return the cartridges that were used before or had expired."""
    rows = [
        [one.id, one.practitioner, flag.cartridge.lot or NOTHING, told_flag(flag, wording)]
        for one, flag in found
    ]
    columns = [("session", NARROW), ("practitioner", NARROW), ("lot_column", NARROW)]
    return _table(wording, [*columns, ("what", WIDE)], rows, rows_max)


def amended_within(session: Session, period: Period) -> list[Amendment]:
    """Return the amendments that were made within ``period``."""
    since, until = period.since_unix_ns, period.until_unix_ns
    return [one for one in session.record.amendments if since <= one.time_unix_ns < until]


def amendments(
    amended: Sequence[Session], period: Period, wording: Wording, rows_max: int = ROWS_MAX
) -> Table:
    """Return the amendments of the period, whenever their sessions were."""
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
        for session in amended
        for one in amended_within(session, period)
    ]
    columns = [("when", NARROW), ("session", NARROW), ("who", NARROW), ("what", NARROW)]
    columns += [("present", WIDE), ("former", WIDE), ("reason", WIDE)]
    return _table(wording, columns, rows, rows_max)


def events(entries: Sequence[Entry], wording: Wording, rows_max: int = ROWS_MAX) -> Table:
    """Return what befell keys, accounts, queues and journal files."""
    rows = [
        [
            wording.moment(entry.time_ns),
            entry.actor,
            wording.name("events", entry.kind),
            ", ".join(f"{key}: {value}" for key, value in event_data(entry)["told"].items()),
        ]
        for entry in entries
    ]
    columns = [("when", NARROW), ("who", NARROW), ("event", NARROW), ("text", WIDE)]
    return _table(wording, columns, rows, rows_max)


def event_data(entry: Entry) -> dict[str, Any]:
    """Return what an entry says, without what is long or nobody's business."""
    told: dict[str, Any] = {} if entry.payload is None else msgspec.json.decode(entry.payload)
    return {
        "position": entry.position,
        "time_unix_ns": entry.time_ns,
        "kind": entry.kind,
        "actor": entry.actor,
        "told": {key: value for key, value in told.items() if value and key not in _NOT_SHOWN},
    }


def _table(
    wording: Wording,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[str]],
    rows_max: int = ROWS_MAX,
) -> Table:
    return listing(wording, columns, rows, AUDIT_FILE, rows_max)
