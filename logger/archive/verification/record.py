"""The whole record checked: the journal with all before it, seals, heads, keys and sealed files."""

from dataclasses import dataclass
from pathlib import Path

from logger.archive.outside import Outside
from logger.archive.verification.result import ArchiveResult
from logger.archive.verification.whole import Progress, verify_archive
from logger.errors import JournalError
from logger.journal.verify_succession import SuccessionResult, verify_succession


@dataclass(frozen=True, slots=True)
class Verified:
    """What `needlelog verify` found: the journal with all before it, and its seals and heads."""

    journal: SuccessionResult
    archive: ArchiveResult

    @property
    def good(self) -> bool:
        """Whether nothing is wrong and nothing is left to be done."""
        return self.journal.good and self.archive.good


def verify_record(
    place: Path,
    outside: Outside,
    progress: Progress = lambda what, done, last: None,
) -> Verified:
    """Check a data directory, or a journal file alone, whatever state it is in.

    What cannot be read of the archive is a problem of its own. Raises what
    :func:`logger.journal.verify.verify` raises.
    """
    journal = verify_succession(place, lambda done, last: progress("entries", done, last))
    try:
        archive = verify_archive(place, outside, progress)
    except JournalError as error:
        archive = ArchiveResult(problems=(str(error),))
    return Verified(journal, archive)
