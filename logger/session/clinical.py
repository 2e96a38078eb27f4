"""The clinical form: which values it takes, and what filling in more of it changes."""

from collections.abc import Iterator
from datetime import date
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from logger.errors import CommandRefused
from logger.journal.kinds import (
    AdverseEvent,
    Checklist,
    ClinicalForm,
    TopicalAnaesthetic,
    TreatedZone,
)
from logger.session.legs import parse_side, parse_zone
from logger.session.starting import check_indication, check_note

FITZPATRICK = ("I", "II", "III", "IV", "V", "VI")
ENDPOINTS = ("none", "erythema", "pinpoint-bleeding")
AREA_MAX_CM2 = 10_000.0
PASSES_MAX = 100
ERYTHEMA_GRADE_MAX = 4
_MINUTES_MAX = 24 * 60
_WORDS_MAX = 200

_Part = TypeVar("_Part", Checklist, TreatedZone)

FIELDS = tuple(name for name in ClinicalForm.__struct_fields__ if name != "form_version")


def checked_form(
    former: ClinicalForm | None, entered: ClinicalForm, cleared: tuple[str, ...] = ()
) -> tuple[ClinicalForm, list[str]]:
    """Return the form with what is ``entered``, and the fields of which an old value changed.

    Checklist and treated zones are filled in bit by bit; adverse events are added.
    CommandRefused names a value that is none.
    """
    unknown = [name for name in cleared if name not in FIELDS]
    if unknown:
        raise CommandRefused(
            f"the form has no field {unknown[0]!r}", f"It has: {', '.join(FIELDS)}"
        )
    before = former or ClinicalForm()
    base = replace(before, **{name: getattr(ClinicalForm(), name) for name in cleared})
    form = _merged(base, _checked(entered))
    return form, changed_fields(before, form)


def filling(
    former: ClinicalForm | None, wanted: ClinicalForm
) -> tuple[ClinicalForm, tuple[str, ...]]:
    """Return what to enter, and which fields to empty first, so that the form says ``wanted``."""
    before = former or ClinicalForm()
    entered: dict[str, object] = {}
    cleared = []
    for name in FIELDS:
        old, new = getattr(before, name), getattr(wanted, name)
        if old == new:
            continue
        if not _is_kept(old, new):
            cleared.append(name)
        elif name == "adverse_events":
            new = new[len(old) :]
        entered[name] = new
    return msgspec.convert(entered, ClinicalForm), tuple(cleared)


def changed_fields(former: ClinicalForm, form: ClinicalForm) -> list[str]:
    """Return the fields in which something that was entered in ``former`` is another now."""
    return [name for name in FIELDS if not _is_kept(getattr(former, name), getattr(form, name))]


def _is_kept(former: object, now: object) -> bool:
    """Return whether ``now`` says all that ``former`` said."""
    if former is None or former in ("", ()):
        return True
    if isinstance(former, tuple) and isinstance(now, tuple):
        if all(isinstance(one, TreatedZone) for one in former):
            return all(any(_is_kept_in(one, other) for other in now) for one in former)
        return now[: len(former)] == former
    if isinstance(former, Checklist) and isinstance(now, Checklist):
        return _is_kept_in(former, now)
    return former == now


def _is_kept_in(former: msgspec.Struct, now: msgspec.Struct) -> bool:
    return all(
        getattr(now, name) == value
        for name, value in msgspec.structs.asdict(former).items()
        if value is not None and value != ""
    )


def _merged(base: ClinicalForm, entered: ClinicalForm) -> ClinicalForm:
    filled = {name: getattr(entered, name) for name in FIELDS if getattr(entered, name)}
    if entered.checklist is not None and base.checklist is not None:
        filled["checklist"] = _over(base.checklist, entered.checklist)
    if entered.treated:
        filled["treated"] = tuple(_treated(base.treated, entered.treated))
    filled["adverse_events"] = (*base.adverse_events, *entered.adverse_events)
    return replace(base, form_version=entered.form_version, **filled)


def _over(base: _Part, entered: _Part) -> _Part:
    filled = {
        name: value
        for name, value in msgspec.structs.asdict(entered).items()
        if value is not None and value != ""
    }
    return replace(base, **filled)


def _treated(
    base: tuple[TreatedZone, ...], entered: tuple[TreatedZone, ...]
) -> Iterator[TreatedZone]:
    more = {(one.side, one.zone): one for one in entered}
    for one in base:
        other = more.pop((one.side, one.zone), None)
        yield one if other is None else _over(one, other)
    yield from more.values()


def _checked(form: ClinicalForm) -> ClinicalForm:
    fitzpatrick = form.fitzpatrick.strip().upper()
    _check_word("Fitzpatrick type", fitzpatrick, FITZPATRICK)
    _check_word("endpoint", form.endpoint, ENDPOINTS)
    if form.checklist is not None:
        check_note(form.checklist.remark)
    if form.topical_anaesthetic is not None:
        _check_anaesthetic(form.topical_anaesthetic)
    for event in form.adverse_events:
        _check_event(event)
    return replace(
        form,
        indication=check_indication(form.indication),
        fitzpatrick=fitzpatrick,
        treated=_checked_zones(form.treated),
        aftercare=check_note(form.aftercare),
        next_session_due=_checked_date(form.next_session_due),
    )


def _check_word(what: str, word: str, words: tuple[str, ...]) -> None:
    if word and word not in words:
        raise CommandRefused(f"{word!r} is no {what}", f"Use one of: {', '.join(words)}")


def _check_anaesthetic(one: TopicalAnaesthetic) -> None:
    _check_length("product of the topical anaesthetic", one.product)
    _check_range("time of the topical anaesthetic", one.minutes, 0, _MINUTES_MAX, "minutes")


def _check_event(event: AdverseEvent) -> None:
    if not event.what.strip():
        raise CommandRefused("an adverse event has no name", "Say what it was")
    _check_length("adverse event", event.what)
    check_note(event.note)
    _check_range("erythema grade", event.erythema_grade, 0, ERYTHEMA_GRADE_MAX, "")


def _checked_zones(zones: tuple[TreatedZone, ...]) -> tuple[TreatedZone, ...]:
    checked = [replace(one, side=parse_side(one.side), zone=parse_zone(one.zone)) for one in zones]
    seen = set()
    for one in checked:
        place = f"{one.side} {one.zone}"
        if place in seen:
            raise CommandRefused(f"{place} stands twice in the form", "Give each zone once")
        seen.add(place)
        if one.area_cm2 is not None and not 0 < one.area_cm2 <= AREA_MAX_CM2:
            raise CommandRefused(
                f"an area of {one.area_cm2} cm² cannot be", f"Give up to {AREA_MAX_CM2:.0f} cm²"
            )
        _check_range(f"passes on {place}", one.passes, 1, PASSES_MAX, "")
    return tuple(checked)


def _checked_date(text: str) -> str:
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise CommandRefused(f"{text!r} is no date", "Write it as YYYY-MM-DD") from None


def _check_range(what: str, value: int | None, least: int, most: int, unit: str) -> None:
    if value is not None and not least <= value <= most:
        limits = f"{least} to {most} {unit}".rstrip()
        raise CommandRefused(f"{what}: {value} cannot be", f"Give {limits}")


def _check_length(what: str, text: str) -> None:
    if len(text) > _WORDS_MAX:
        raise CommandRefused(f"{what}: {len(text)} characters", f"Use at most {_WORDS_MAX}")
