"""A session as FHIR, from a real journal: read back by the library, and looked into."""

import json
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from logger.archive.exports.fhir.bundle import bundle_of, bundle_text, fhir_lines
from logger.archive.exports.source import Source
from logger.errors import CommandRefused
from logger.journal.kinds import (
    AdverseEvent,
    Cartridge,
    ClinicalForm,
    Plan,
    SealMade,
    SegmentStarted,
    SessionClinical,
    SessionNote,
    SessionStarted,
    ZoneLimit,
)
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.store import Sessions, load_sessions
from tests.support.recorded import Recorded
from tests.support.stories import PEN, SESSION, Story, sample_block

_PLAN = Plan(
    name="gentle",
    version="1",
    zones=(
        ZoneLimit(zone="anterior-thigh", depth_max_mm=1.4),
        ZoneLimit(zone="lateral-ankle", depth_max_mm=3),
    ),
)
Resource = dict[str, Any]


def _story(**what: Any) -> Story:
    story = Story(encoded=True)
    story.identified()
    story.append(
        SessionStarted(
            session=SESSION,
            pen=PEN,
            client="C-17",
            practitioner="dr.b",
            side="left",
            zone="anterior-thigh",
            nonce="00",
            **what,
        )
    )
    story.samples(sample_block(100))
    story.append(SegmentStarted(session=SESSION, side="right", zone="lateral-ankle"))
    story.samples(sample_block(3, sequence=[100, 101, 104], measured_um=[1481, 0xFFFF, 1500]))
    story.stopped()
    return story


def _bundle(recorded: Recorded, story: Story) -> Bundle:
    """Return the Bundle of the story's session, read back by the library from its text."""
    recorded.tell(story)
    with load_sessions(recorded.data_dir) as sessions, JournalReader(recorded.data_dir) as reader:
        (line,) = fhir_lines(Source(reader), [_session(sessions)], "clinic")
    return Bundle.model_validate_json(line)


def _session(sessions: Sessions) -> Session:
    session = sessions.session(SESSION)
    assert session is not None
    return session


def _resources(bundle: Bundle, kind: str) -> list[Resource]:
    told = json.loads(bundle.model_dump_json())["entry"]
    return [one["resource"] for one in told if one["resource"]["resourceType"] == kind]


def test_session_and_segments_are_procedures_with_body_site_and_laterality(
    recorded: Recorded,
) -> None:
    session, *segments = _resources(_bundle(recorded, _story()), "Procedure")
    assert [one["bodySite"][0]["text"] for one in segments] == [
        "left anterior thigh",
        "right lateral ankle",
    ]
    codes = [coding["code"] for coding in segments[0]["bodySite"][0]["coding"]]
    assert codes == ["61248009", "61396006"]
    assert [site["text"] for site in session["bodySite"]] == [
        "left anterior thigh",
        "right lateral ankle",
    ]
    assert all(one["status"] == "completed" for one in (session, *segments))


def test_the_client_is_the_clinics_code_and_nothing_else(recorded: Recorded) -> None:
    bundle = _bundle(recorded, _story())
    for kind in ("Procedure", "Observation"):
        for one in _resources(bundle, kind):
            assert one["subject"] == {
                "type": "Patient",
                "identifier": {"system": "urn:needlelog:clinic:client", "value": "C-17"},
            }


def test_every_reference_leads_to_an_entry(recorded: Recorded) -> None:
    story = _story(cartridge=Cartridge(lot="L1"))
    told = json.loads(_bundle(recorded, story).model_dump_json())
    urls = [one["fullUrl"] for one in told["entry"]]
    assert len(set(urls)) == len(urls)
    assert set(_references(told)) <= set(urls)


def _references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for one in value for found in _references(one)]
    if not isinstance(value, dict):
        return []
    here = [value["reference"]] if "reference" in value else []
    return here + _references(list(value.values()))


def test_samples_stand_with_their_unit_period_and_holes(recorded: Recorded) -> None:
    measured = [
        one
        for one in _resources(_bundle(recorded, _story()), "Observation")
        if one["code"]["text"] == "depth measured"
    ]
    data = [one["valueSampledData"] for one in measured]
    assert [one["data"] for one in data] == [" ".join(["E"] * 100), "1481 E E E 1500"]
    assert {(one["period"], one["factor"], one["origin"]["code"]) for one in data} == {
        (10, 0.001, "mm")
    }
    assert measured[1]["effectivePeriod"]["start"] == "2027-01-15T08:00:01Z"
    assert measured[1]["bodySite"]["text"] == "right lateral ankle"


def test_channels_are_metrics_of_the_pen(recorded: Recorded) -> None:
    bundle = _bundle(recorded, _story())
    metrics = _resources(bundle, "DeviceMetric")
    assert [(one["unit"]["coding"][0]["code"], one["category"]) for one in metrics] == [
        ("mm", "setting"),
        ("mm", "measurement"),
        ("Hz", "measurement"),
    ]
    (pen,) = _resources(bundle, "Device")
    assert (pen["serialNumber"], pen["modelNumber"]) == (PEN, "REF-PEN")
    assert pen["version"][0]["value"] == "1.4.2"


@pytest.mark.parametrize(
    ("expiry", "told"), [("2028-02-29", "2028-02-29"), ("02/2028", None), ("", None)]
)
def test_the_cartridge_is_a_device(recorded: Recorded, expiry: str, told: str | None) -> None:
    cartridge = Cartridge(udi="(10)L1", lot="L1", expiry=expiry, needle_count=12)
    _, device = _resources(_bundle(recorded, _story(cartridge=cartridge)), "Device")
    assert (device["lotNumber"], device.get("expirationDate")) == ("L1", told)
    assert device["property"][0]["valueQuantity"][0]["value"] == 12
    assert ("note" in device) is (expiry == "02/2028")


def test_a_deviation_stands_with_its_limit(recorded: Recorded) -> None:
    (deviation,) = [
        one
        for one in _resources(_bundle(recorded, _story(plan=_PLAN)), "Observation")
        if one["code"]["text"] == "depth set above"
    ]
    assert deviation["valueQuantity"]["value"] == 1.5
    assert deviation["referenceRange"][0]["high"]["value"] == 1.4


def test_notes_and_indication_are_the_sessions(recorded: Recorded) -> None:
    story = _story(indication="stretch-marks")
    story.append(SessionNote(session=SESSION, text="a little red", nonce="1"))
    session, *_ = _resources(_bundle(recorded, story), "Procedure")
    assert session["reasonCode"][0]["text"] == "stretch marks"
    assert [note["text"] for note in session["note"]] == ["a little red"]


def test_the_clinical_form_is_the_sessions(recorded: Recorded) -> None:
    form = ClinicalForm(
        endpoint="erythema",
        aftercare="cooling",
        next_session_due="2027-02-12",
        adverse_events=(AdverseEvent(what="bruise", erythema_grade=2),),
    )
    story = _story()
    story.append(SessionClinical(session=SESSION, form=form, nonce="1"))
    session, *_ = _resources(_bundle(recorded, story), "Procedure")
    assert session["outcome"]["text"] == "erythema"
    assert session["complication"][0]["text"] == "bruise, erythema grade 2"
    told = [one["text"] for one in session["followUp"]]
    assert told == ["cooling", "next session due 2027-02-12"]


def test_provenance_names_the_manifest_of_the_last_seal(recorded: Recorded) -> None:
    story = _story()
    for revision, digest in ((1, "aa" * 32), (2, "bb" * 32)):
        story.append(_seal(revision, digest), stream="")
    (provenance,) = _resources(_bundle(recorded, story), "Provenance")
    (entity,) = provenance["entity"]
    assert entity["what"]["identifier"] == {
        "system": "urn:oid:2.16.840.1.101.3.4.2.1",
        "value": "bb" * 32,
    }
    assert entity["what"]["display"] == "manifest-2.json"


def test_without_a_seal_provenance_names_no_source(recorded: Recorded) -> None:
    (provenance,) = _resources(_bundle(recorded, _story()), "Provenance")
    assert "entity" not in provenance


def _seal(revision: int, digest: str) -> SealMade:
    return SealMade(
        subject="session",
        name=SESSION,
        revision=revision,
        manifest_sha256=digest,
        leaf_hash="00" * 32,
        files={},
        samples=0,
        from_position=1,
        to_position=2,
    )


def test_the_same_session_gives_the_same_bytes(recorded: Recorded) -> None:
    recorded.tell(_story())
    with load_sessions(recorded.data_dir) as sessions, JournalReader(recorded.data_dir) as reader:
        twice = [_session(sessions)] * 2
        first, second = fhir_lines(Source(reader), twice, "clinic")
    assert first == second
    assert first.count("\n") == 1


@pytest.mark.parametrize(
    ("place", "value"), [("valueSampledData", {"period": 0}), ("status", "as usual")]
)
def test_what_is_no_fhir_is_refused_with_the_session(
    recorded: Recorded, place: str, value: Any
) -> None:
    recorded.tell(_story())
    with load_sessions(recorded.data_dir) as sessions, JournalReader(recorded.data_dir) as reader:
        bundle = bundle_of(Source(reader), _session(sessions), "clinic")
    broken = next(
        one["resource"] for one in bundle["entry"] if "valueSampledData" in one["resource"]
    )
    broken[place] = broken[place] | value if isinstance(value, dict) else ["no status"]
    with pytest.raises(CommandRefused, match=f"session {SESSION} cannot be told in FHIR"):
        bundle_text(bundle, SESSION)
