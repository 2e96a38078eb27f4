"""A session as a FHIR R4 Bundle; several sessions as a Bundle a line (NDJSON)."""

from collections.abc import Iterable, Iterator

from fhir.resources.R4B.bundle import Bundle
from pydantic import ValidationError

from logger import __version__
from logger.archive.exports.fhir.devices import cartridge_entry, metric_entry, pen_entry
from logger.archive.exports.fhir.observations import sample_entries, segment_entries
from logger.archive.exports.fhir.procedures import segment_entry, session_entry, session_url
from logger.archive.exports.fhir.sampled_data import problem_of
from logger.archive.exports.fhir.terms import (
    OWN,
    SHA_256,
    Json,
    by_identifier,
    concept,
    entry,
    time_of,
    url_of,
)
from logger.archive.exports.source import Source
from logger.archive.places import manifest_name
from logger.errors import CommandRefused
from logger.session.model import Session

_AGENT_TYPES = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def fhir_lines(source: Source, sessions: Iterable[Session], site: str) -> Iterator[str]:
    """Yield a Bundle a line: of one session it is a JSON file, of many NDJSON.

    ``site`` stands in the systems of the clinic's own codes. CommandRefused for a session
    that FHIR cannot tell.
    """
    for session in sessions:
        yield bundle_text(bundle_of(source, session, site), session.id) + "\n"


def bundle_of(source: Source, session: Session, site: str) -> Json:
    """Return the Bundle of ``session`` as JSON's own types, before it is checked."""
    observed = list(sample_entries(source, session, site))
    entries = [session_entry(session, site), pen_entry(session)]
    if session.cartridge is not None:
        entries.append(cartridge_entry(session, session.cartridge))
    entries += [metric_entry(session, channel) for channel in _channels(observed)]
    for segment in session.segments:
        entries.append(segment_entry(session, segment, site))
        entries += segment_entries(session, segment, site)
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": f"{OWN}:{site}:session", "value": session.id},
        "entry": [*entries, *observed, _provenance_entry(source, session, site)],
    }


def bundle_text(bundle: Json, session: str) -> str:
    """Return a Bundle as checked JSON; CommandRefused naming ``session`` where it is no FHIR."""
    for one in bundle["entry"]:
        data = one["resource"].get("valueSampledData")
        problem = problem_of(data) if data is not None else ""
        if problem:
            raise _refused(session, f"SampledData of {one['fullUrl']}: {problem}")
    try:
        text: str = Bundle.model_validate(bundle).model_dump_json()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise _refused(session, f"{place}: {first['msg']}") from error
    return text


def _refused(session: str, why: str) -> CommandRefused:
    return CommandRefused(
        f"session {session} cannot be told in FHIR: {why}", "Export it as json, csv or parquet"
    )


def _channels(observed: list[Json]) -> list[str]:
    """Return the channels that were observed, once each."""
    codes = (one["resource"]["code"]["coding"][0]["code"] for one in observed)
    return list(dict.fromkeys(codes))


def _provenance_entry(source: Source, session: Session, site: str) -> Json:
    """Return who and what made the record, and the manifest that seals it, if one does."""
    sealed = source.seal(session.id)
    ended_ns = session.ended_unix_ns or session.started_unix_ns
    practitioner = by_identifier("Practitioner", f"{OWN}:{site}:practitioner", session.practitioner)
    software = {"type": "Device", "display": f"needlelog {__version__}"}
    provenance: Json = {
        "resourceType": "Provenance",
        "target": [{"reference": session_url(session)}],
        "recorded": time_of(sealed.time_unix_ns if sealed else ended_ns),
        "agent": [_agent("performer", practitioner), _agent("assembler", software)],
    }
    if sealed is not None:
        what = {
            "identifier": {"system": SHA_256, "value": sealed.told.manifest_sha256},
            "display": manifest_name(sealed.told.revision),
        }
        provenance["entity"] = [{"role": "source", "what": what}]
    return entry(url_of("session", session.id, "provenance"), provenance)


def _agent(part: str, who: Json) -> Json:
    return {"type": concept(part, {"system": _AGENT_TYPES, "code": part}), "who": who}
