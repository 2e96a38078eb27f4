"""Samples as one integer matrix, the form in which statistics are summed.

Depths count 0.1 µm and rates 1/600 Hz, on which steps of 1 µm, 0.1 Hz and 1 RPM all
fall exactly. Integer sums do not depend on how a stream is cut into blocks. Values
between the steps (pens that send floats) are rounded to the nearest one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gcd
from typing import Final

import numpy as np
from numpy.typing import NDArray

from drivers.channels import CHANNELS
from drivers.model import ColumnLayout, Flag, SampleBlock

Rows = NDArray[np.int64]
"""int64 [7, n]: the rows named below, a sample a column."""

DEVICE_US: Final = 0
SEQUENCE: Final = 1
UTC_NS: Final = 2
FLAGS: Final = 3
DEPTH_SET: Final = 4
DEPTH_MEASURED: Final = 5
RATE: Final = 6
_ROW_COUNT: Final = 7

ABSENT: Final = -1
"""Stands for a value that was not measured, or that the channel cannot mean."""

STEPS_PER_MM: Final = 10_000
STEPS_PER_HZ: Final = 600

MOTOR: Final = int(Flag.MOTOR_ON)
CONTACT: Final = int(Flag.CONTACT)
SENSED: Final = int(Flag.CONTACT_SENSED)
_ALL_TOLD: Final = MOTOR | CONTACT | SENSED

_CHANNEL_ROWS: Final = {
    "depth_set_mm": (DEPTH_SET, STEPS_PER_MM),
    "depth_measured_mm": (DEPTH_MEASURED, STEPS_PER_MM),
    "rate_hz": (RATE, STEPS_PER_HZ),
}
SUMMED_CHANNELS: Final = frozenset(_CHANNEL_ROWS)
"""Channels that have a row of their own."""


@dataclass(frozen=True, slots=True)
class _Conversion:
    """Steps of a channel from its raw column: ``(raw * factor + addend) / divisor``."""

    row: int
    channel: str
    factor: int
    addend: int
    divisor: int
    absent: int | None
    highest: int

    def steps(self, raw: NDArray[np.generic]) -> NDArray[np.int64]:
        if raw.dtype.kind == "f" or self.divisor != 1:
            steps = self._rounded(raw)
        else:
            steps = raw.astype(np.int64, copy=False) * self.factor
            if self.addend:
                steps += self.addend
            beyond = steps.view(np.uint64) > self.highest  # a negative one is huge here
            if np.count_nonzero(beyond):
                steps[beyond] = ABSENT
        if self.absent is not None:
            steps[np.equal(raw, self.absent)] = ABSENT
        return steps

    def _rounded(self, raw: NDArray[np.generic]) -> NDArray[np.int64]:
        exact = (raw.astype(np.float64) * self.factor + self.addend) / self.divisor
        exact[~((exact >= 0) & (exact <= self.highest))] = ABSENT
        return np.rint(exact).astype(np.int64)


def rows_of(block: SampleBlock) -> Rows:
    """Return the samples of ``block`` as :data:`Rows`, int64 [7, n]."""
    rows = np.empty((_ROW_COUNT, len(block)), dtype=np.int64)
    rows[DEVICE_US] = block.device_us
    rows[SEQUENCE] = block.sequence
    rows[UTC_NS] = block.utc_ns()
    rows[FLAGS] = _flags(block)
    filled = {DEPTH_SET, DEPTH_MEASURED, RATE}
    for conversion in _conversions(block.layouts):
        rows[conversion.row] = conversion.steps(block.columns[conversion.channel])
        filled.discard(conversion.row)
    for row in filled:
        rows[row] = ABSENT
    return rows


def motor_on_until_ns(block: SampleBlock) -> int | None:
    """Return when the last sample with the motor on was taken, UTC in ns; None if none was."""
    if int(block.flags_known) & MOTOR:
        if int(block.status[-1]) & MOTOR:
            return utc_ns_at(block, -1)
        (running,) = (block.status & np.uint8(MOTOR)).nonzero()
    else:
        (running,) = block.motor_on().nonzero()
    return utc_ns_at(block, int(running[-1])) if len(running) else None


def utc_ns_at(block: SampleBlock, index: int) -> int:
    """Return the time of one sample: that of ``block.utc_ns()``, without an array."""
    anchor = block.anchor
    elapsed_us = int(block.device_us[index]) - anchor.device_us
    return (anchor.utc_us + elapsed_us) * 1000 + anchor.number % 1000


def _flags(block: SampleBlock) -> NDArray[np.generic]:
    """Return motor, contact and contact-sensed bits for every sample by itself.

    A contact bit counts only where the sample says that contact is sensed, or where the
    pen has no such bit to say so.
    """
    known = int(block.flags_known)
    if known & _ALL_TOLD == _ALL_TOLD:
        return block.status & np.uint8(_ALL_TOLD)
    flags = block.motor_on().astype(np.uint8) * np.uint8(MOTOR)
    if known & CONTACT:
        told = SENSED if known & SENSED else 0
        flags |= block.status & np.uint8(CONTACT | told)
        if not told:
            flags |= np.uint8(SENSED)
    return flags


@lru_cache(maxsize=64)
def _conversions(layouts: Sequence[ColumnLayout]) -> tuple[_Conversion, ...]:
    return tuple(_conversion(one) for one in layouts if one.channel in _CHANNEL_ROWS)


def _conversion(layout: ColumnLayout) -> _Conversion:
    row, per_unit = _CHANNEL_ROWS[layout.channel]
    factor, addend = layout.numerator * per_unit, layout.addend * per_unit
    common = gcd(factor, addend, layout.denominator)
    divisor = layout.denominator // common
    factor, addend = factor // common, addend // common
    highest = round(CHANNELS[layout.channel].high * per_unit)
    absent = layout.absent
    if absent is not None and not 0 <= absent * factor + addend <= highest * divisor:
        absent = None  # out of range anyhow
    return _Conversion(row, layout.channel, factor, addend, divisor, absent, highest)
