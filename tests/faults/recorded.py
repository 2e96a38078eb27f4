"""What a journal holds of one pen, as numbers that can be compared with a generator's log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drivers.simulator.burst import Fate
from drivers.simulator.log import GeneratorLog
from logger.journal import kinds
from logger.journal.blocks import decode_block
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader

Ints = NDArray[np.int64]

_BOOT_SHIFT = 48
_WHOLE = (Fate.SENT, Fate.REPEATED, Fate.LATE)
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Numbering:
    """Gives each sample of a pen one number, rising in the order in which samples are made.

    ``boots`` are the pen's boots in their order. A pen that does not tell its boots apart
    can be numbered only through one of them.
    """

    boots: tuple[int, ...]

    def number(self, boot_id: int | None, sequence: int) -> int:
        """Return the number of a sample; that of an unknown boot is beyond all others."""
        assert boot_id is not None or len(self.boots) == 1, "this pen does not tell its boots"
        at = 0 if boot_id is None else self.boots.index(boot_id) if boot_id in self.boots else -1
        ordinal = at if at >= 0 else len(self.boots)
        return (ordinal << _BOOT_SHIFT) + sequence

    def name(self, number: int) -> str:
        """Return how a person finds the sample of ``number``."""
        ordinal, sequence = divmod(number, 1 << _BOOT_SHIFT)
        boot = self.boots[ordinal] if ordinal < len(self.boots) else "unknown"
        return f"{sequence} of boot {boot}"


@dataclass(frozen=True, slots=True)
class Made:
    """The samples of a generator's log: all, those put on the line, and those put there whole."""

    numbers: Ints
    written: Ints
    whole: Ints


def made(logs: Sequence[GeneratorLog], numbering: Numbering) -> Made:
    """Return the samples of a pen's logs, each once, rising."""

    def of(*fates: Fate) -> Ints:
        return np.unique(np.concatenate([_numbers(one.samples(*fates), numbering) for one in logs]))

    return Made(of(), of(*_WHOLE, Fate.DAMAGED), of(*_WHOLE))


def _numbers(records: NDArray[np.void], numbering: Numbering) -> Ints:
    numbers: Ints = records["sequence"].astype(np.int64)
    for boot_id in np.unique(records["boot_id"]).tolist():
        numbers[records["boot_id"] == boot_id] += numbering.number(boot_id, 0)
    return numbers


def boots(logs: Iterable[GeneratorLog]) -> tuple[int, ...]:
    """Return the boots of a pen's logs in order of appearance."""
    return tuple(dict.fromkeys(b for log in logs for b in log.records["boot_id"].tolist()))


@dataclass(frozen=True, slots=True)
class CountedGap:
    """Samples ``first`` to ``last`` (both included) are told missing; ``count`` as told."""

    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class UncountedGap:
    """What lies between two recorded samples is told missing, of unknown count.

    Both are UTC ns of samples; ``from_ns`` is None before the first.
    """

    from_ns: int | None
    to_ns: int | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """Number and UTC (ns) of every sample [n] in the order of the journal, and all gaps.

    ``is_counted`` is False for a pen without numbers of its own: then ``numbers`` are
    those of arrivals.
    """

    numbers: Ints
    times_ns: Ints
    counted: tuple[CountedGap, ...]
    uncounted: tuple[UncountedGap, ...]
    is_counted: bool


def recorded(places: Sequence[Path], pen: str, numbering: Numbering) -> Recorded:
    """Return what the journals at ``places``, in order of succession, hold of ``pen``."""
    gathered = _Gathered(numbering)
    for place in places:
        with JournalReader(place) as reader:
            for entry in reader.entries(kinds=(kinds.SAMPLES, "gap"), stream=pen):
                gathered.take(entry)
    return gathered.recorded()


class _Gathered:
    """A gap belongs to the boot of the samples behind it: it stands before them."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._numbers: list[Ints] = [_NONE]
        self._times_ns: list[Ints] = [_NONE]
        self._waiting: list[kinds.Gap] = []
        self._counted: list[CountedGap] = []
        self._uncounted: list[UncountedGap] = []
        self._is_counted = True

    def take(self, entry: Entry) -> None:
        assert entry.payload is not None, f"position {entry.position} was pruned"
        if entry.kind != kinds.SAMPLES:
            gap = kinds.decode(entry.kind, entry.payload)
            assert isinstance(gap, kinds.Gap)
            self._waiting.append(gap)
            return
        block = decode_block(entry.payload)
        base = self._numbering.number(block.boot_id, 0)
        self._is_counted &= block.sequence_counted
        self._numbers.append(block.sequence + base)
        self._times_ns.append(block.utc_ns())
        for gap in self._waiting:
            self._place(gap, base)
        self._waiting.clear()

    def _place(self, gap: kinds.Gap, base: int) -> None:
        if gap.count is None:
            self._uncounted.append(UncountedGap(gap.from_unix_ns, gap.to_unix_ns))
        else:
            assert gap.from_sequence is not None
            assert gap.to_sequence is not None
            first, last = base + gap.from_sequence, base + gap.to_sequence
            self._counted.append(CountedGap(first, last, gap.count))

    def recorded(self) -> Recorded:
        assert not self._waiting, f"a gap without samples behind it: {self._waiting[0]}"
        return Recorded(
            np.concatenate(self._numbers),
            np.concatenate(self._times_ns),
            tuple(self._counted),
            tuple(self._uncounted),
            self._is_counted,
        )
