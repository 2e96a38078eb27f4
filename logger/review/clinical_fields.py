"""The clinical form on the screen: its fields, filled in with what was entered before."""

from collections.abc import Iterator

from logger.journal.kinds import AdverseEvent, Checklist, ClinicalForm, TreatedZone
from logger.review.fields import Field
from logger.review.words import Words
from logger.session.clinical import (
    AREA_MAX_CM2,
    ENDPOINTS,
    ERYTHEMA_GRADE_MAX,
    FITZPATRICK,
    PASSES_MAX,
)
from logger.session.legs import SIDES, ZONES
from logger.session.model import Session
from logger.session.orders import INDICATIONS

ANSWERS = ("consent", "sun_exposure", "anticoagulants", "retinoids", "skin_intact")
ANOTHER = "another"
"""Where the site of a further zone is chosen; its area and passes are named alike."""

Site = tuple[str, str]


def sites(session: Session) -> list[Site]:
    """Return side and zone of what has an area already, and of where the session was."""
    form = session.record.clinical
    entered = [(one.side, one.zone) for one in form.treated] if form else []
    return list(dict.fromkeys([*entered, *((one.side, one.zone) for one in session.segments)]))


def site_name(site: Site) -> str:
    """Return how the fields of a site are named."""
    return f"{site[0]}.{site[1]}"


def clinical_fields(session: Session, words: Words) -> list[Field]:
    """Return all fields, in order."""
    form = session.record.clinical or ClinicalForm()
    return [
        *_before(form, words),
        *_treated(session, form, words),
        *_after(form, words),
        *(
            field
            for number in range(len(form.adverse_events) + 1)
            for field in _event(form, number, words)
        ),
    ]


def _before(form: ClinicalForm, words: Words) -> Iterator[Field]:
    word, asked = words.word, form.checklist or Checklist()
    named = [("", "–"), *((one, words.name("indications", one)) for one in INDICATIONS)]
    yield Field("indication", word("indication"), "choice", form.indication, named)
    types = [("", "–"), *((one, one) for one in FITZPATRICK)]
    yield Field("fitzpatrick", word("fitzpatrick"), "choice", form.fitzpatrick, types)
    group = words.say("checklist")
    for name in ANSWERS:
        yield _answer(name, getattr(asked, name), words, group)
    yield Field("remark", word("checklist_remark"), value=asked.remark, most=4000, group=group)
    given, group = form.topical_anaesthetic, word("anaesthetic")
    minutes = "" if given is None or given.minutes is None else str(given.minutes)
    product = given.product if given else ""
    yield _answer("applied", given.applied if given else None, words, group)
    yield Field("product", words.say("product"), value=product, group=group)
    yield Field(
        "minutes", words.say("minutes"), "number", minutes, limits=("0", "1440", "1"), group=group
    )


def _answer(name: str, answer: bool | None, words: Words, group: str) -> Field:
    choices = [("", words.word("not_recorded")), ("yes", words.word("yes"))]
    value = "" if answer is None else "yes" if answer else "no"
    title = words.say("applied") if name == "applied" else words.word(name)
    choices.append(("no", words.word("no")))
    return Field(name, title, "answer", value, choices, group=group)


def _treated(session: Session, form: ClinicalForm, words: Words) -> Iterator[Field]:
    entered = {(one.side, one.zone): one for one in form.treated}
    known = sites(session)
    for site in known:
        yield from _zone(site_name(site), entered.get(site), words, words.site(*site))
    others = [(side, zone) for side in SIDES for zone in ZONES if (side, zone) not in known]
    choices = [("", "–"), *((site_name(one), words.site(*one)) for one in others)]
    group = words.say("another_zone")
    yield Field(ANOTHER, words.word("site"), "choice", choices=choices, group=group)
    yield from _zone(ANOTHER, None, words, group)


def _zone(name: str, one: TreatedZone | None, words: Words, group: str) -> Iterator[Field]:
    area = "" if one is None or one.area_cm2 is None else f"{one.area_cm2:g}"
    passes = "" if one is None or one.passes is None else str(one.passes)
    limits = ("0.1", f"{AREA_MAX_CM2:.0f}", "0.1")
    yield Field(f"area.{name}", words.say("area"), "number", area, limits=limits, group=group)
    limits = ("1", str(PASSES_MAX), "1")
    title = words.say("zone_passes")
    yield Field(f"passes.{name}", title, "number", passes, limits=limits, group=group)


def _after(form: ClinicalForm, words: Words) -> Iterator[Field]:
    word = words.word
    ends = [("", word("not_recorded")), *((one, words.name("endpoints", one)) for one in ENDPOINTS)]
    yield Field("endpoint", word("endpoint"), "choice", form.endpoint, ends)
    yield Field("next_session_due", word("next_session_due"), "date", form.next_session_due)
    yield Field("aftercare", word("aftercare"), "lines", form.aftercare, most=4000)


def _event(form: ClinicalForm, number: int, words: Words) -> Iterator[Field]:
    known = number < len(form.adverse_events)
    event = form.adverse_events[number] if known else AdverseEvent(what="")
    title = words.word("adverse_event")
    group = f"{title} {number + 1}" if known else words.say("another_event")
    grades = [("", "–"), *((str(one), f"{one} / 4") for one in range(ERYTHEMA_GRADE_MAX + 1))]
    grade = "" if event.erythema_grade is None else str(event.erythema_grade)
    yield Field(f"event.{number}", title, value=event.what, group=group)
    yield Field(f"grade.{number}", words.word("erythema_grade"), "choice", grade, grades,
                group=group)  # fmt: skip
    yield Field(f"about.{number}", words.word("text"), value=event.note, most=4000, group=group)
