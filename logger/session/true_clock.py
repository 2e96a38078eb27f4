"""What the journal knows of the host's clock: how wrong it was, boot by boot.

The clock moves against CLOCK_BOOTTIME only when it is set, so one offset tells the time of
a whole stretch. The newest synchronised reading of a boot knows that boot's true offset. A
boot without one is tied to another through a pen that ran all the while: the pen's own
clock spans the two.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from drivers.model import HostTime
from logger.journal import kinds
from logger.journal.reader import JournalReader

Reading = kinds.ServiceStarted | kinds.AnchorSet | kinds.ClockChanged
READING_KINDS = ("service.started", "anchor.set", "clock.changed")
WORTH_TELLING_NS = 100_000_000
"""A correction below this is within what an anchor promises, and is not told."""


@dataclass(frozen=True, slots=True)
class Read:
    """A reading of the host's clock, as an entry tells it; ``stream`` is the pen's or empty."""

    position: int
    stream: str
    told: Reading

    @property
    def offset_ns(self) -> int:
        """UTC less CLOCK_BOOTTIME."""
        host: HostTime = self.told.host
        return host.wall_ns - host.boottime_ns


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What to add to recorded times, and the position of the entry that knows so."""

    correction_ns: int
    by_position: int


@dataclass(frozen=True, slots=True)
class _Known:
    offset_ns: int
    position: int


class TrueClock:
    """The true offset of every boot of the host of which it is known."""

    def __init__(self, readings: Iterable[Read], pen: str) -> None:
        """Learn from ``readings``, in order; the anchors of ``pen`` tie boots together."""
        self._known: dict[str, _Known] = {}
        anchors: list[tuple[Read, kinds.AnchorSet]] = []
        for read in readings:
            if read.told.host.synchronised:
                known = _Known(read.offset_ns, read.position)
                self._known[read.told.host_boot_id] = known
            if isinstance(read.told, kinds.AnchorSet) and read.stream == pen:
                anchors.append((read, read.told))
        self._tie_boots(anchors)

    def correction(self, host_boot_id: str, offset_ns: int) -> Correction | None:
        """Return what is wrong with times taken at ``offset_ns``, None where nothing is known."""
        known = self._known.get(host_boot_id)
        if known is None or abs(known.offset_ns - offset_ns) < WORTH_TELLING_NS:
            return None
        return Correction(correction_ns=known.offset_ns - offset_ns, by_position=known.position)

    def true_ns(self, host_boot_id: str, boottime_ns: int) -> int | None:
        """Return the UTC of a moment in ns; None where nobody ever knew it in that boot."""
        known = self._known.get(host_boot_id)
        return None if known is None else boottime_ns + known.offset_ns

    def _tie_boots(self, anchors: Iterable[tuple[Read, kinds.AnchorSet]]) -> None:
        anchors = list(anchors)
        trusted: dict[int, tuple[Read, kinds.AnchorSet]] = {}
        for read, anchor in anchors:
            if anchor.boot_id is not None and anchor.host_boot_id in self._known:
                trusted.setdefault(anchor.boot_id, (read, anchor))
        for read, anchor in anchors:
            if anchor.boot_id in trusted and anchor.host_boot_id not in self._known:
                self._known[anchor.host_boot_id] = self._through_pen(
                    read, anchor, *trusted[anchor.boot_id]
                )

    def _through_pen(
        self, read: Read, anchor: kinds.AnchorSet, other_read: Read, other: kinds.AnchorSet
    ) -> _Known:
        """Return the offset at ``anchor``, which the pen's clock reckons from the ``other``."""
        wrong_by_ns = self._known[other.host_boot_id].offset_ns - other_read.offset_ns
        true_us = other.anchor.utc_us + anchor.anchor.device_us - other.anchor.device_us
        wrong_here_ns = true_us * 1000 + wrong_by_ns - anchor.anchor.utc_us * 1000
        return _Known(read.offset_ns + wrong_here_ns, other_read.position)


def readings_of(reader: JournalReader) -> Iterator[Read]:
    """Yield all readings of the host's clock, in order."""
    for entry in reader.entries(kinds=READING_KINDS):
        if entry.payload is not None:
            told = kinds.decode(entry.kind, entry.payload)
            if isinstance(told, Reading):
                yield Read(entry.position, entry.stream, told)
