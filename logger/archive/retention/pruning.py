"""Pruning: sealed blocks leave the journal, each once its file was compared with its hash."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from logger.archive.ledger import LastSeal, Ledger
from logger.archive.places import Subject
from logger.archive.retention import orders
from logger.archive.retention.holds import Holds
from logger.archive.sealing import sealed_file
from logger.archive.signing import Order
from logger.errors import ProofFailed
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.kinds.retention import Positions
from logger.journal.pruned import PRUNED
from logger.journal.reader import JournalReader
from logger.session.store import Sessions

TIDIED_AFTER_BLOCKS = 1000
NS_PER_DAY = 86_400_000_000_000


@dataclass(frozen=True, slots=True)
class Served:
    """The ``payloads.pruned`` entry at ``position``, and what it names."""

    position: int
    ranges: Sequence[Positions]

    @property
    def last(self) -> int:
        """The position of the last block."""
        return self.ranges[-1][1]


@dataclass
class Pruning:
    """Works through what is sealed. ``raw`` reads entries as they lie in the journal.

    ``order`` carries what is to be done to the journal, in small steps.
    """

    data_dir: Path
    raw: JournalReader
    order: Order
    ledger: Ledger
    holds: Holds
    sessions: Sessions
    blocks: int = 0
    _untidy: int = 0
    _served: dict[tuple[str, str], Served] | None = None

    def prune(self, subject: Subject, last: LastSeal, before_unix_ns: int) -> None:
        """Prune the blocks of ``subject`` if they were sealed before that.

        Not what is held, and nothing of a pen's newest block, by which its record goes on.
        ProofFailed, and nothing goes, if the file is not what was sealed.
        """
        if not last.told.files or self._is_held(subject):
            return
        ((_, digest),) = last.told.files.items()
        if self.ledger.sealed_ns[digest] >= before_unix_ns:
            return
        served = self.served(subject, last) or self.serve(subject, last)
        # Blocks go in their order: once the last is gone, all are.
        if self.raw.payloads_left(subject.pen, served.last, served.last):
            self._empty(subject, served)

    def served(self, subject: Subject, last: LastSeal) -> Served | None:
        """Return by which entry the seal's file serves its blocks; None if by none yet."""
        if self._served is None:
            self._served = {}
            for entry in self.raw.entries(kinds=[PRUNED]):
                told = kinds.decode(entry.kind, entry.payload or b"{}")
                if isinstance(told, kinds.PayloadsPruned):
                    served = Served(entry.position, told.ranges)
                    self._served[told.file, told.file_sha256] = served
        ((name, digest),) = last.told.files.items()
        return self._served.get((self.path(subject, name), digest))

    def serve(self, subject: Subject, last: LastSeal) -> Served:
        """Have the seal's blocks served from its file from here on, and return by which entry.

        ProofFailed if one of them is not what the journal's hash was made of.
        """
        ((name, digest),) = last.told.files.items()
        relative = self.path(subject, name)
        file = self.data_dir / relative
        if not file.is_file() or sealed_file(file).sha256 != digest:
            raise ProofFailed(f"{relative} is not the file that was sealed")
        positions = self._compared(subject, file)
        told = kinds.PayloadsPruned(
            subject=subject.kind,
            name=subject.name,
            file=relative,
            file_sha256=digest,
            ranges=tuple(self._ranges(subject, positions)),
            blocks=len(positions),
        )
        done = self.order(orders.PRUNE, builtins_of(orders.Prune(pen=subject.pen, pruned=told)))
        served = Served(int(done["position"]), told.ranges)
        if self._served is not None:
            self._served[relative, digest] = served
        return served

    def _compared(self, subject: Subject, file: Path) -> list[int]:
        """Return the positions of the blocks in ``file``, all of which are the journal's own."""
        # Most rounds prune nothing.
        from logger.archive.samples_reading import (  # noqa: PLC0415 - pyarrow loads slowly
            read_payloads,
        )

        positions: list[int] = []
        own: Iterator[Entry] | None = None
        for position, payload in read_payloads(file):
            if own is None:
                own = self.raw.entries(position - 1, kinds=(kinds.SAMPLES,), stream=subject.pen)
            entry = next((one for one in own if one.position >= position), None)
            if (
                entry is None
                or entry.position != position
                or entry.payload_hash != sha256(payload).digest()
            ):
                raise ProofFailed(f"{file}: the block at {position} is not the journal's")
            positions.append(position)
        return positions

    def _ranges(self, subject: Subject, positions: Sequence[int]) -> Iterator[Positions]:
        owners = self.ledger.owners[subject.pen]
        first = before = positions[0]
        for position in positions[1:]:
            if not owners.is_one(before, position):
                yield first, before
                first = position
            before = position
        yield first, before

    def _empty(self, subject: Subject, served: Served) -> None:
        newest = self.raw.last_samples(subject.pen, 0)
        for first, last in served.ranges:
            left = self.raw.payloads_left(subject.pen, first, last)
            positions = [one for one in left if newest is None or one != newest.position]
            for step in steps(positions):
                order = orders.Empty(because=served.position, positions=step)
                self.order(orders.EMPTY, builtins_of(order))
                self.blocks += len(step)
                self._untidy += len(step)
                if self._untidy >= TIDIED_AFTER_BLOCKS:
                    self.tidy()

    def _is_held(self, subject: Subject) -> bool:
        session = self.sessions.session(subject.name) if subject.kind == "session" else None
        return session is not None and self.holds.on_session(session) is not None

    def tidy(self) -> None:
        """Have the room of what went given back, as far as it was not yet."""
        if self._untidy:
            self.order(orders.TIDY, {})
            self._untidy = 0

    def path(self, subject: Subject, name: str) -> str:
        """Return the name of a file of ``subject``, relative to the data directory."""
        directory = subject.directory(self.data_dir)
        return (directory / name).relative_to(self.data_dir).as_posix()


def steps(positions: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield ``positions`` piece by piece, as many as one order may take away."""
    for start in range(0, len(positions), orders.EMPTIED_AT_ONCE):
        yield tuple(positions[start : start + orders.EMPTIED_AT_ONCE])


def builtins_of(order: msgspec.Struct) -> dict[str, object]:
    """Return the arguments of ``order`` as JSON's own types."""
    arguments: dict[str, object] = msgspec.to_builtins(order)
    return arguments
