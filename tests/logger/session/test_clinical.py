"""The clinical form: optional, validated, filled in bit by bit, changed with a reason."""

from typing import Any

import pytest
from msgspec.structs import replace

from logger.errors import CommandRefused
from logger.journal.kinds import (
    AdverseEvent,
    Checklist,
    ClinicalForm,
    TopicalAnaesthetic,
    TreatedZone,
    decode,
)
from logger.session.carrying import carried_over
from logger.session.clinical import checked_form, filling
from logger.session.density import nominal_densities
from logger.session.model import Session
from logger.session.record_orders import FillIn
from tests.support.records import AUDITOR, DOCTOR, carried_out, session_of
from tests.support.stories import SESSION, Story, sample_block


def _story(*, stopped: bool = True) -> Story:
    story = Story()
    story.identified()
    story.started(needles=12)
    story.samples(sample_block(101))
    if stopped:
        story.stopped()
    return story


def _fill_in(story: Story, form: ClinicalForm, **more: Any) -> Session:
    carried_out(story, FillIn(session=SESSION, form=form, **more))
    return session_of(story, SESSION)


def test_a_form_is_kept_as_entered() -> None:
    form = ClinicalForm(
        indication="stretch-marks",
        fitzpatrick="III",
        checklist=Checklist(consent=True, retinoids=False),
        topical_anaesthetic=TopicalAnaesthetic(applied=True, product="lidocaine 4 %", minutes=30),
        treated=(TreatedZone(side="left", zone="anterior-thigh", area_cm2=120.0, passes=2),),
        endpoint="pinpoint-bleeding",
        aftercare="cooling",
        adverse_events=(AdverseEvent(what="erythema", erythema_grade=2),),
        next_session_due="2026-12-20",
    )
    assert _fill_in(_story(), form).record.clinical == form


def test_an_open_session_has_its_form_too_and_keeps_it() -> None:
    story = _story(stopped=False)
    _fill_in(story, ClinicalForm(checklist=Checklist(consent=True)))
    story.stopped()
    form = session_of(story, SESSION).record.clinical
    assert form is not None
    assert form.checklist == Checklist(consent=True)


def test_more_can_be_filled_in_by_anyone_without_a_reason() -> None:
    story = _story()
    _fill_in(story, ClinicalForm(checklist=Checklist(consent=True), fitzpatrick="II"))
    session = _fill_in(story, ClinicalForm(checklist=Checklist(retinoids=False), endpoint="none"))
    form = session.record.clinical
    assert form is not None
    assert form.checklist == Checklist(consent=True, retinoids=False)
    assert (form.fitzpatrick, form.endpoint) == ("II", "none")
    assert session.record.amendments == ()


def test_adverse_events_and_zones_are_added() -> None:
    story = _story()
    shin = TreatedZone(side="left", zone="shin", area_cm2=80.0)
    _fill_in(story, ClinicalForm(treated=(shin,), adverse_events=(AdverseEvent(what="itch"),)))
    calf = TreatedZone(side="right", zone="calf", area_cm2=90.0)
    more = ClinicalForm(treated=(calf,), adverse_events=(AdverseEvent(what="oedema"),))
    form = _fill_in(story, more).record.clinical
    assert form is not None
    assert [one.zone for one in form.treated] == ["anterior-lower-leg", "posterior-lower-leg"]
    assert [one.what for one in form.adverse_events] == ["itch", "oedema"]


def test_a_change_names_what_was_before_and_why() -> None:
    story = _story()
    _fill_in(story, ClinicalForm(endpoint="erythema"))
    changed = ClinicalForm(endpoint="pinpoint-bleeding")
    session = _fill_in(story, changed, reason="looked again", by=DOCTOR)
    (amendment,) = session.record.amendments
    assert (amendment.what, amendment.former) == ("clinical.endpoint", "erythema")
    assert (amendment.now, amendment.reason) == ("pinpoint-bleeding", "looked again")


def test_a_field_can_be_emptied() -> None:
    story = _story()
    _fill_in(story, ClinicalForm(adverse_events=(AdverseEvent(what="itch"),)))
    session = _fill_in(
        story, ClinicalForm(), cleared=("adverse_events",), reason="another client's", by=DOCTOR
    )
    assert session.record.clinical == ClinicalForm()
    assert [one.former for one in session.record.amendments] == ['[{"what":"itch"}]']


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({}, "was entered before"),
        ({"by": DOCTOR}, "reason is missing"),
        ({"by": AUDITOR, "reason": "x"}, "account audit is auditor"),
    ],
)
def test_a_change_needs_an_account_that_may_and_a_reason(
    more: dict[str, Any], problem: str
) -> None:
    story = _story()
    _fill_in(story, ClinicalForm(endpoint="erythema"))
    with pytest.raises(CommandRefused, match=problem):
        _fill_in(story, ClinicalForm(endpoint="none"), **more)


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        (ClinicalForm(indication="boredom"), "no indication"),
        (ClinicalForm(fitzpatrick="VII"), "no Fitzpatrick type"),
        (ClinicalForm(endpoint="tears"), "no endpoint"),
        (ClinicalForm(next_session_due="soon"), "no date"),
        (ClinicalForm(treated=(TreatedZone(side="up", zone="shin"),)), "no side"),
        (ClinicalForm(treated=(TreatedZone(side="left", zone="arm"),)), "no zone"),
        (ClinicalForm(treated=(TreatedZone(side="left", zone="shin", area_cm2=0),)), "0 cm²"),
        (
            ClinicalForm(treated=(TreatedZone(side="left", zone="shin", area_cm2=float("nan")),)),
            "nan cm²",
        ),
        (ClinicalForm(treated=(TreatedZone(side="left", zone="shin", passes=0),)), "0 cannot be"),
        (ClinicalForm(treated=(TreatedZone(side="left", zone="shin"),) * 2), "stands twice"),
        (ClinicalForm(adverse_events=(AdverseEvent(what=""),)), "has no name"),
        (ClinicalForm(adverse_events=(AdverseEvent(what="x", erythema_grade=5),)), "grade: 5"),
        (ClinicalForm(aftercare="x" * 4001), "4001 characters"),
        (ClinicalForm(), "says that already"),
    ],
)
def test_what_cannot_be_is_refused(form: ClinicalForm, problem: str) -> None:
    story = _story()
    before = story.position
    with pytest.raises(CommandRefused, match=problem):
        _fill_in(story, form)
    assert story.position == before


def test_nominal_density_is_nominal_punctures_over_the_area_entered() -> None:
    story = _story()
    zone = TreatedZone(side="left", zone="anterior-thigh", area_cm2=50.0)
    session = _fill_in(story, ClinicalForm(treated=(zone,)))
    (density,) = nominal_densities(session)
    assert density.nominal_punctures == pytest.approx(12 * 100 * 1.01)
    assert density.nominal_per_cm2 == pytest.approx(12 * 100 * 1.01 / 50)


def test_a_zone_without_area_or_samples_has_no_density() -> None:
    story = _story()
    unmeasured = TreatedZone(side="left", zone="anterior-thigh", passes=1)
    elsewhere = TreatedZone(side="right", zone="shin", area_cm2=10.0)
    session = _fill_in(story, ClinicalForm(treated=(unmeasured, elsewhere)))
    (density,) = nominal_densities(session)
    assert (density.zone, density.nominal_per_cm2) == ("anterior-lower-leg", None)


def test_a_form_goes_over_into_the_file_that_succeeds_a_damaged_one() -> None:
    story = _story(stopped=False)
    _fill_in(story, ClinicalForm(checklist=Checklist(consent=True)))
    carried, *_ = carried_over(story.projection(), [])
    successor = Story()
    successor.append(decode(carried.kind, carried.payload))
    form = session_of(successor, SESSION).record.clinical
    assert form is not None
    assert form.checklist == Checklist(consent=True)


_FORMER = ClinicalForm(
    indication="scars",
    checklist=Checklist(consent=True),
    treated=(TreatedZone(side="left", zone="anterior-thigh", area_cm2=90.0),),
    adverse_events=(AdverseEvent(what="itching"),),
    endpoint="erythema",
)


@pytest.mark.parametrize(("wanted", "cleared"), [
    (_FORMER, ()),
    (replace(_FORMER, fitzpatrick="II", checklist=Checklist(consent=True, retinoids=False)), ()),
    (replace(_FORMER, checklist=None, endpoint="", indication="other"),
     ("indication", "checklist", "endpoint")),
    (replace(_FORMER, treated=(*_FORMER.treated, TreatedZone(side="right", zone="medial-ankle"))),
     ()),
    (replace(_FORMER, treated=()), ("treated",)),
    (replace(_FORMER, adverse_events=(*_FORMER.adverse_events, AdverseEvent(what="pain"))), ()),
    (replace(_FORMER, adverse_events=(AdverseEvent(what="pain"),)), ("adverse_events",)),
])  # fmt: skip
def test_what_is_to_be_entered_makes_of_a_form_the_wanted_one(
    wanted: ClinicalForm, cleared: tuple[str, ...]
) -> None:
    entered, emptied = filling(_FORMER, wanted)
    assert emptied == cleared
    made, changes = checked_form(_FORMER, entered, emptied)
    assert made == wanted
    assert changes == list(cleared)


def test_a_form_from_nothing_is_entered_as_it_is() -> None:
    assert filling(None, _FORMER) == (_FORMER, ())
