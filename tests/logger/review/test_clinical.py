import httpx
import pytest

from logger.journal.kinds import ClinicalForm
from logger.review.clinical_fields import clinical_fields
from logger.review.words import Words
from logger.session.model import Session
from tests.support.consoled import Browser, Consoled, text_of
from tests.support.recorded import Recorded
from tests.support.reported import session_in, treated
from tests.support.stories import SESSION

_PAGE = f"/sessions/{SESSION}"
_CLINICAL = f"{_PAGE}/clinical"


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Consoled:
    """A console over a session whose form nobody has filled in."""
    data_dir = tmp_path_factory.mktemp("fresh")
    Recorded(data_dir).tell(treated())
    consoled = Consoled(data_dir)
    consoled.add("boss", "administrator")
    consoled.add("dr.b", "practitioner")
    return consoled


def _session(consoled: Consoled) -> Session:
    return session_in(consoled.data_dir)


def _form(consoled: Consoled) -> ClinicalForm:
    form = _session(consoled).record.clinical
    assert form is not None
    return form


def _shown(consoled: Consoled) -> dict[str, str]:
    """Return all fields as the page shows them."""
    session = _session(consoled)
    fields = {one.name: one.value for one in clinical_fields(session, Words("en"))}
    return fields | {"shown": str(session.record.clinical_position), "reason": ""}


async def _send(consoled: Consoled, browser: Browser, **fields: str) -> httpx.Response:
    return await browser.send(_CLINICAL, _CLINICAL, **_shown(consoled) | fields)


async def test_a_form_is_filled_in_from_nothing(fresh: Consoled) -> None:
    browser = await fresh.signed_in("dr.b")
    fields = {
        "indication": "scars", "fitzpatrick": "II", "consent": "yes", "retinoids": "no",
        "applied": "yes", "product": "lidocaine", "minutes": "30",
        "area.left.anterior-thigh": "120,5", "passes.left.anterior-thigh": "2",
        "another": "right.medial-ankle", "area.another": "12", "passes.another": "",
        "endpoint": "erythema", "aftercare": "cooling", "next_session_due": "2027-03-01",
        "event.0": "bleeding", "grade.0": "1", "about.0": "stopped",
    }  # fmt: skip
    answer = await _send(fresh, browser, **fields)
    assert answer.headers.get("location") == f"{_PAGE}?done=clinical", text_of(answer)
    form = _form(fresh)
    assert form.checklist is not None
    assert (form.checklist.consent, form.checklist.retinoids) == (True, False)
    areas = [(one.side, one.zone, one.area_cm2, one.passes) for one in form.treated]
    assert areas == [
        ("left", "anterior-thigh", 120.5, 2), ("right", "medial-ankle", 12.0, None),
    ]  # fmt: skip
    assert [one.erythema_grade for one in form.adverse_events] == [1]
    assert _session(fresh).record.amendments == ()


async def test_what_is_filled_in_later_needs_no_reason(consoled: Consoled) -> None:
    browser = await consoled.signed_in("boss")
    before = len(_session(consoled).record.amendments)
    answer = await _send(consoled, browser, **{"anticoagulants": "no", "event.1": "itching"})
    assert answer.status_code == 303, text_of(answer)
    form = _form(consoled)
    assert [one.what for one in form.adverse_events] == ["pinpoint bleeding", "itching"]
    assert len(_session(consoled).record.amendments) == before


async def test_what_was_entered_is_changed_with_a_reason_alone(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    change = {"consent": "no", "area.left.anterior-thigh": "170", "endpoint": ""}
    answer = await _send(consoled, browser, **change)
    assert answer.status_code == 409
    assert 'id="reason-problem"' in answer.text
    assert 'value="170"' in answer.text
    answer = await _send(consoled, browser, reason="mistyped", **change)
    assert answer.status_code == 303, text_of(answer)
    form = _form(consoled)
    assert form.checklist is not None
    assert (form.checklist.consent, form.endpoint, form.treated[0].area_cm2) == (False, "", 170.0)
    changed = {one.what for one in _session(consoled).record.amendments if one.actor == "dr.b"}
    assert {"clinical.checklist", "clinical.treated", "clinical.endpoint"} <= changed


@pytest.mark.parametrize(("field", "value", "words"), [
    ("minutes", "2000", "cannot be"),
    ("minutes", "soon", "is no number"),
    ("passes.left.anterior-thigh", "1.5", "is no number"),
    ("area.left.anterior-thigh", "20000", "cannot be"),
    ("next_session_due", "tomorrow", "is no date"),
    ("indication", "boredom", "is no indication"),
    ("about.1", "no name", "has no name"),
    ("product", "x" * 201, "201 characters"),
])  # fmt: skip
async def test_a_wrong_value_is_told_at_its_field_and_kept(
    consoled: Consoled, field: str, value: str, words: str
) -> None:
    browser = await consoled.signed_in("dr.b")
    before = _form(consoled)
    answer = await _send(consoled, browser, **{field: value})
    assert answer.status_code == 409
    at = field.replace("about", "event")
    assert f'id="{at}-problem"' in answer.text
    assert f'href="#{at}"' in answer.text
    assert words in text_of(answer)
    assert value in answer.text or field == "indication"
    assert _form(consoled) == before


async def test_several_wrong_values_are_told_together(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    answer = await _send(consoled, browser, minutes="2000", fitzpatrick="VII")
    assert answer.text.count('-problem"') >= 2
    assert 'id="fitzpatrick-problem"' in answer.text


async def test_what_another_entered_meanwhile_is_not_overwritten(consoled: Consoled) -> None:
    first, second = await consoled.signed_in("dr.b"), await consoled.signed_in("boss")
    stale = _shown(consoled)
    await _send(consoled, second, anticoagulants="yes")
    answer = await first.send(_CLINICAL, _CLINICAL, **stale | {"aftercare": "sun hat"})
    assert answer.status_code == 409
    assert "Somebody else filled in the form" in answer.text
    assert "sun hat" in answer.text
    checklist = _form(consoled).checklist
    assert checklist is not None
    assert checklist.anticoagulants is True


async def test_a_form_as_it_is_changes_nothing(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    answer = await _send(consoled, browser)
    assert answer.status_code == 409
    assert "nothing new was entered" in text_of(answer)
