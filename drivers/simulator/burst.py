"""Frames on their way from the pen to the line, each with its record for the log."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

NO_SAMPLE = -1
"""Stands for the sequence number of a frame that carries no sample."""


class Fate(IntEnum):
    """What became of a frame."""

    SENT = 0
    DAMAGED = 1
    """Written, but changed on the way, or after a part of a frame that was cut off."""
    REPEATED = 2
    """A further copy of a frame, written as well."""
    LATE = 3
    """Written whole, but after frames that the pen made later."""
    DROPPED = 4
    """Swallowed by a fault: never written."""
    UNPLUGGED = 5
    """Made while the link was unplugged: never written."""
    UNREAD = 6
    """Nobody had the port open, or its buffer was full: lost, at most a part written."""


RECORD = np.dtype(
    [
        ("time_ns", "<i8"),
        ("due_us", "<i8"),
        ("sequence", "<i8"),
        ("boot_id", "<u4"),
        ("fate", "u1"),
        ("padding", "V3"),
    ]
)
"""One frame: when it was written (CLOCK_MONOTONIC), when it was due (simulated time since
power-up), its sample's sequence number, not wrapped, or ``NO_SAMPLE``, the boot and the fate."""


@dataclass(slots=True)
class Burst:
    """Whole frames in the order of the line, and ``records`` of :data:`RECORD` beside them.

    A frame that is not to be written has empty bytes and keeps its record.
    """

    frames: list[bytes]
    records: NDArray[np.void]

    def __len__(self) -> int:
        return len(self.frames)

    def data(self) -> bytes:
        """Return the bytes for the line."""
        return b"".join(self.frames)

    def slice(self, start: int, stop: int) -> "Burst":
        """Return the frames of ``[start, stop)`` with their own copy of the records."""
        return Burst(self.frames[start:stop], self.records[start:stop].copy())

    def spoil_first(self) -> None:
        """Mark the first frame to be written as damaged."""
        written = next((i for i, frame in enumerate(self.frames) if frame), None)
        if written is not None:
            self.records["fate"][written] = Fate.DAMAGED

    def swallow(self, fate: Fate, start: int = 0) -> None:
        """Empty the frames from ``start`` on; those still to be written get ``fate``."""
        fates = self.records["fate"][start:]
        fates[fates < Fate.DROPPED] = fate
        self.frames[start:] = [b""] * (len(self.frames) - start)


def records(
    sequence: NDArray[np.int64], due_us: NDArray[np.int64], boot_id: int
) -> NDArray[np.void]:
    """Return records of frames that nothing has happened to yet, [n]."""
    made = np.zeros(len(sequence), dtype=RECORD)
    made["sequence"] = sequence
    made["due_us"] = due_us
    made["boot_id"] = boot_id
    return made


def concatenate(bursts: list[Burst]) -> Burst:
    """Return all frames in one burst; empty for no bursts."""
    frames = [frame for burst in bursts for frame in burst.frames]
    kept = [burst.records for burst in bursts]
    return Burst(frames, np.concatenate(kept) if kept else np.zeros(0, dtype=RECORD))


def merge(samples: Burst, said: Burst) -> Burst:
    """Return both in order of time; what was said comes before the sample of its moment."""
    if not len(said):
        return samples
    parts: list[Burst] = []
    taken = 0
    places = np.searchsorted(samples.records["due_us"], said.records["due_us"])
    for index, place in enumerate(places):
        parts += [samples.slice(taken, int(place)), said.slice(index, index + 1)]
        taken = int(place)
    return concatenate([*parts, samples.slice(taken, len(samples))])
