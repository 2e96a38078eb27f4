"""Checks a batch of raw samples against what their fields can mean, and makes the run."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from drivers.counters import Counters
from drivers.fields import refusal
from drivers.model import Flag, SampleRun
from drivers.profile.plan import FieldPlan, FramePlan
from drivers.samples import Floats, Ints, is_bounded

_Bad = NDArray[np.bool_]


class SampleColumns:
    """Makes :class:`SampleRun` of batches; samples out of bounds are refused and counted."""

    def __init__(
        self,
        plan: FramePlan,
        ints: tuple[FieldPlan, ...],
        floats: tuple[FieldPlan, ...],
        wrap: Callable[[bytes], bytes],
        counters: Counters,
    ) -> None:
        self._wrap, self._counters = wrap, counters
        self._floats = floats
        # These come first in the batch; of the others any value that the type holds is good.
        self._checked = [field for field in ints if is_bounded(field)]
        low = _as_column([field.low for field in self._checked])
        high = _as_column([field.high for field in self._checked])
        # Counted from its low bound and without sign, a value out of either bound is too high.
        self._low = low.view(np.uint64)
        self._span = high.view(np.uint64) - self._low
        # Where nothing means "absent", a value that is in bounds anyway stands in.
        absent = [f.low if f.absent is None else f.absent for f in self._checked]
        self._absent = _as_column(absent)
        self._layouts, self._flags_known = plan.layouts, plan.flags_known
        rows = {field.fills: row for row, field in enumerate(ints) if field.fills}
        self._sequence, self._ticks = rows.get("sequence"), rows.get("ticks")
        self._ticks_layout = ints[self._ticks].layout if self._ticks is not None else None
        channels = {layout.channel for layout in plan.layouts}
        self._int_channels = [(f.fills, r) for r, f in enumerate(ints) if f.fills in channels]
        self._float_channels = [(f.fills, r) for r, f in enumerate(floats) if f.fills in channels]
        self._shifts = _shifts(ints)

    def run(self, contents: list[bytes], ints: Ints, floats: Floats) -> SampleRun | None:
        """Return the good samples of a batch in their order, None if there are none."""
        checked = ints[: len(self._low)]
        bad: _Bad = checked.view(np.uint64) - self._low > self._span
        if np.count_nonzero(bad):
            bad &= checked != self._absent
        if self._floats:
            bad = np.concatenate((bad, self._bad_floats(floats)))
        # A quarter of what bad.any() costs on the few samples of one read.
        if np.count_nonzero(bad):
            good = self._refuse(contents, bad)
            if not good.any():
                return None
            ints, floats = ints[:, good], floats[:, good]
        self._counters.frames_good += ints.shape[1]
        columns: dict[str, NDArray[np.generic]] = {n: ints[row] for n, row in self._int_channels}
        for name, row in self._float_channels:
            columns[name] = floats[row]
        return SampleRun(
            sequence=None if self._sequence is None else ints[self._sequence],
            ticks_us=self._ticks_us(ints),
            layouts=self._layouts,
            columns=columns,
            status=self._status(ints),
            flags_known=self._flags_known,
        )

    def _bad_floats(self, floats: Floats) -> _Bad:
        bad = np.zeros(floats.shape, np.bool_)
        for row, field in enumerate(self._floats):
            # Written so that NaN, which compares with nothing, is out of bounds.
            inside = (floats[row] >= field.low) & (floats[row] <= field.high)
            bad[row] = ~inside
            if field.absent_text is not None:
                bad[row] &= ~np.isnan(floats[row])
        return bad

    def _refuse(self, contents: list[bytes], bad: _Bad) -> _Bad:
        fields = (*self._checked, *self._floats)
        refused: _Bad = np.logical_or.reduce(bad)
        for sample in np.flatnonzero(refused):
            field = fields[int(bad[:, sample].argmax())]
            self._counters.refuse(refusal(field), self._wrap(contents[sample]))
        return np.logical_not(refused)

    def _ticks_us(self, ints: Ints) -> Ints | None:
        if self._ticks is None or self._ticks_layout is None:
            return None
        layout = self._ticks_layout
        ticks: Ints = ints[self._ticks]
        if layout.numerator == layout.denominator:
            return ticks
        return np.floor_divide(ticks * layout.numerator, layout.denominator)

    def _status(self, ints: Ints) -> NDArray[np.uint8]:
        if not self._shifts:
            return np.zeros(ints.shape[1], np.uint8)
        row, mask, shift = self._shifts[0]
        status = _moved(ints[row], mask, shift)
        for row, mask, shift in self._shifts[1:]:
            status |= _moved(ints[row], mask, shift)
        return status


def _moved(raw: Ints, mask: np.int64, shift: int) -> NDArray[np.uint8]:
    """Return the bits of ``mask`` in ``raw``, moved right by ``shift``, or left if negative."""
    bits: Ints = np.bitwise_and(raw, mask)
    if shift:
        bits = bits >> shift if shift > 0 else bits << -shift
    return bits.astype(np.uint8)


def _as_column(values: Sequence[int | float]) -> Ints:
    return np.array(values, np.int64).reshape(-1, 1)


def _shifts(ints: tuple[FieldPlan, ...]) -> list[tuple[int, np.int64, int]]:
    """Return (row, mask, shift right) of the bits that move alike, so that each costs one step."""
    masks: dict[tuple[int, int], int] = {}
    for row, field in enumerate(ints):
        for bit, flag in field.bits:
            key = (row, bit - (Flag(flag).bit_length() - 1))
            masks[key] = masks.get(key, 0) | 1 << bit
    return [(row, np.int64(mask), shift) for (row, shift), mask in masks.items()]
