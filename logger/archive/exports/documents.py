"""Sessions as JSON documents: all but the samples."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from logger.archive.exports.source import Source
from logger.session.legs import ZONES, body_site
from logger.session.model import Session

FORM = "needlelog-sessions@1"


def json_texts(source: Source, sessions: Iterable[Session]) -> Iterator[str]:
    """Yield one JSON object with all ``sessions`` in it, a session at a time."""
    yield f'{{"form":"{FORM}","sessions":['
    separator = "\n"
    for session in sessions:
        yield separator + msgspec.json.encode(document(source, session)).decode()
        separator = ",\n"
    yield "\n]}\n"


def document(source: Source, session: Session) -> dict[str, Any]:
    """Return what is known of ``session`` as JSON's own types, named as in the model.

    Beside it its ``clocks``, the ``seal`` (None without one), and for each segment the
    ``body_site`` with SNOMED CT codes.
    """
    told: dict[str, Any] = msgspec.to_builtins(session)
    for segment in told["segments"]:
        if segment["zone"] in ZONES:
            site = body_site(segment["side"], segment["zone"])
            segment["body_site"] = {"snomed_ct": list(site.codes), "text": site.text}
    seal = source.seal(session.id)
    told["clocks"] = msgspec.to_builtins(source.clocks(session))
    told["seal"] = None if seal is None else msgspec.to_builtins(seal.told)
    return told
