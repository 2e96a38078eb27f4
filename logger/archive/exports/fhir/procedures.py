"""A session and its segments as Procedures: a session, and parts of it with one body site."""

from collections.abc import Mapping
from typing import Any

from logger.archive.exports.fhir.devices import pen_url
from logger.archive.exports.fhir.terms import (
    OWN,
    Json,
    by_identifier,
    concept,
    entry,
    period,
    site_concept,
    time_of,
    url_of,
)
from logger.session.model import Segment, Session
from logger.session.record import ClinicalForm

_STATUS: Mapping[str, str] = {"open": "in-progress", "stopped": "completed"}


def session_url(session: Session) -> str:
    """Return the URL of the Procedure that is the whole session."""
    return url_of("session", session.id)


def segment_url(session: Session, number: int) -> str:
    """Return the URL of the Procedure that is a segment."""
    return url_of("session", session.id, "segment", str(number))


def subject(session: Session, site: str) -> Json:
    """Return the client, by nothing but the clinic's own code."""
    return by_identifier("Patient", f"{OWN}:{site}:client", session.client)


def session_entry(session: Session, site: str) -> Json:
    """Return the session: who, when, where, why, with what, and what was noted."""
    places = dict.fromkeys((one.side, one.zone) for one in session.segments)
    procedure = _procedure(session, site) | {
        "identifier": [{"system": f"{OWN}:{site}:session", "value": session.id}],
        "performedPeriod": period(session.started_unix_ns, session.ended_unix_ns),
        "bodySite": [site_concept(side, zone) for side, zone in places],
        "usedReference": [{"reference": pen_url(session.pen)}],
        "note": [
            {"authorString": one.actor, "time": time_of(one.time_unix_ns), "text": one.text}
            for one in session.notes
        ],
    }
    if session.cartridge is not None:
        cartridge = {"reference": url_of("session", session.id, "cartridge")}
        procedure["usedReference"].append(cartridge)
    if session.indication:
        procedure["reasonCode"] = [concept(session.indication.replace("-", " "))]
    if session.record.clinical is not None:
        procedure |= _clinical(session.record.clinical)
    return entry(session_url(session), _filled(procedure))


def segment_entry(session: Session, segment: Segment, site: str) -> Json:
    """Return a segment: part of the session, on one side and zone."""
    procedure = _procedure(session, site) | {
        "partOf": [{"reference": session_url(session)}],
        "performedPeriod": period(segment.from_unix_ns, segment.to_unix_ns),
        "bodySite": [site_concept(segment.side, segment.zone)],
        "usedReference": [{"reference": pen_url(session.pen)}],
    }
    return entry(segment_url(session, segment.number), procedure)


def _procedure(session: Session, site: str) -> Json:
    performer = by_identifier("Practitioner", f"{OWN}:{site}:practitioner", session.practitioner)
    return {
        "resourceType": "Procedure",
        "status": _STATUS.get(session.state, "on-hold"),
        "code": concept("microneedling of the skin of the leg"),
        "subject": subject(session, site),
        "performer": [{"actor": performer}],
    }


def _clinical(form: ClinicalForm) -> Json:
    graded = [
        (one.what, "" if one.erythema_grade is None else f", erythema grade {one.erythema_grade}")
        for one in form.adverse_events
    ]
    due = f"next session due {form.next_session_due}" if form.next_session_due else ""
    return {
        "outcome": concept(form.endpoint) if form.endpoint else None,
        "complication": [concept(f"{what}{grade}") for what, grade in graded],
        "followUp": [concept(text) for text in (form.aftercare, due) if text],
    }


def _filled(resource: Json) -> dict[str, Any]:
    """Return what has a value: FHIR knows no empty lists."""
    return {key: value for key, value in resource.items() if value not in (None, [], "")}
