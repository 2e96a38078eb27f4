"""Which blocks a seal holds, and what is known of them without looking into one."""

import hashlib
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from logger.archive.ledger import Due, Ledger
from logger.archive.manifest import EntryHash
from logger.journal.entry import Entry
from logger.journal.kinds import SAMPLES
from logger.journal.reader import JournalReader
from logger.journal.sealing import stored
from logger.session.model import Session
from logger.session.places import held_stretches

_POSITION = struct.Struct("<Q")
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Members:
    """The blocks of ``due``: those in ``ranges`` (both ends included) of which ``holds`` says so.

    A session has all blocks in its ranges. ``bounds`` are the first and last position of
    all that concerns it.
    """

    due: Due
    ranges: Sequence[Range]
    bounds: Range
    holds: Callable[[Entry], bool]

    def blocks(self, reader: JournalReader) -> Iterator[Entry]:
        """Yield the entries of the blocks, in order."""
        pen, is_exact = self.due.subject.pen, self.due.subject.kind == "session"
        for first, last in self.ranges:
            for entry in reader.entries(first - 1, kinds=(SAMPLES,), stream=pen, to=last):
                if is_exact or self.holds(entry):
                    yield entry


class Listing:
    """The blocks that were added, in order, without their values."""

    def __init__(self) -> None:
        self.hashes: list[EntryHash] = []
        self._digest = hashlib.sha256()

    def add(self, entry: Entry) -> None:
        """Note the entry of a block."""
        self.hashes.append((entry.position, entry.kind, entry.chain_hash.hex()))
        self._digest.update(_POSITION.pack(entry.position) + entry.chain_hash)

    @property
    def digest(self) -> str:
        """That of :class:`logger.archive.manifest.SamplesPart`."""
        return self._digest.hexdigest()

    def ranges(self, ranges: Sequence[Range]) -> list[Range]:
        """Return for each of ``ranges`` the first and last position that was added."""
        positions, tight = [one[0] for one in self.hashes], list[Range]()
        for first, last in ranges:
            low, high = bisect_left(positions, first), bisect_right(positions, last)
            if low < high:
                tight.append((positions[low], positions[high - 1]))
        return tight


def digest_of(data_dir: Path, members: Members) -> str:
    """Return the digest of the blocks as the journal has them; no payload is judged."""
    listing = Listing()
    with JournalReader(data_dir, stored) as reader:
        for entry in members.blocks(reader):
            listing.add(entry)
    return listing.digest


def session_members(due: Due, session: Session) -> Members:
    """Return the blocks of a stopped session."""
    ranges = _joined([(one.from_position, one.to_position) for one in held_stretches(session)])
    ended = session.ended_position or session.started_position
    bounds = (
        min(session.started_position, *(first for first, _ in ranges), ended),
        max(ended, *(last for _, last in ranges), session.started_position),
    )
    return Members(due, ranges, bounds, lambda entry: _is_in(ranges, entry.position))


def unassigned_members(due: Due, bounds: Range, ledger: Ledger) -> Members:
    """Return what the pen said in ``bounds`` on the subject's day and no session has."""
    owners, day = ledger.owners[due.subject.pen], due.subject.day

    def holds(entry: Entry) -> bool:
        return owners.owner(entry.position) is None and day_of(entry.time_ns) == day

    return Members(due, [bounds], bounds, holds)


def day_of(unix_ns: int) -> str:
    """Return the day (UTC) of a time as ``YYYY-MM-DD``."""
    return datetime.fromtimestamp(unix_ns // 1_000_000_000, UTC).strftime("%Y-%m-%d")


def _is_in(ranges: Sequence[Range], position: int) -> bool:
    return any(first <= position <= last for first, last in ranges)


def _joined(ranges: Sequence[Range]) -> list[Range]:
    """Return ``ranges``, which are in order, with those made one that lie side by side."""
    joined: list[Range] = []
    for first, last in ranges:
        if joined and joined[-1][1] + 1 == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined
