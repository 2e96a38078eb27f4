"""Who wrote, amended, reviewed and signed: the parts of a report that people answer for."""

from typing import Any

from logger.archive.report.listing import NARROW, NUMBER, WIDE, listing
from logger.archive.report.wording import NOTHING, Wording
from logger.session.model import Session
from logger.session.record import Review, Signature


def notes(session: Session, wording: Wording) -> dict[str, Any]:
    """Return the notes in order."""
    rows = [[wording.moment(one.time_unix_ns), one.actor, one.text] for one in session.notes]
    return listing(
        wording, [("when", NARROW), ("who", NARROW), ("text", WIDE)], rows, rows_max=1000
    )


def signatures(session: Session, wording: Wording) -> dict[str, Any]:
    """Return reviews and signatures in order, each with its meaning and whether it still holds."""
    record = session.record
    told: list[tuple[Review | Signature, str, str]] = [
        (one, wording.word("reviewed_by"), one.remark) for one in record.reviews
    ]
    told += [(one, one.meaning, "") for one in record.signatures]
    rows = []
    for one, meaning, remark in sorted(told, key=lambda row: row[0].position):
        parts = [meaning, remark, "" if one.valid else wording.word("signature_stale")]
        rows.append(
            [
                wording.moment(one.time_unix_ns),
                f"{one.name} ({one.account})",
                wording.name("roles", one.role),
                "; ".join(part for part in parts if part),
                one.state_hash,
            ]
        )
    columns = [("when", NARROW), ("who", NARROW), ("role", NARROW), ("meaning", WIDE)]
    return listing(wording, [*columns, ("signed_state", WIDE)], rows, rows_max=1000)


def amendments(session: Session, wording: Wording) -> dict[str, Any]:
    """Return every value that was corrected, with the present and the former one."""
    rows = [
        [
            wording.moment(one.time_unix_ns),
            one.actor,
            one.what,
            one.now or NOTHING,
            one.former or NOTHING,
            one.reason,
        ]
        for one in session.record.amendments
    ]
    columns = [("when", NARROW), ("who", NARROW), ("what", NARROW), ("present", WIDE)]
    return listing(wording, [*columns, ("former", WIDE), ("reason", WIDE)], rows, rows_max=1000)


def clinical(session: Session, wording: Wording) -> list[list[str]]:
    """Return what was entered in the clinical form, as label and value."""
    form = session.record.clinical
    if form is None:
        return []
    asked = form.checklist
    given = form.topical_anaesthetic
    indication = wording.name("indications", form.indication) if form.indication else ""
    pairs = [("indication", indication)]
    pairs.append(("fitzpatrick", form.fitzpatrick))
    if asked is not None:
        answers = ("consent", "sun_exposure", "anticoagulants", "retinoids", "skin_intact")
        pairs += [(name, _answer(getattr(asked, name), wording)) for name in answers]
        pairs.append(("checklist_remark", asked.remark))
    if given is not None:
        minutes = "" if given.minutes is None else f"{given.minutes} min"
        parts = [_answer(given.applied, wording), given.product, minutes]
        pairs.append(("anaesthetic", ", ".join(part for part in parts if part)))
    pairs += [
        ("endpoint", wording.name("endpoints", form.endpoint) if form.endpoint else ""),
        ("aftercare", form.aftercare),
        ("next_session_due", wording.date(form.next_session_due) if form.next_session_due else ""),
        ("form_version", str(form.form_version)),
    ]
    return [[wording.word(label), value or wording.word("not_recorded")] for label, value in pairs]


def adverse_events(session: Session, wording: Wording) -> dict[str, Any]:
    """Return the adverse events with their grade of erythema."""
    form = session.record.clinical
    rows = [
        [
            one.what,
            NOTHING if one.erythema_grade is None else f"{one.erythema_grade} / 4",
            one.note,
        ]
        for one in (form.adverse_events if form else ())
    ]
    columns = [("adverse_event", WIDE), ("erythema_grade", NUMBER), ("text", WIDE)]
    return listing(wording, columns, rows, rows_max=1000)


def _answer(answer: bool | None, wording: Wording) -> str:
    return wording.word("not_recorded" if answer is None else "yes" if answer else "no")
