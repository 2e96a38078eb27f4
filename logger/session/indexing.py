"""Sessions put into the index by which they are found."""

import apsw
import msgspec

from logger.session.cartridge_flags import kin_of, uses_of
from logger.session.index import SessionFilter, find_lines, sql
from logger.session.model import Session
from logger.session.places import held_stretches
from logger.session.summary import SessionSummary


def summary_of(session: Session) -> SessionSummary:
    """Return the list's line of ``session``."""
    return SessionSummary(
        id=session.id,
        started_position=session.started_position,
        pen=session.pen,
        client=session.client,
        practitioner=session.practitioner,
        simulated=session.simulated,
        state=session.state,
        started_unix_ns=session.started_unix_ns,
        ended_unix_ns=session.ended_unix_ns,
        segments=len(session.segments),
        deviations=session.totals.deviations,
        completeness=session.totals.completeness,
        corrected_started_unix_ns=session.corrected_started_unix_ns,
        plan=f"{session.plan.name}@{session.plan.version}" if session.plan else "",
        indication=session.indication,
        review_state=session.record.review_state,
    )


def put_lines(connection: apsw.Connection, session: Session) -> None:
    """Write the line of ``session`` and what it is found by, in place of what was there."""
    connection.execute(sql("put_summary"), msgspec.structs.asdict(summary_of(session)))
    connection.execute(sql("forget_places"), {"id": session.id})
    for use in uses_of(session):
        connection.execute(sql("put_cartridge_use"), msgspec.structs.asdict(use))
    for other in kin_of(session):
        connection.execute(sql("put_kin"), (session.id, other))
    for stretch in held_stretches(session):
        ends = (stretch.from_position, stretch.to_position)
        connection.execute(sql("put_held"), (session.id, session.pen, *ends))
    for one in session.segments:
        connection.execute(sql("put_treated"), (session.id, one.side, one.zone))
        for deviation in one.deviations:
            where = (session.id, deviation.what, one.side, one.zone)
            connection.execute(sql("put_deviated"), where)


def lines_of(
    sessions: list[Session], wanted: SessionFilter, limit: int = -1
) -> list[SessionSummary]:
    """Return the same of sessions that are in no store, by the same rule."""
    connection = apsw.Connection(":memory:")
    try:
        connection.execute(sql("create"))
        for session in sessions:
            put_lines(connection, session)
        return find_lines(connection, wanted, limit)
    finally:
        connection.close()
