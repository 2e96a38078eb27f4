"""What is drawn of a block of samples: few points that keep its extremes, and its holes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from tsdownsample import MinMaxDownsampler

from drivers.model import SampleBlock

_EXTREMES = 2
"""Of a stretch and channel. A block is 0.2 s: a pixel, at most, of a chart of minutes."""

_WHOLE_MAX = 6

HOLE_NS = 1_000_000_000
"""Where a pen counts nothing: so long without a sample is a hole."""

_CHANNELS = ("depth_set_mm", "depth_measured_mm", "rate_hz")
_NS_PER_MS = 1_000_000
_DOWNSAMPLER = MinMaxDownsampler()  # type: ignore[no-untyped-call]  # ships no annotation


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """Columns of one length; a point that is None in all of them is a hole.

    ``time_ms`` counts from ``from_ms``, UTC as recorded. ``sequence`` and what stands below
    the columns are of the newest sample; None where the pen does not tell it.
    """

    pen: str
    sequence: int
    from_ms: float
    time_ms: list[float]
    depth_set_mm: list[float | None]
    depth_measured_mm: list[float | None]
    rate_hz: list[float | None]
    motor_on: bool
    contact: bool | None


@dataclass(frozen=True, slots=True)
class StripEnd:
    """Where a pen's samples ended, so that what comes next is known to follow or not."""

    boot_id: int | None
    sequence: int
    time_ns: int


def strip_of(block: SampleBlock, before: StripEnd | None) -> tuple[Strip, StripEnd]:
    """Return what is drawn of ``block``, and where it ends; ``before`` is where its pen was."""
    times_ns = block.utc_ns()
    columns = [_column(block, channel) for channel in _CHANNELS]
    rows: list[int | None] = []
    for first, last in _stretches(block, times_ns):
        if first or (before is not None and not _follows(before, block, int(times_ns[0]))):
            rows.append(None)
        rows += _drawn(columns, first, last)
    contact = block.contact()
    strip = Strip(
        pen=block.pen,
        sequence=int(block.sequence[-1]),
        from_ms=int(times_ns[0]) / _NS_PER_MS,
        time_ms=[_time_ms(times_ns, rows, at) for at in range(len(rows))],
        depth_set_mm=_values(columns[0], rows, 3),
        depth_measured_mm=_values(columns[1], rows, 3),
        rate_hz=_values(columns[2], rows, 2),
        motor_on=bool(block.motor_on()[-1]),
        contact=None if contact is None else bool(contact[-1]),
    )
    return strip, StripEnd(block.boot_id, int(block.sequence[-1]), int(times_ns[-1]))


def _column(block: SampleBlock, channel: str) -> NDArray[np.float64]:
    values = block.values(channel)
    return np.full(len(block), np.nan) if values is None else values


def _follows(before: StripEnd, block: SampleBlock, time_ns: int) -> bool:
    if before.boot_id != block.boot_id or abs(time_ns - before.time_ns) > HOLE_NS:
        return False
    return not block.sequence_counted or int(block.sequence[0]) == before.sequence + 1


def _stretches(block: SampleBlock, times_ns: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return from where to before where samples follow one another."""
    breaks = np.diff(times_ns) > HOLE_NS
    if block.sequence_counted:
        breaks |= np.diff(block.sequence) > 1
    borders = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(block)]
    return list(pairwise(borders))


def _drawn(columns: list[NDArray[np.float64]], first: int, last: int) -> list[int]:
    count = last - first
    if count <= _WHOLE_MAX:
        return list(range(first, last))
    picked = [_DOWNSAMPLER.downsample(column[first:last], n_out=_EXTREMES) for column in columns]
    chosen = np.unique(np.concatenate([*picked, [count - 1]]).astype(np.int64))
    return [int(row) for row in chosen + first]


def _time_ms(times_ns: NDArray[np.int64], rows: list[int | None], at: int) -> float:
    """Return the time of a point; a hole lies just before what follows it."""
    row = rows[at]
    if row is not None:
        return round(int(times_ns[row] - times_ns[0]) / _NS_PER_MS, 1)
    following = rows[at + 1] or 0
    return round(int(times_ns[following] - times_ns[0]) / _NS_PER_MS - 0.1, 1)


def _values(column: NDArray[np.float64], rows: list[int | None], digits: int) -> list[float | None]:
    return [
        None if row is None or np.isnan(column[row]) else round(float(column[row]), digits)
        for row in rows
    ]


def joined(strips: Sequence[Strip]) -> Strip:
    """Return the strips of one pen, at least one, as a single one."""
    first = strips[0]
    return replace(
        strips[-1],
        from_ms=first.from_ms,
        time_ms=[
            round(one.from_ms - first.from_ms + ms, 1) for one in strips for ms in one.time_ms
        ],
        depth_set_mm=[value for one in strips for value in one.depth_set_mm],
        depth_measured_mm=[value for one in strips for value in one.depth_measured_mm],
        rate_hz=[value for one in strips for value in one.rate_hz],
    )
