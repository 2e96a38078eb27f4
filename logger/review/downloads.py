"""A session as a file, in the forms that the archive makes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from logger.archive.bundle.making import write_bundle
from logger.archive.bundle.printing import printed
from logger.archive.exports.forms import export_texts
from logger.archive.exports.parquet import write_parquet
from logger.archive.exports.source import Source
from logger.archive.report.press import PAPERS
from logger.archive.report.reading import known_of
from logger.archive.report.session import session_report
from logger.archive.report.wording import Wording
from logger.errors import CommandRefused
from logger.journal.kinds import ExportForm
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.store import load_sessions

_CHUNK_BYTES = 1 << 18
_PAPER = "a4"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is written: a session of a data directory, for a clinic's site, in a language."""

    data_dir: Path
    session: Session
    site: str
    language: str


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is called, what the browser is told that it is, and what writes it."""

    suffix: str
    media_type: str
    write: Callable[[Wanted, Path], None]


def _write_pdf(wanted: Wanted, path: Path) -> None:
    with load_sessions(wanted.data_dir) as sessions, JournalReader(wanted.data_dir) as reader:
        known = known_of(sessions, reader, wanted.session.id)
    words = Wording(wanted.language)
    path.write_bytes(session_report(known, wanted.site, PAPERS[_PAPER], words))


def _writing_text(form: str) -> Callable[[Wanted, Path], None]:
    def write(wanted: Wanted, path: Path) -> None:
        with (
            JournalReader(wanted.data_dir) as reader,
            path.open("w", encoding="utf-8", newline="") as file,
        ):
            source = Source(reader)
            source.check_reach(wanted.session.id, wanted.session.started_position)
            file.writelines(export_texts(source, [wanted.session], form, wanted.site))

    return write


def _write_parquet(wanted: Wanted, path: Path) -> None:
    with JournalReader(wanted.data_dir) as reader:
        write_parquet(Source(reader), [wanted.session], wanted.data_dir, path.parent)
    written = path.with_name(f"{wanted.session.id}.parquet")
    if not written.is_file():
        raise CommandRefused(f"session {wanted.session.id} has no samples")
    written.replace(path)


def _write_bundle(wanted: Wanted, path: Path) -> None:
    words = Wording(wanted.language)
    prints = printed(wanted.data_dir, wanted.session, wanted.site, PAPERS[_PAPER], words)
    write_bundle(wanted.data_dir, wanted.session, prints, path)


FORMS: dict[ExportForm, Form] = {
    "pdf": Form(".pdf", "application/pdf", _write_pdf),
    "csv": Form(".csv", "text/csv; charset=utf-8", _writing_text("csv")),
    "json": Form(".json", "application/json", _writing_text("json")),
    "parquet": Form(".parquet", "application/vnd.apache.parquet", _write_parquet),
    "fhir": Form(".fhir.ndjson", "application/fhir+ndjson", _writing_text("fhir")),
    "bundle": Form(".bundle.zip", "application/zip", _write_bundle),
}
"""What the page of a session offers, in that order."""


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield all of ``file``, and close it."""
    with file:
        while piece := file.read(_CHUNK_BYTES):
            yield piece
