"""What the journal tells of its seals, heads, keys, prunings and erasures."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from logger.archive.key_ring import KEY_KINDS, KeyRing
from logger.archive.tree import Tree
from logger.archive.verification.files import JournalFiles
from logger.errors import ProofFailed
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.kinds import HeadSigned, SealMade
from logger.journal.reader import JournalReader

_KINDS = (
    *KEY_KINDS,
    *("seal.made", "head.signed", "payloads.pruned", "client.erased", "client.erasure_done"),
)
Stretch = tuple[str, int, int]
"""A pen, and the first and last position of blocks of it."""


@dataclass(frozen=True, slots=True)
class SealAt:
    """A seal, the pen whose samples it has, and at which position it stands."""

    position: int
    pen: str
    told: SealMade


@dataclass(frozen=True, slots=True)
class HeadAt:
    """A head, and at which position its own entry stands."""

    position: int
    told: HeadSigned


@dataclass
class Told:
    """Everything that is told. ``trees`` holds the seals of each journal file by its id.

    ``erased`` are sessions, ``gone`` files that an erasure took away, relative to the data
    directory; ``begun`` erasures, by their id, that are not over. ``problems`` says what
    cannot be understood, by position.
    """

    ring: KeyRing = field(default_factory=KeyRing)
    seals: list[SealAt] = field(default_factory=list)
    heads: list[HeadAt] = field(default_factory=list)
    trees: defaultdict[str, Tree] = field(default_factory=lambda: defaultdict(Tree))
    pruned: list[tuple[str, kinds.PayloadsPruned]] = field(default_factory=list)
    erasures: list[kinds.ClientErased] = field(default_factory=list)
    begun: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, files: JournalFiles) -> "Told":
        """Return what all files tell."""
        told = cls()
        for reader, entry in files.entries(_KINDS):
            try:
                told._apply(reader, entry)
            except (ProofFailed, msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
                told.problems.append(f"position {entry.position}: {error}")
        return told

    @property
    def erased(self) -> set[str]:
        """The sessions that were erased."""
        return {session for one in self.erasures for session in one.sessions}

    @property
    def over(self) -> list[kinds.ClientErased]:
        """The erasures of which all is gone, as another entry says."""
        return [one for one in self.erasures if one.erasure not in self.begun]

    @property
    def under_way(self) -> list[kinds.ClientErased]:
        """The erasures that are not over: some of what they name is gone, some may not be."""
        return [one for one in self.erasures if one.erasure in self.begun]

    def pruned_stretches(self) -> Iterator[Stretch]:
        """Yield blocks that a sealed file has instead, unless that went with an erasure."""
        for pen, pruned in self.pruned:
            for first, last in pruned.ranges if pruned.file not in self.gone else ():
                yield pen, first, last

    def stretches(self, erasures: Iterable[kinds.ClientErased]) -> Iterator[Stretch]:
        """Yield the blocks that ``erasures`` name."""
        for erased in erasures:
            for one in erased.stretches:
                yield one.pen, one.from_position, one.to_position

    def statements(self, erasures: Iterable[kinds.ClientErased]) -> set[int]:
        """Return the positions of all other entries that ``erasures`` name."""
        return {position for one in erasures for position in one.statements}

    def _apply(self, reader: JournalReader, entry: Entry) -> None:
        if entry.payload is None:
            raise ProofFailed(f"what {entry.kind} told is gone")
        if entry.kind in KEY_KINDS:
            self.ring.apply(entry)
            return
        match kinds.decode(entry.kind, entry.payload):
            case SealMade() as seal:
                self.seals.append(SealAt(entry.position, entry.stream, seal))
                self.trees[reader.id].append(bytes.fromhex(seal.leaf_hash))
            case HeadSigned() as head:
                self.heads.append(HeadAt(entry.position, head))
            case kinds.PayloadsPruned() as pruned:
                self.pruned.append((entry.stream, pruned))
            case kinds.ClientErased() as erased:
                self.erasures.append(erased)
                self.begun.add(erased.erasure)
            case kinds.ClientErasureDone() as done:
                self.gone.update(done.files)
                self.begun.discard(done.erasure)
