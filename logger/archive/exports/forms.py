"""The forms in which sessions leave as text."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from logger.archive.exports.documents import json_texts
from logger.archive.exports.samples_text import csv_texts, json_lines
from logger.archive.exports.source import Source
from logger.session.model import Session

_Writer: TypeAlias = Callable[[Source, Iterable[Session]], Iterator[str]]

_WRITERS: Mapping[str, _Writer] = {"csv": csv_texts, "jsonl": json_lines, "json": json_texts}
FHIR = "fhir"
PARQUET = "parquet"

TEXT_FORMS = (*_WRITERS, FHIR)
"""The forms that :func:`export_texts` knows."""


def export_texts(
    source: Source, sessions: Iterable[Session], form: str, site: str = ""
) -> Iterator[str]:
    """Return the text of all ``sessions`` in one of :data:`TEXT_FORMS`, piece by piece.

    No more than one session is held in memory. ``site`` names the clinic in FHIR.
    """
    if form == FHIR:
        from logger.archive.exports.fhir.bundle import fhir_lines  # noqa: PLC0415 - loads slowly

        return fhir_lines(source, sessions, site)
    return _WRITERS[form](source, sessions)
