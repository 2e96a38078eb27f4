"""The rules by which orders about retention become entries. They refuse with the reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from logger.archive.retention import orders
from logger.archive.retention.covering import covered_by
from logger.archive.retention.holds import Holds
from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.reader import JournalReader
from logger.session.index import SessionFilter
from logger.session.model import Session
from logger.session.orders import By
from logger.session.record_permits import text_of
from logger.session.restating import restating
from logger.session.store import Sessions


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that decides an order.

    ``unrecovered`` names journal files that were set aside and of which nobody has brought
    back what can be read. ``make_id`` returns a new random id, as hex.
    """

    reader: JournalReader
    sessions: Sessions
    holds: Holds
    unrecovered: Sequence[str]
    make_id: Callable[[], str]


def set_hold(order: orders.SetHold, known: Known) -> kinds.HoldSet:
    """Return the hold as an entry."""
    _check_administrator(order.by, "set a hold")
    if bool(order.session) == bool(order.client):
        raise CommandRefused("a hold is on a session or on a client", "Name one of the two")
    if order.session and known.sessions.session(order.session) is None:
        raise _no_session(order.session)
    return kinds.HoldSet(
        hold=known.make_id()[:8],
        session=order.session,
        client=order.client,
        reason=text_of(order.reason, "reason"),
        account=order.by.id,
        nonce=known.make_id(),
    )


def lift_hold(order: orders.LiftHold, known: Known) -> kinds.HoldLifted:
    """Return the end of a hold as an entry."""
    _check_administrator(order.by, "lift a hold")
    if known.holds.find(order.hold) is None:
        raise CommandRefused(f"there is no hold {order.hold}", "See `needlelog hold list`")
    return kinds.HoldLifted(
        hold=order.hold,
        reason=text_of(order.reason, "reason"),
        account=order.by.id,
        nonce=known.make_id(),
    )


def erase_client(order: orders.EraseClient, known: Known) -> list[kinds.Payload]:
    """Return the erasure, and the sessions of others that are told anew because of it."""
    _check_administrator(order.by, "erase a client")
    reason = text_of(order.reason, "reason")
    if order.client in reason:
        raise CommandRefused("the reason names the client", "It stays on record: leave that out")
    if known.unrecovered:
        raise CommandRefused(
            f"{known.unrecovered[0]} may hold sessions of that client, and nobody knows",
            "Run `needlelog recover`",
        )
    lines = known.sessions.search(SessionFilter(client=order.client))
    found = [known.sessions.session(one.id) for one in lines]
    sessions = [one for one in found if one is not None]
    if not sessions:
        raise CommandRefused(
            f"there is no session of client {order.client}", "See `needlelog session list`"
        )
    erasure = known.make_id()[:16]
    return _erasure(known, sessions, erasure, order.by.id, reason, replayed=False)


def erase_again(order: orders.EraseAgain, known: Known) -> list[kinds.Payload]:
    """Return the same of an erasure that a restored copy knows nothing of."""
    found = [known.sessions.session(one) for one in order.sessions]
    sessions = [one for one in found if one is not None]
    if not sessions:
        raise CommandRefused(f"nothing of erasure {order.erasure} is there", "All is done")
    return _erasure(known, sessions, order.erasure, order.account, order.reason, replayed=True)


def finish_erasure(order: orders.FinishErasure, known: Known) -> kinds.ClientErasureDone:
    """Return the end of an erasure as an entry."""
    told = known.reader.entries(kinds=["client.erased"])
    payloads = [kinds.decode(one.kind, one.payload) for one in told if one.payload is not None]
    if not any(getattr(one, "erasure", "") == order.erasure for one in payloads):
        raise CommandRefused(f"there is no erasure {order.erasure}", "Order it first")
    return kinds.ClientErasureDone(
        erasure=order.erasure, payloads=order.payloads, files=order.files
    )


def prune(order: orders.Prune, known: Known) -> kinds.PayloadsPruned:
    """Return the entry by which blocks are served from a sealed file from here on."""
    told = order.pruned
    seals = known.reader.entries(kinds=["seal.made"], stream=order.pen)
    made = [kinds.decode(one.kind, one.payload) for one in seals if one.payload is not None]
    if not any(
        isinstance(one, kinds.SealMade)
        and (one.subject, one.name) == (told.subject, told.name)
        and told.file_sha256 in one.files.values()
        for one in made
    ):
        raise CommandRefused(f"no seal of {told.name} has {told.file}", "Seal it first")
    return told


def empty_damaged(order: orders.EmptyDamaged, known: Known) -> kinds.DamagedEmptied:
    """Return the entry that tells of a damaged file; CommandRefused while anything is held."""
    if any(known.holds):
        raise CommandRefused(f"{order.file} may hold what is held", "Lift the holds first")
    return kinds.DamagedEmptied(file=order.file, recovered=order.recovered, bytes=order.bytes)


def may_go(order: orders.Empty, reader: JournalReader) -> tuple[list[int], bool]:
    """Return which payloads go now, and whether it is because they are erased.

    Those that are gone already are left out. CommandRefused if one of them may not go.
    """
    reason = next(iter(reader.read(order.because - 1, 1, to=order.because)), None)
    told = None
    if reason is not None and reason.payload is not None:
        told = kinds.decode(reason.kind, reason.payload)
    stretches, statements = _allowed(reason.stream if reason else "", told)
    asked = set(order.positions)
    going = asked & statements
    for pen, first, last in stretches:
        inside = [one for one in asked if first <= one <= last]
        if inside:
            asked -= set(inside)
            going |= set(inside) & set(reader.payloads_left(pen, min(inside), max(inside)))
    if asked - statements:
        raise CommandRefused(
            f"position {order.because} does not allow {min(asked - statements)} to go",
            "Name the entry that does",
        )
    return sorted(going), isinstance(told, kinds.ClientErased)


def _allowed(
    stream: str, told: kinds.Payload | None
) -> tuple[list[tuple[str, int, int]], frozenset[int]]:
    match told:
        case kinds.PayloadsPruned():
            return [(stream, first, last) for first, last in told.ranges], frozenset()
        case kinds.ClientErased():
            blocks = [(one.pen, one.from_position, one.to_position) for one in told.stretches]
            return blocks, frozenset(told.statements)
    return [], frozenset()


def _erasure(
    known: Known,
    sessions: list[Session],
    erasure: str,
    account: str,
    reason: str,
    *,
    replayed: bool,
) -> list[kinds.Payload]:
    for session in sessions:
        _check_may_go(session, known.holds)
    covered = covered_by(known.reader, sessions)
    kin = [known.sessions.session(one) for one in sorted(covered.kin)]
    erased = kinds.ClientErased(
        erasure=erasure,
        sessions=tuple(one.id for one in sessions),
        stretches=covered.stretches,
        statements=covered.statements,
        account=account,
        reason=reason,
        replayed=replayed,
        pens=tuple(sorted({one.pen for one in sessions})),
    )
    others = [_settled(one) for one in kin if one is not None]
    return [erased, *(restating(one, known.make_id()) for one in others)]


def _check_may_go(session: Session, holds: Holds) -> None:
    if session.state != "stopped":
        raise CommandRefused(f"session {session.id} is not stopped", "Stop it first")
    hold = holds.on_session(session)
    if hold is not None:
        raise CommandRefused(
            f"session {session.id} is held ({hold.id}, by {hold.account}): {hold.reason}",
            f"`needlelog hold lift {hold.id}` once that is over",
        )


def _settled(session: Session) -> Session:
    if session.state != "stopped":
        raise CommandRefused(f"session {session.id} is not stopped", "Stop it first")
    if session.record.statistics_due:
        raise CommandRefused(
            f"the statistics of session {session.id} are just being made again",
            "Try again in a moment",
        )
    return session


def _check_administrator(by: By, what: str) -> None:
    if by.role != "administrator":
        raise CommandRefused(
            f"account {by.id} is {by.role}, and may not {what}", "Sign in as administrator"
        )


def _no_session(session: str) -> CommandRefused:
    return CommandRefused(f"there is no session {session}", "See `needlelog session list`")
