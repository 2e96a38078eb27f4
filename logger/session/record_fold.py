"""What an entry changes about a stopped session and its record; nothing is overwritten."""

import msgspec
from msgspec.structs import replace

from logger.journal import kinds
from logger.journal.entry import Entry
from logger.session.clinical import changed_fields
from logger.session.model import Session
from logger.session.rearranging import with_assigned, with_border, with_place
from logger.session.record import (
    Amendment,
    ClinicalForm,
    Review,
    SessionRecord,
    Signature,
    review_state,
)

_Reasoned = (
    kinds.SessionAmended
    | kinds.SessionClinical
    | kinds.SessionSplit
    | kinds.SessionMerged
    | kinds.SamplesAssigned
)


def knows(session: Session, position: int) -> bool:
    """Return whether the entry at ``position`` is in the session's record already.

    A store that was saved meanwhile may be ahead of whoever folds.
    """
    record = session.record
    told = {one.position for one in record.amendments}
    told |= {one.position for one in record.reviews}
    told |= {one.position for one in record.signatures}
    told |= {one.position for one in session.notes}
    return position in told or position == record.clinical_position


def amended(session: Session, payload: kinds.SessionAmended, entry: Entry) -> Session:
    """Return ``session`` with the value that ``payload`` names, and the amendment on record."""
    amendment = _amendment(payload, entry, payload.what, payload.former, payload.now)
    changed = _with_value(session, payload)
    return replace(changed, record=with_amendments(changed.record, amendment))


def assigned(session: Session, payload: kinds.SamplesAssigned, entry: Entry) -> Session:
    """Return ``session`` with the samples that were nobody's, and the amendment on record."""
    where = f"{payload.from_position} to {payload.to_position}"
    now = f"{where}: {payload.side} {payload.zone}"
    amendment = _amendment(payload, entry, "assigned", "", now)
    changed = with_assigned(session, payload)
    return replace(changed, record=with_amendments(changed.record, amendment))


def told_of(
    session: Session,
    payload: kinds.SessionSplit | kinds.SessionMerged,
    entry: Entry,
    former: str,
    now: str,
) -> Session:
    """Return ``session`` with the amendment that samples of it went, or came, by ``payload``."""
    what = "split" if isinstance(payload, kinds.SessionSplit) else "merged"
    amendment = _amendment(payload, entry, what, former, now)
    return replace(session, record=with_amendments(session.record, amendment))


def with_amendments(record: SessionRecord, *amendments: Amendment) -> SessionRecord:
    """Return ``record`` with more amendments: what was reviewed or signed is no more shown."""
    reviews = tuple(replace(one, valid=False) for one in record.reviews)
    signatures = tuple(replace(one, valid=False) for one in record.signatures)
    return replace(
        record,
        amendments=(*record.amendments, *amendments),
        reviews=reviews,
        signatures=signatures,
        review_state=review_state(reviews, signatures),
    )


def with_clinical(
    record: SessionRecord, payload: kinds.SessionClinical, entry: Entry
) -> SessionRecord:
    """Return ``record`` with the form; a value that stood there before makes an amendment."""
    former = payload.former or ClinicalForm()
    amendments = [
        _amendment(
            payload,
            entry,
            f"clinical.{field}",
            value_text(getattr(former, field)),
            value_text(getattr(payload.form, field)),
        )
        for field in changed_fields(former, payload.form)
    ]
    return replace(
        with_amendments(record, *amendments),
        clinical=payload.form,
        clinical_position=entry.position,
    )


def reviewed(record: SessionRecord, payload: kinds.SessionReviewed, entry: Entry) -> SessionRecord:
    """Return ``record`` with a review of the state that is shown."""
    review = Review(
        position=entry.position,
        time_unix_ns=entry.time_ns,
        account=payload.account,
        name=payload.name,
        role=payload.role,
        remark=payload.remark,
        state_hash=payload.state_hash,
    )
    reviews = (*record.reviews, review)
    return replace(record, reviews=reviews, review_state=review_state(reviews, record.signatures))


def signed(record: SessionRecord, payload: kinds.SessionSigned, entry: Entry) -> SessionRecord:
    """Return ``record`` with a signature under the state that is shown."""
    signature = Signature(
        position=entry.position,
        time_unix_ns=entry.time_ns,
        account=payload.account,
        name=payload.name,
        role=payload.role,
        meaning=payload.meaning,
        state_hash=payload.state_hash,
    )
    signatures = (*record.signatures, signature)
    return replace(
        record, signatures=signatures, review_state=review_state(record.reviews, signatures)
    )


def value_text(value: object) -> str:
    """Return a value as an amendment names it: text as it is, parts as JSON, nothing as empty."""
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode() if value else ""


def _amendment(payload: _Reasoned, entry: Entry, what: str, former: str, now: str) -> Amendment:
    return Amendment(
        position=entry.position,
        time_unix_ns=entry.time_ns,
        actor=payload.account or entry.actor,
        what=what,
        former=former,
        now=now,
        reason=payload.reason,
    )


def _with_value(session: Session, amend: kinds.SessionAmended) -> Session:
    match amend.what.split("."):
        case [("client" | "practitioner" | "indication") as field]:
            return replace(session, **{field: amend.now})
        case ["cartridge"]:
            cartridge = cartridge_of(amend.now)
            record = replace(session.record, statistics_due=True)
            return replace(session, cartridge=cartridge, record=record)
        case ["note", position]:
            return _with_note(session, int(position), amend.now)
        case ["segment", number, field]:
            return _with_segment(session, int(number), field, amend)
    return session


def cartridge_of(text: str) -> kinds.Cartridge | None:
    """Return the cartridge that an amendment's text names; None for an empty one."""
    return msgspec.json.decode(text, type=kinds.Cartridge) if text else None


def _with_note(session: Session, position: int, text: str) -> Session:
    notes = tuple(
        replace(note, text=text) if note.position == position else note for note in session.notes
    )
    return replace(session, notes=notes)


def _with_segment(
    session: Session, number: int, field: str, amend: kinds.SessionAmended
) -> Session:
    segment = next((one for one in session.segments if one.number == number), None)
    if segment is None:
        return session
    if field == "from_position":
        return with_border(session, number, int(amend.now), amend.at_unix_ns or 0)
    side = amend.now if field == "side" else segment.side
    zone = amend.now if field == "zone" else segment.zone
    return with_place(session, number, side, zone)
