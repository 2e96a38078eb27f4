"""The audit of an hour around the stories' beginning, read and printed."""

from pathlib import Path

from logger.archive.outside import Outside
from logger.archive.report.audit import Audited, audit_report, read_audited
from logger.archive.report.audit_reading import Period
from logger.archive.report.press import PAPERS
from logger.archive.report.wording import Wording
from logger.archive.verification.record import Verified
from logger.archive.verification.whole import verify_archive
from logger.journal.reader import JournalReader
from logger.journal.verify_succession import verify_succession
from logger.session.store import load_sessions
from tests.support.reported import SITE, ZONE
from tests.support.stories import EPOCH_NS

HOUR_NS = 3_600_000_000_000
DAY = Period(EPOCH_NS - HOUR_NS, EPOCH_NS + HOUR_NS)


def audited_in(data_dir: Path, period: Period = DAY) -> Audited:
    """Return the audit of a period, the whole record checked for it."""
    archive = verify_archive(data_dir, Outside(), lambda what, done, last: None)
    verified = Verified(verify_succession(data_dir), archive)
    with load_sessions(data_dir) as sessions, JournalReader(data_dir) as reader:
        return read_audited(reader, sessions, period, verified, ZONE)


def audit_report_of(data_dir: Path, language: str = "en") -> bytes:
    """Return the audit as PDF."""
    return printed(audited_in(data_dir), language)


def printed(audited: Audited, language: str = "en") -> bytes:
    """Return the PDF of an audit."""
    return audit_report(audited, SITE, PAPERS["a4"], Wording(language, ZONE))
