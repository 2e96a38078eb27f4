"""Checks a journal with all that came before it in its data directory."""

from dataclasses import dataclass
from pathlib import Path

from logger.errors import JournalError
from logger.journal.files import journal_path, recovered_path, set_aside_files
from logger.journal.reader import JournalReader
from logger.journal.recovered import Recovered, read_recovered
from logger.journal.recovering import known_of
from logger.journal.verify import Progress, VerifyResult, verify


@dataclass(frozen=True, slots=True)
class FileResult:
    """One file of the succession. ``link_problem`` says why its successor does not fit it."""

    file: str
    result: VerifyResult
    recovered: Recovered | None = None
    link_problem: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing is wrong; entries known to be missing are not wrong."""
        return self.result.good and not self.link_problem


@dataclass(frozen=True, slots=True)
class SuccessionResult:
    """All files, oldest first, the journal in use last.

    ``unrecovered`` names files that were set aside and of which nobody has yet brought
    back what can be read.
    """

    files: tuple[FileResult, ...]
    unrecovered: tuple[str, ...]

    @property
    def current(self) -> VerifyResult:
        """What was found in the journal in use."""
        return self.files[-1].result

    @property
    def good(self) -> bool:
        """Whether nothing is wrong and nothing is left to be done."""
        return all(file.good for file in self.files) and not self.unrecovered

    @property
    def missing(self) -> tuple[tuple[int, int], ...]:
        """First and last position of entries that are known to be lost."""
        return tuple(hole for file in self.files if file.recovered for hole in file.recovered.holes)


def verify_succession(
    place: Path, progress: Progress = lambda done, last: None
) -> SuccessionResult:
    """Check the journal of a data directory and every recovered file before it.

    Given a file, only that. Raises what :func:`logger.journal.verify.verify` raises.
    """
    damaged = set_aside_files(place) if place.is_dir() else []
    earlier = [_earlier(path) for path in damaged if recovered_path(path).exists()]
    unrecovered = tuple(path.name for path in damaged if not recovered_path(path).exists())
    current = FileResult(journal_path(place).name, verify(place, progress))
    return SuccessionResult((*earlier, current), unrecovered)


def _earlier(damaged: Path) -> FileResult:
    path = recovered_path(damaged)
    return FileResult(path.name, verify(path), read_recovered(path), _link_problem(damaged))


def _link_problem(damaged: Path) -> str:
    known = known_of(damaged)
    try:
        with JournalReader(recovered_path(damaged)) as reader:
            if known.journal and known.journal != reader.id:
                return f"its successor names journal {known.journal}, and it is {reader.id}"
            if known.head is None:
                return ""
            position, chain_hash = known.head
            last = next(reader.entries(position - 1, to=position, page=1), None)
    except JournalError as error:
        return str(error)
    if last is not None and last.chain_hash != chain_hash:
        return f"entry {position} is not the one that its successor names as its last"
    return ""
