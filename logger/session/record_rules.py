"""The rules of orders about a session's record: who may, and what is appended.

Nothing here reads a clock, a file or a random source. A refused order raises
CommandRefused with its reason and mend, and appends nothing.
"""

from logger.errors import CommandRefused
from logger.journal.kinds import (
    ClinicalForm,
    Payload,
    SessionClinical,
    SessionReviewed,
    SessionSigned,
)
from logger.session.amending import amend
from logger.session.clinical import checked_form
from logger.session.model import Session
from logger.session.moving import assign, merge, split
from logger.session.record_orders import (
    MEANINGS,
    Amend,
    AnyRecordOrder,
    Assign,
    FillIn,
    KnownRecords,
    Merge,
    ReviewRecord,
    Sign,
    Split,
)
from logger.session.record_permits import (
    check_may_amend,
    check_may_sign,
    settled_session,
    text_of,
)
from logger.session.starting import check_note
from logger.session.state_hash import state_hash


def decide_record(order: AnyRecordOrder, known: KnownRecords) -> list[Payload]:
    """Return what ``order`` appends; CommandRefused where it cannot be."""
    return [_decided(order, known)]


def _decided(order: AnyRecordOrder, known: KnownRecords) -> Payload:
    match order:
        case FillIn():
            return _fill_in(order, known)
        case ReviewRecord():
            return _review(order, known)
        case Sign():
            return _sign(order, known)
        case Amend():
            return amend(order, known)
    return _moved(order, known)


def _moved(order: Assign | Split | Merge, known: KnownRecords) -> Payload:
    match order:
        case Assign():
            return assign(order, known)
        case Split():
            return split(order, known)
        case Merge():
            return merge(order, known)


def _fill_in(order: FillIn, known: KnownRecords) -> SessionClinical:
    session = _open_or_stopped(order.session, known)
    former = session.record.clinical
    form, changes = checked_form(former, order.form, order.cleared)
    if form == (former or ClinicalForm()):
        raise CommandRefused("the form says that already", "Enter something else")
    if changes:
        if order.by is None:
            raise CommandRefused(
                f"{', '.join(changes)} of session {session.id} was entered before",
                "Sign in to change it, and say why",
            )
        check_may_amend(order.by)
    reason = text_of(order.reason, "reason") if changes else check_note(order.reason)
    return SessionClinical(
        session=session.id,
        form=form,
        former=former,
        reason=reason,
        account=order.by.id if order.by is not None else "",
        nonce=known.make_nonce(),
    )


def _open_or_stopped(name: str | None, known: KnownRecords) -> Session:
    if name is None:
        names = [one.id for one in known.open_sessions]
        if len(names) != 1:
            problem = "more than one session is open" if names else "no session is open"
            raise CommandRefused(problem, "Name the session")
        name = names[0]
    session = known.find(name)
    if session is None:
        raise CommandRefused(f"there is no session {name}", "See `needlelog session list`")
    return session


def _review(order: ReviewRecord, known: KnownRecords) -> SessionReviewed:
    check_may_amend(order.by)
    session = settled_session(order.session, known)
    _check_shown(session, order.state_hash)
    return SessionReviewed(
        session=session.id,
        account=order.by.id,
        name=order.by.name,
        role=order.by.role,
        remark=check_note(order.remark),
        state_hash=order.state_hash,
        nonce=known.make_nonce(),
    )


def _sign(order: Sign, known: KnownRecords) -> SessionSigned:
    check_may_sign(order.by)
    if order.meaning not in MEANINGS:
        raise CommandRefused(
            f"{order.meaning!r} is no meaning of a signature", f"Use one of: {', '.join(MEANINGS)}"
        )
    session = settled_session(order.session, known)
    _check_shown(session, order.state_hash)
    record = session.record
    if record.review_state == "recorded":
        raise CommandRefused(
            f"session {session.id} was not reviewed as it is shown now",
            f"Review it first: `needlelog session review {session.id}`",
        )
    signers = [one.account for one in record.signatures if one.valid]
    if order.by.id in signers:
        raise CommandRefused(
            f"account {order.by.id} has signed session {session.id} already",
            "A second signature is another account's",
        )
    if record.review_state == "countersigned":
        raise CommandRefused(f"session {session.id} is signed twice", "That is all there is")
    return SessionSigned(
        session=session.id,
        account=order.by.id,
        name=order.by.name,
        role=order.by.role,
        meaning=order.meaning,
        state_hash=order.state_hash,
        nonce=known.make_nonce(),
    )


def _check_shown(session: Session, shown: str) -> None:
    if state_hash(session) != shown:
        raise CommandRefused(
            f"session {session.id} is not as it was shown: it was changed meanwhile",
            f"Look at it again: `needlelog session show {session.id}`",
        )
