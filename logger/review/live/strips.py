"""What is drawn of a block of samples: few points that keep its extremes, and its holes."""

from dataclasses import dataclass
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxDownsampler

from drivers.model import SampleBlock

POINTS_MAX = 8
"""Of a stretch and channel. A block is 0.2 s, a few pixels of a chart of minutes."""

HOLE_NS = 1_000_000_000
"""Where a pen counts nothing: so long without a sample is a hole."""

_CHANNELS = ("depth_set_mm", "depth_measured_mm", "rate_hz")
_NS_PER_MS = 1_000_000
_DOWNSAMPLER = MinMaxDownsampler()  # type: ignore[no-untyped-call]  # ships no annotation


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """Columns of one length; a point that is None in all of them is a hole.

    ``time_ms`` is UTC, as recorded. ``sequence`` and what stands below the columns are of
    the newest sample; None where the pen does not tell it.
    """

    pen: str
    sequence: int
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
        time_ms=[_time_ms(times_ns, rows, at) for at in range(len(rows))],
        depth_set_mm=_values(columns[0], rows),
        depth_measured_mm=_values(columns[1], rows),
        rate_hz=_values(columns[2], rows),
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
    if count <= POINTS_MAX:
        return list(range(first, last))
    picked = [_DOWNSAMPLER.downsample(column[first:last], n_out=POINTS_MAX) for column in columns]
    chosen = np.unique(np.concatenate([*picked, [0, count - 1]]).astype(np.int64))
    return [int(row) for row in chosen + first]


def _time_ms(times_ns: NDArray[np.int64], rows: list[int | None], at: int) -> float:
    """Return the time of a point; a hole lies just before what follows it."""
    row = rows[at]
    if row is not None:
        return round(int(times_ns[row]) / _NS_PER_MS, 1)
    following = rows[at + 1]
    return round(int(times_ns[following or 0]) / _NS_PER_MS - 0.1, 1)


def _values(column: NDArray[np.float64], rows: list[int | None]) -> list[float | None]:
    return [
        None if row is None or np.isnan(column[row]) else round(float(column[row]), 4)
        for row in rows
    ]
