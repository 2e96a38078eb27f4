"""Checks what the archive made of a journal: keys, heads, trees, seals and their files."""

from collections.abc import Callable, Iterator
from pathlib import Path

from logger.archive.outside import Outside
from logger.archive.verification.files import JournalFiles
from logger.archive.verification.heads_check import check_outside, head_problem, key_problems
from logger.archive.verification.holds_check import hold_problems
from logger.archive.verification.payloads_check import PayloadsCheck
from logger.archive.verification.restated_check import restated_problems
from logger.archive.verification.result import ArchiveResult
from logger.archive.verification.seals_check import SealsCheck
from logger.archive.verification.told import Told

Progress = Callable[[str, int, int], None]
"""Is told what is checked, how many are done, and of how many."""

PROBLEMS_MAX = 100


def verify_archive(place: Path, outside: Outside, progress: Progress) -> ArchiveResult:
    """Check all that was sealed and signed in a data directory against its journal.

    Of a journal file alone no sealed files are looked at. That the journal itself is whole is
    for ``logger.journal.verify_succession``. Names the first hundred problems. JournalError
    if the journal cannot be read.
    """
    with JournalFiles(place) as files:
        told = Told.read(files)
        proven, payloads = check_outside(outside, told, files), PayloadsCheck(told, files)
        problems = [*told.problems, *proven.problems]
        for problem in _problems(place, told, files, payloads, progress):
            problems.append(problem)
            if len(problems) >= PROBLEMS_MAX:
                problems.append("there is more; only the first are named")
                break
        return ArchiveResult(
            seals=len(told.seals),
            heads=len(told.heads),
            keys=len(told.ring.keys),
            erased=len(told.erased),
            payloads_pruned=payloads.pruned,
            payloads_erased=payloads.erased,
            erasures_begun=len(told.begun),
            not_covered=_not_covered(told, files),
            proven_by=proven.by,
            problems=tuple(problems),
        )


def _problems(
    place: Path, told: Told, files: JournalFiles, payloads: PayloadsCheck, progress: Progress
) -> Iterator[str]:
    yield from key_problems(told)
    yield from payloads.problems()
    yield from hold_problems(files)
    yield from restated_problems(place, files)
    for number, head in enumerate(told.heads, 1):
        problem = head_problem(head, told, files)
        if problem:
            yield f"head at position {head.position}: {problem}"
        progress("heads", number, len(told.heads))
    seals = SealsCheck(place, told, files)
    for number, seal in enumerate(told.seals if place.is_dir() else (), 1):
        problem = seals.problem(seal)
        if problem:
            yield f"{seal.told.subject} {seal.told.name}, revision {seal.told.revision}: {problem}"
        progress("seals", number, len(told.seals))


def _not_covered(told: Told, files: JournalFiles) -> tuple[int, int] | None:
    """Return what of the journal in use came after its last head."""
    reader = files.current
    own = [one.told.position for one in told.heads if one.told.journal == reader.id]
    first, last = max(own, default=reader.first_position - 1) + 1, reader.last_position()
    return (first, last) if first <= last else None
