"""The rules of moving samples: to a session, out of one, from one to another."""

from collections.abc import Sequence

import msgspec

from logger.errors import CommandRefused
from logger.journal.kinds import SamplesAssigned, SessionMerged, SessionSplit
from logger.session.legs import parse_side, parse_zone
from logger.session.model import Session
from logger.session.places import place_at, reach
from logger.session.rearranging import divided, retags, united, with_assigned
from logger.session.record_orders import Assign, BlockTimes, KnownRecords, Merge, Split
from logger.session.record_permits import check_may_amend, stopped_session, text_of
from logger.session.starting import check_client, check_practitioner


def assign(order: Assign, known: KnownRecords) -> SamplesAssigned:
    """Return the assignment of blocks that are nobody's; CommandRefused where it cannot be."""
    check_may_amend(order.by)
    reason = text_of(order.reason, "reason")
    session = stopped_session(order.session, known)
    first, last = order.from_position, order.to_position
    if first > last:
        raise CommandRefused(f"position {first} lies behind {last}", "Name the earlier one first")
    begin, end = _times(session.pen, first, known), _times(session.pen, last, known)
    _check_nobodys(session.pen, first, last, known)
    assigned = SamplesAssigned(
        session=session.id,
        from_position=first,
        to_position=last,
        from_unix_ns=begin.first_unix_ns,
        to_unix_ns=end.last_unix_ns,
        side=parse_side(order.side),
        zone=parse_zone(order.zone),
        reason=reason,
        nonce=known.make_nonce(),
        account=order.by.id,
    )
    changed = with_assigned(session, assigned)
    return msgspec.structs.replace(assigned, retagged=retags([session], [changed]))


def split(order: Split, known: KnownRecords) -> SessionSplit:
    """Return the split of a session at a block; CommandRefused where it cannot be."""
    check_may_amend(order.by)
    reason = text_of(order.reason, "reason")
    session = stopped_session(order.session, known)
    at = order.at_position
    times = _times(session.pen, at, known)
    if place_at(session, at) is None or not _has_samples_before(session, at, known):
        raise CommandRefused(
            f"session {session.id} has no samples at position {at} with others before them",
            "Name a position within it",
        )
    made = SessionSplit(
        session=session.id,
        into=_unused_id(known),
        at_position=at,
        at_unix_ns=times.first_unix_ns,
        client=check_client(order.client or session.client),
        practitioner=check_practitioner(order.practitioner or session.practitioner),
        reason=reason,
        nonce=known.make_nonce(),
        account=order.by.id,
    )
    parts = divided(session, made, order.by.id)
    return msgspec.structs.replace(made, retagged=retags([session], parts))


def merge(order: Merge, known: KnownRecords) -> SessionMerged:
    """Return the merging of a later session into an earlier; CommandRefused where it cannot be."""
    check_may_amend(order.by)
    reason = text_of(order.reason, "reason")
    session = stopped_session(order.session, known)
    merged = stopped_session(order.merged, known)
    _check_mergeable(session, merged)
    parts: Sequence[Session] = united(session, merged)
    return SessionMerged(
        session=session.id,
        merged=merged.id,
        reason=reason,
        nonce=known.make_nonce(),
        account=order.by.id,
        retagged=retags([session, merged], parts),
    )


def _has_samples_before(session: Session, position: int, known: KnownRecords) -> bool:
    where = reach(session)
    first = where.from_position if where is not None else position
    # The nearest block of the pen is but a few entries away.
    return any(
        place_at(session, before) is not None and known.block_times(session.pen, before) is not None
        for before in range(position - 1, first - 1, -1)
    )


def _times(pen: str, position: int, known: KnownRecords) -> BlockTimes:
    times = known.block_times(pen, position)
    if times is None:
        raise CommandRefused(
            f"there are no samples of pen {pen} at position {position}",
            "See `needlelog session unassigned`, or the positions in `needlelog session export`",
        )
    return times


def _check_nobodys(pen: str, first: int, last: int, known: KnownRecords) -> None:
    for one in known.open_sessions:
        if one.pen == pen and last > one.started_position:
            raise CommandRefused(
                f"session {one.id} on pen {pen} is not stopped, and may still take them",
                "Stop it first",
            )
    holders = [one.id for one in known.holding(pen, first, last)]
    if holders:
        raise CommandRefused(
            f"samples between positions {first} and {last} are those of session "
            f"{', '.join(holders)}",
            "Name a narrower range, or split that session and merge",
        )


def _check_mergeable(session: Session, merged: Session) -> None:
    for what, one, other in (
        ("pen", session.pen, merged.pen),
        ("client", session.client, merged.client),
        ("plan", session.plan, merged.plan),
    ):
        if one != other:
            raise CommandRefused(
                f"sessions {session.id} and {merged.id} differ in their {what}",
                "Amend it first" if what == "client" else "They cannot be one session",
            )
    if session.id == merged.id:
        raise CommandRefused("a session cannot be merged into itself", "Name two")
    if session.started_position > merged.started_position:
        raise CommandRefused(f"session {session.id} is the later one", f"Merge it into {merged.id}")


def _unused_id(known: KnownRecords) -> str:
    session = known.make_session_id()
    while known.is_session(session):
        session = known.make_session_id()
    return session
