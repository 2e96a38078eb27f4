"""What was received and what is missing, in sentences and tables."""

from collections.abc import Sequence
from typing import Any

from logger.archive.report.listing import NARROW, NUMBER, WIDE, listing
from logger.archive.report.measures import SESSION_FILE
from logger.archive.report.wording import NOTHING, Wording
from logger.journal.kinds import Gap
from logger.session.model import Session


def statement(session: Session, wording: Wording) -> list[str]:
    """Return the statement of completeness: what is known, and what nobody knows."""
    totals = session.totals
    parts = [segment.statistics for segment in session.segments]
    uncounted = sum(part.gaps_uncounted for part in parts)
    said = [_received(session, wording)]
    if uncounted:
        said.append(wording.word("statement_uncounted", count=wording.number(uncounted)))
    if session.samples_paused:
        count = wording.number(session.samples_paused)
        said.append(wording.word("statement_paused", count=count))
    if session.motor_on_while_paused:
        intervals = ", ".join(
            f"{wording.time(one.from_unix_ns)} ({wording.span(one.lasted_s)})"
            for one in session.motor_on_while_paused
        )
        said.append(wording.word("motor_paused", intervals=intervals))
    if totals.samples_received:
        said.append(wording.word("statement_never"))
    return said


def gaps(found: Sequence[Gap], wording: Wording) -> dict[str, Any]:
    """Return the gaps, in the order in which they were noticed."""
    rows = [
        [
            wording.name("gap_causes", gap.cause),
            wording.word("unknown") if gap.count is None else wording.number(gap.count),
            NOTHING if gap.from_sequence is None else f"{gap.from_sequence}–{gap.to_sequence}",
            wording.time(gap.from_unix_ns),
            wording.time(gap.to_unix_ns),
        ]
        for gap in found
    ]
    columns = [("cause", WIDE), ("missing", NUMBER), ("sequence", NUMBER)]
    columns += [("from", NARROW), ("to", NARROW)]
    return listing(wording, columns, rows, SESSION_FILE, rows_max=60)


def breaks(session: Session, wording: Wording) -> dict[str, Any]:
    """Return the times in which the session did not simply go on."""
    rows = []
    for one in session.interruptions:
        reason = f"{one.reason}, {wording.word('adopted')}" if one.adopted else one.reason
        times = [wording.time(one.from_unix_ns), wording.time(one.to_unix_ns)]
        rows.append([wording.name("states", one.what), *times, reason])
    columns = [("breaks", NARROW), ("from", NARROW), ("to", NARROW), ("reason", WIDE)]
    return listing(wording, columns, rows, SESSION_FILE)


def _received(session: Session, wording: Wording) -> str:
    totals = session.totals
    if not totals.samples_received:
        return wording.word("statement_none")
    received = wording.word("statement_received", received=wording.number(totals.samples_received))
    if totals.completeness is None:
        return f"{received} {wording.word('statement_unknown')}"
    missing = sum(one.statistics.samples_missing or 0 for one in session.segments)
    if not missing:
        return f"{received} {wording.word('statement_whole')}"
    told = wording.word(
        "statement_missing",
        missing=wording.number(missing),
        completeness=wording.percent(totals.completeness),
    )
    return f"{received} {told}"
