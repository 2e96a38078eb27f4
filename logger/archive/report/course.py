"""The samples of a session as columns in order of the journal, for drawing its course."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.model import ColumnLayout
from logger.archive.report.course_axis import BlockTold, elapsed_s, missing_before, utc_ns_at_zero
from logger.journal.blocks import RawBlock, parse_block
from logger.journal.kinds import SAMPLES
from logger.journal.many_blocks import float_columns, join_columns, rows_of
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.places import held_stretches

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CHANNELS = ("depth_set_mm", "depth_measured_mm", "rate_hz")
"""What a report draws."""
PAUSED = 0
"""Stands for a segment's number where the session was paused."""


@dataclass(frozen=True, slots=True)
class Course:
    """Columns of length n, a sample each.

    ``elapsed_s`` counts from the first sample by the pen's own clock, and across its reboots
    by the host's CLOCK_BOOTTIME; it never decreases. ``segment`` is the segment's number or
    :data:`PAUSED`. ``missing`` is how many numbers the pen left out just before the sample,
    0 where it does not count. ``channels`` hold NaN where nothing was measured.
    """

    elapsed_s: Floats
    utc_ns: Integers
    segment: Integers
    missing: Integers
    channels: dict[str, Floats]

    def __len__(self) -> int:
        return len(self.elapsed_s)

    @property
    def duration_s(self) -> float:
        """From the first to the last sample; 0.0 for none."""
        return float(self.elapsed_s[-1]) if len(self) else 0.0

    def stays(self) -> dict[int, list[slice]]:
        """Return by segment the unbroken rows of its samples, in order."""
        edges = np.flatnonzero(np.diff(self.segment)) + 1
        bounds = [0, *edges.tolist(), len(self)] if len(self) else []
        found: dict[int, list[slice]] = {}
        for first, beyond in pairwise(bounds):
            found.setdefault(int(self.segment[first]), []).append(slice(first, beyond))
        return found

    def within(
        self, stays: Sequence[slice], from_ns: int, to_ns: int
    ) -> tuple[float, float] | None:
        """Return where on the axis an interval lies, in s; None if nowhere in ``stays``.

        Its times are looked for there alone, so that a clock that was set back misleads
        nobody.
        """
        found: list[float] = []
        for rows in stays:
            utc_ns = self.utc_ns[rows]
            inside = np.flatnonzero((utc_ns >= from_ns) & (utc_ns <= to_ns))
            if len(inside):
                found += self.elapsed_s[rows][inside[[0, -1]]].tolist()
        return (found[0], found[-1]) if found else None


@dataclass(frozen=True, slots=True)
class Blocks:
    """All samples of a session as they were recorded.

    By block: what it tells, its ``rows`` and the number of its segment. By sample: columns of
    length n; ``channels`` are float64, or float32 where they were read to be drawn.
    """

    told: Sequence[BlockTold]
    rows: Integers
    segments: Integers
    sequence: Integers
    device_us: Integers
    channels: dict[str, NDArray[Any]]

    def course(self) -> Course:
        """Return the course that they make."""
        if not self.told:
            nothing = np.empty(0, dtype=np.int64)
            return Course(no_values(0), nothing, nothing, nothing, self.channels)
        return Course(
            elapsed_s=elapsed_s(self.told, self.rows, self.device_us),
            utc_ns=np.repeat(utc_ns_at_zero(self.told), self.rows) + self.device_us * 1000,
            segment=np.repeat(self.segments, self.rows),
            missing=missing_before(self.told, self.rows, self.sequence),
            channels=self.channels,
        )


@dataclass(slots=True)
class Held:
    """The blocks of a session, in order, each with its layouts and its segment's number."""

    blocks: list[RawBlock] = field(default_factory=list)
    layouts: list[tuple[ColumnLayout, ...]] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)

    def add(self, payload: bytes, segment: int) -> None:
        """Take the payload of an entry of samples; JournalError if it is no block."""
        block, layouts = parse_block(payload)
        self.blocks.append(block)
        self.layouts.append(layouts)
        self.segments.append(segment)


def read_course(
    reader: JournalReader, session: Session, channels: Sequence[str] = CHANNELS
) -> Course:
    """Return all samples of ``session`` that can be read, paused ones too."""
    return read_blocks(reader, session, channels).course()


def read_blocks(reader: JournalReader, session: Session, channels: Sequence[str]) -> Blocks:
    """Return the same as they were recorded."""
    held = Held()
    for stretch in held_stretches(session):
        number = PAUSED if stretch.place.number is None else stretch.place.number
        entries = reader.entries(
            stretch.from_position - 1,
            kinds=(SAMPLES,),
            stream=session.pen,
            to=stretch.to_position,
            page=2000,
        )
        for entry in entries:
            if entry.payload is not None:
                held.add(entry.payload, number)
    return blocks_of(held, channels)


def course_of(held: Held, channels: Sequence[str] = CHANNELS) -> Course:
    """Return the course of all blocks that are ``held``."""
    return blocks_of(held, channels).course()


def blocks_of(held: Held, channels: Sequence[str]) -> Blocks:
    """Return the same as they were recorded."""
    nothing = np.empty(0, dtype=np.int64)
    if not held.blocks:
        empty = {name: no_values(0) for name in channels}
        return Blocks((), nothing, nothing, nothing, nothing, empty)
    parts = list(_columns(held, channels))
    sequence, device_us = (np.concatenate([part[n] for part in parts]) for n in (0, 1))
    return Blocks(
        told=held.blocks,
        rows=rows_of(held.blocks),
        segments=np.array(held.segments, dtype=np.int64),
        sequence=sequence,
        device_us=device_us,
        channels={name: np.concatenate([part[2][name] for part in parts]) for name in channels},
    )


def _columns(
    held: Held, channels: Sequence[str]
) -> Iterator[tuple[Integers, Integers, dict[str, Floats]]]:
    """Yield sequence, device time and channels of the blocks, as many at once as are alike."""
    alike = zip(held.layouts, map(float_columns, held.blocks), held.blocks, strict=True)
    for (layouts, _), some in groupby(alike, key=itemgetter(0, 1)):
        blocks = [block for _, _, block in some]
        places = [n for n, layout in enumerate(layouts) if layout.channel in channels]
        sequence, device_us, *raw = join_columns(blocks, [0, 1, *(3 + n for n in places)])
        values = {
            layouts[place].channel: layouts[place].values(column)
            for place, column in zip(places, raw, strict=True)
        }
        length = len(sequence)
        yield (
            sequence.astype(np.int64),
            device_us.astype(np.int64),
            {name: values.get(name, no_values(length)) for name in channels},
        )


def no_values(length: int) -> Floats:
    """Return a channel in which nothing was measured, float64 [length]."""
    return np.full(length, np.nan)
