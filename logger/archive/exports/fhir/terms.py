"""Words and codes of FHIR R4 resources: systems, units (UCUM), body sites (SNOMED CT)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from logger.session.legs import ZONES, body_site

Json = dict[str, Any]

UCUM = "http://unitsofmeasure.org"
SNOMED_CT = "http://snomed.info/sct"
SHA_256 = "urn:oid:2.16.840.1.101.3.4.2.1"
GS1 = "http://hl7.org/fhir/NamingSystem/gs1"
OWN = "urn:needlelog"

UCUM_CODES = {"mm": "mm", "Hz": "Hz", "mA": "mA", "%": "%", "°C": "Cel", "s": "s", "1": "1"}
"""UCUM's code of each unit that needlelog shows."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def quantity(value: float | Decimal, unit: str) -> Json:
    """Return a Quantity in a unit of :data:`UCUM_CODES`."""
    return {"value": value, "unit": unit, "system": UCUM, "code": UCUM_CODES[unit]}


def concept(text: str, *codings: Json) -> Json:
    """Return a CodeableConcept; the text alone is always complete."""
    return {"coding": list(codings), "text": text} if codings else {"text": text}


def own_concept(room: str, code: str, text: str) -> Json:
    """Return a concept with needlelog's own code, of ``docs/exports.md``."""
    return concept(text, {"system": f"{OWN}:{room}", "code": code})


def site_concept(side: str, zone: str) -> Json:
    """Return a leg's side and zone with all SNOMED CT codes there are, most exact first."""
    if zone not in ZONES:
        return concept(f"{side} {zone}")
    site = body_site(side, zone)
    codings = [{"system": SNOMED_CT, "code": code} for code in site.codes]
    return concept(site.text, *codings)


def time_of(unix_ns: int) -> str:
    """Return a time in UTC as FHIR has it, cut to µs."""
    moment = _EPOCH + timedelta(microseconds=unix_ns // 1000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def period(from_unix_ns: int, to_unix_ns: int | None) -> Json:
    """Return a Period; one that goes on has no end."""
    begun = {"start": time_of(from_unix_ns)}
    return begun if to_unix_ns is None else {**begun, "end": time_of(to_unix_ns)}


def by_identifier(resource: str, system: str, value: str) -> Json:
    """Return a reference that names a thing by an identifier alone."""
    return {"type": resource, "identifier": {"system": system, "value": value}}


def url_of(*names: str) -> str:
    """Return the ``urn:uuid`` of a resource: the same names give the same one."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, ':'.join((OWN, *names)))}"


def entry(url: str, resource: Json) -> Json:
    """Return the entry of a Bundle."""
    return {"fullUrl": url, "resource": resource}
