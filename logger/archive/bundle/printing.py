"""What people read in a bundle: the samples as text, the report."""

from collections.abc import Iterator
from pathlib import Path

from logger.archive.bundle.making import Printed
from logger.archive.exports.samples_text import csv_parts
from logger.archive.exports.source import Source
from logger.archive.report.reading import known_of
from logger.archive.report.session import session_report
from logger.archive.report.wording import Wording
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.store import load_sessions


def printed(data_dir: Path, session: Session, site: str, paper: str, wording: Wording) -> Printed:
    """Return what prints ``session``; ``paper`` is one of ``logger.archive.report.press.PAPERS``.

    Each part opens the journal for itself, as it runs in a thread of its own.
    """

    def csv() -> Iterator[bytes]:
        with JournalReader(data_dir) as reader:
            yield from csv_parts(Source(reader), [session])

    def pdf() -> bytes:
        with load_sessions(data_dir) as sessions, JournalReader(data_dir) as reader:
            known = known_of(sessions, reader, session.id)
        return session_report(known, site, paper, wording)

    return Printed(csv, pdf)
