"""Decodes a handful of sample frames with hardly an array call.

A pen at 100 Hz sends some 20 frames between two reads, and the process sleeps in between.
What costs then is code and data that the caches have lost meanwhile: builtins on tuples
need far less of both than the dozens of array calls of ``drivers.samples`` and
``drivers.columns``, which win as soon as frames are many. Both ways give the same runs.
"""

from collections.abc import Sequence
from struct import Struct
from typing import Self

import numpy as np
from numpy.typing import NDArray

from drivers.fields import struct_code
from drivers.model import SampleRun
from drivers.profile.plan import FieldPlan, FramePlan
from drivers.profile.profile import Profile
from drivers.samples import is_bounded

FEW = 64
"""Up to so many frames this is the faster way."""

_ONE_BYTE = "u1"
_TOO_WIDE = "u8"
"""Holds what a column of int64 cannot."""


class FewSamples:
    """Makes runs of good frames; what holds anything else it leaves to the general way."""

    def __init__(self, plan: FramePlan, fields: Sequence[FieldPlan], type_at: int | None) -> None:
        self._size = plan.size
        self._type = plan.type if type_at is not None else None
        self._struct = _struct(plan, fields, type_at)
        rows = list(enumerate(fields, start=0 if type_at is None else 1))
        self._bounds = [(r, f.low, f.high, f.absent) for r, f in rows if is_bounded(f)]
        row_of = {field.fills: row for row, field in rows}
        self._sequence, self._ticks = row_of.get("sequence"), row_of.get("ticks")
        self._channels = [(layout.channel, row_of[layout.channel]) for layout in plan.layouts]
        self._flags = [(row, _flags_by_byte(field)) for row, field in rows if field.bits]
        self._layouts, self._flags_known = plan.layouts, plan.flags_known

    @classmethod
    def of(cls, profile: Profile) -> Self | None:
        """Return the decoder of ``profile``; None where only the general way fits.

        It fits binary integers of one byte order, a clock in µs, and flags in one byte.
        """
        if profile.is_text:
            return None
        plan = profile.sample
        fields = [field for field in plan.fields if field.fills or field.equals is not None]
        ticks = plan.filled.get("ticks")
        fits = (
            all(field.kind == "int" and field.dtype[1:] != _TOO_WIDE for field in fields)
            and len({field.dtype[0] for field in fields if field.size > 1}) <= 1
            and [field.dtype[1:] for field in fields if field.bits] in ([], [_ONE_BYTE])
            and (ticks is None or _is_in_us(ticks))
        )
        type_at = profile.type_offset if isinstance(plan.type, int) else None
        return cls(plan, fields, type_at) if fits else None

    def run(self, contents: Sequence[bytes]) -> SampleRun | None:
        """Return one or more frames as a run; None if one is no sample or not in bounds."""
        if set(map(len, contents)) != {self._size}:
            return None
        columns = list(zip(*self._struct.iter_unpack(b"".join(contents)), strict=True))
        if self._type is not None and columns[0].count(self._type) != len(contents):
            return None
        for row, low, high, absent in self._bounds:
            column = columns[row]
            told = [raw for raw in column if raw != absent] if absent in column else column
            if told and not (low <= min(told) and max(told) <= high):
                return None
        return SampleRun(
            sequence=None if self._sequence is None else _array(columns[self._sequence]),
            ticks_us=None if self._ticks is None else _array(columns[self._ticks]),
            layouts=self._layouts,
            columns={name: _array(columns[row]) for name, row in self._channels},
            status=self._status(columns, len(contents)),
            flags_known=self._flags_known,
        )

    def _status(self, columns: Sequence[tuple[int, ...]], length: int) -> NDArray[np.uint8]:
        for row, flags in self._flags:
            return np.fromiter(bytes(columns[row]).translate(flags), np.uint8, length)
        return np.zeros(length, np.uint8)


def _array(column: tuple[int, ...]) -> NDArray[np.int64]:
    return np.fromiter(column, np.int64, len(column))


def _struct(plan: FramePlan, fields: Sequence[FieldPlan], type_at: int | None) -> Struct:
    """Return the layout of a frame: its type, if it has one, then ``fields`` in their order."""
    places = [] if type_at is None else [(type_at, "B", 1)]
    places += [(field.at, struct_code(field), field.size) for field in fields]
    order = next((field.dtype[0] for field in fields if field.size > 1), "<")
    layout, at = order, 0
    for offset, code, size in places:
        layout += f"{offset - at}x{code}"
        at = offset + size
    return Struct(f"{layout}{plan.size - at}x")


def _flags_by_byte(field: FieldPlan) -> bytes:
    """Return the flags for each value of a byte of status, as a table of 256."""
    return bytes(
        sum({int(flag) for bit, flag in field.bits if byte >> bit & 1}) for byte in range(256)
    )


def _is_in_us(ticks: FieldPlan) -> bool:
    return ticks.layout is not None and ticks.layout.numerator == ticks.layout.denominator
