"""Checks all that vouches for one session: its entries, its seals, the head over them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from logger.archive.verification.files import JournalFiles
from logger.archive.verification.heads_check import head_problem
from logger.archive.verification.payloads_check import GonePayloads
from logger.archive.verification.seals_check import SealsCheck
from logger.archive.verification.told import HeadAt, SealAt, Told
from logger.errors import JournalError
from logger.journal import chain
from logger.journal.entry import Entry
from logger.session.model import Session
from logger.session.places import reach

PROBLEMS_MAX = 20


@dataclass(slots=True)
class SessionChecked:
    """What was checked of a session, and what is wrong.

    The journal's entries from ``first_position`` to ``last_position``, whoever they are of,
    follow from one another; the payloads of ``entries`` of them are there, as they were hashed.
    ``seals`` are the session's, with as many signed manifests, and ``files`` of samples.
    ``head`` is the first that covers the newest seal, None where there is none yet.
    """

    first_position: int = 0
    last_position: int = 0
    entries: int = 0
    seals: int = 0
    files: int = 0
    head: HeadAt | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def check_session(data_dir: Path, session: Session) -> SessionChecked:
    """Check one session against the journal, whether or not a recorder runs.

    The journal is followed from the session's first entry to the head that covers its newest
    seal, or to the last that the session rests on; what came before and after is for
    ``needlelog verify``. JournalError if the journal cannot be read.
    """
    with JournalFiles(data_dir) as files:
        told = Told.read(files)
        seals = [one for one in told.seals if one.told.name == session.id]
        head = _head_over(told, seals)
        found = SessionChecked(seals=len(seals), head=head)
        found.files = len({sha for one in seals for sha in one.told.files.values()})
        found.first_position, found.last_position = _bounds(session, seals, head, files)
        for problem in _problems(data_dir, told, files, seals, found):
            found.problems.append(problem)
            if len(found.problems) >= PROBLEMS_MAX:
                break
    return found


def _head_over(told: Told, seals: list[SealAt]) -> HeadAt | None:
    if not seals:
        return None
    newest = seals[-1].position
    return next((one for one in told.heads if one.told.position >= newest), None)


def _bounds(
    session: Session, seals: list[SealAt], head: HeadAt | None, files: JournalFiles
) -> tuple[int, int]:
    within = reach(session)
    first = min([session.started_position, *([within.from_position] if within else [])])
    if head is not None:
        return first, head.told.position
    last = max([session.ended_position or 0, *(one.position for one in seals)])
    return first, last or files.current.last_position()


def _problems(
    data_dir: Path, told: Told, files: JournalFiles, seals: list[SealAt], found: SessionChecked
) -> Iterator[str]:
    yield from _Chain(found, GonePayloads(told)).problems(files)
    check = SealsCheck(data_dir, told, files)
    for seal in seals:
        problem = check.problem(seal)
        if problem:
            yield f"revision {seal.told.revision}: {problem}"
    if found.head is not None:
        problem = head_problem(found.head, told, files)
        if problem:
            yield f"head at position {found.head.position}: {problem}"


class _Chain:
    """Follows the journal between two positions."""

    def __init__(self, found: SessionChecked, gone: GonePayloads) -> None:
        self._found = found
        self._gone = gone
        self._next = found.first_position
        self._before: bytes | None = None

    def problems(self, files: JournalFiles) -> Iterator[str]:
        """Yield what is missing or not as it was appended; nothing of a file beyond that."""
        last = self._found.last_position
        for reader in files.readers:
            first = self._next - 1
            self._before = reader.chain_hashes(first, first).get(first)
            try:
                for entry in reader.entries(max(first, reader.first_position - 1), to=last):
                    if entry.position != self._next:
                        yield f"entries {self._next} to {entry.position - 1} are missing"
                        self._before = None
                    problem = self._step(entry)
                    if problem:
                        yield f"entry {entry.position}: {problem}"
                        return
            except JournalError as error:
                yield str(error)
                return
        if self._next <= last:
            yield f"entries {self._next} to {last} are missing"

    def _step(self, entry: Entry) -> str:
        """Take an entry; returns what is wrong with it, empty if nothing."""
        header = chain.header(entry.position, entry.time_ns, entry.kind, entry.stream, entry.actor)
        before, self._before = self._before, entry.chain_hash
        self._next = entry.position + 1
        if before is not None:
            expected = chain.chain_hash(before, header, entry.payload_hash)
            if expected != entry.chain_hash:
                return "it does not follow from the one before it"
        if entry.payload is None:
            why = self._gone.why_gone(entry.position, entry.kind, entry.stream)
            return "" if why else "its payload is gone, and nothing says why"
        if chain.payload_hash(entry.payload) != entry.payload_hash:
            return "its payload is not the one that was hashed"
        self._found.entries += 1
        return ""
