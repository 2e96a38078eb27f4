"""What was typed into the clinical form: read, and judged field by field by the form's rules."""

from collections.abc import Iterator, Mapping

from logger.errors import CommandRefused
from logger.journal.kinds import (
    AdverseEvent,
    Checklist,
    ClinicalForm,
    TopicalAnaesthetic,
    TreatedZone,
)
from logger.review.clinical_fields import ANOTHER, ANSWERS, Site, site_name
from logger.review.ordering import Problem
from logger.review.words import Words
from logger.session.clinical import checked_form

_TRUTH = {"yes": True, "no": False}


class Typed:
    """Reads the fields of one form, and gathers what is wrong with them."""

    def __init__(self, form: Mapping[str, str], words: Words) -> None:
        self._form = form
        self._words = words
        self.problems: list[Problem] = []

    def wanted(self, known: list[Site]) -> ClinicalForm:
        """Return the form as it was typed; ``known`` are the sites with fields of their own."""
        wanted = ClinicalForm(
            indication=self._text("indication"),
            fitzpatrick=self._text("fitzpatrick"),
            checklist=self._checklist(),
            topical_anaesthetic=self._anaesthetic(),
            treated=tuple(self._treated(known)),
            endpoint=self._text("endpoint"),
            aftercare=self._text("aftercare"),
            adverse_events=tuple(self._events()),
            next_session_due=self._text("next_session_due"),
        )
        for name in ("indication", "fitzpatrick", "endpoint", "aftercare", "next_session_due"):
            self._check(name, ClinicalForm(**{name: getattr(wanted, name)}))
        return wanted

    def _check(self, field: str, part: ClinicalForm) -> None:
        try:
            checked_form(None, part)
        except CommandRefused as refused:
            self.problems.append(Problem(str(refused), field=field, lang="en"))

    def _text(self, name: str) -> str:
        return self._form.get(name, "").strip().replace("\r\n", "\n")

    def _number(self, name: str) -> float | None:
        text = self._text(name)
        try:
            return float(text.replace(",", ".")) if text else None
        except ValueError:
            problem = self._words.say("no_number", text=text[:40])
            self.problems.append(Problem(problem, field=name))
            return None

    def _whole(self, name: str) -> int | None:
        number = self._number(name)
        if number is not None and not number.is_integer():
            problem = self._words.say("no_number", text=self._text(name)[:40])
            self.problems.append(Problem(problem, field=name))
            return None
        return None if number is None else int(number)

    def _checklist(self) -> Checklist | None:
        answers = {name: _TRUTH.get(self._text(name)) for name in ANSWERS}
        checklist = Checklist(**answers, remark=self._text("remark"))
        self._check("remark", ClinicalForm(checklist=checklist))
        return None if checklist == Checklist() else checklist

    def _anaesthetic(self) -> TopicalAnaesthetic | None:
        applied, product = _TRUTH.get(self._text("applied")), self._text("product")
        minutes = self._whole("minutes")
        if applied is None and not product and minutes is None:
            return None
        given = TopicalAnaesthetic(applied=applied is not False, product=product, minutes=minutes)
        for name in ("product", "minutes"):
            part = TopicalAnaesthetic(applied=True, **{name: getattr(given, name)})
            self._check(name, ClinicalForm(topical_anaesthetic=part))
        return given

    def _treated(self, known: list[Site]) -> Iterator[TreatedZone]:
        named = [(site_name(site), site) for site in known]
        side, _, zone = self._text(ANOTHER).partition(".")
        named += [(ANOTHER, (side, zone))] if zone else []
        for name, site in named:
            area_cm2, passes = self._number(f"area.{name}"), self._whole(f"passes.{name}")
            if area_cm2 is None and passes is None:
                continue
            entered = TreatedZone(side=site[0], zone=site[1], area_cm2=area_cm2, passes=passes)
            for field, part in (("area", {"area_cm2": area_cm2}), ("passes", {"passes": passes})):
                alone = TreatedZone(side=site[0], zone=site[1], **part)
                self._check(f"{field}.{name}", ClinicalForm(treated=(alone,)))
            yield entered

    def _events(self) -> Iterator[AdverseEvent]:
        number = 0
        while f"event.{number}" in self._form:
            what, about = self._text(f"event.{number}"), self._text(f"about.{number}")
            grade = self._whole(f"grade.{number}")
            if what or about or grade is not None:
                event = AdverseEvent(what=what, erythema_grade=grade, note=about)
                self._check(f"event.{number}", ClinicalForm(adverse_events=(event,)))
                yield event
            number += 1
