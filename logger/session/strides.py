"""How long each sample counts, across the borders of blocks.

A sample counts for the time to its successor, at most three sample periods (one
second where the period is not known); where sequence numbers tell that samples are
missing, for its share of that time. The last sample before a border (pause, change of
segment, reboot) counts for one period. So no gap is ever filled.
"""

from dataclasses import dataclass, replace
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from drivers.model import SampleBlock
from logger.session.rows import DEVICE_US, SEQUENCE, Rows

_PERIODS = 3
_LONGEST_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Stride:
    """Samples of which it is known how long they count, as :data:`Rows` of n columns.

    ``weight_us`` int64 [n]; ``gap_after`` bool [n], where something is missing before
    the successor, None if nowhere. ``held_first`` tells that the first sample came with
    an earlier block. ``spanned_us`` is the device time they cover, with gaps. ``gaps``
    and ``missing`` count what sequence numbers (``counted``) tell to be missing.
    """

    rows: Rows
    weight_us: NDArray[np.int64]
    gap_after: NDArray[np.bool_] | None
    held_first: bool
    spanned_us: int
    counted: bool
    gaps: int = 0
    missing: int = 0

    def __len__(self) -> int:
        return len(self.weight_us)

    def split(self) -> tuple["Stride", "Stride"]:
        """Return the first sample, and the rest with whatever is missing before it."""
        first_us = (
            int(self.rows[DEVICE_US, 1] - self.rows[DEVICE_US, 0])
            if len(self) > 1
            else self.spanned_us
        )
        gap_after = self.gap_after
        first = replace(
            self,
            rows=self.rows[:, :1],
            weight_us=self.weight_us[:1],
            gap_after=None if gap_after is None else gap_after[:1],
            spanned_us=first_us,
            gaps=0,
            missing=0,
        )
        rest = replace(
            self,
            rows=self.rows[:, 1:],
            weight_us=self.weight_us[1:],
            gap_after=None if gap_after is None else gap_after[1:],
            held_first=False,
            spanned_us=self.spanned_us - first_us,
        )
        return first, rest


class StriderState(msgspec.Struct, frozen=True, kw_only=True):
    """What one must remember of a pen's stream between two blocks.

    ``held`` is the last sample, whose weight is not known yet; empty after a border.
    """

    period_us: int | None = None
    boot_id: int | None = None
    device_us: int | None = None
    sequence: int = 0
    counted: bool = False
    held: tuple[int, ...] = ()


class Strider:
    """Turns the blocks of a pen into strides. Always holds the latest sample back."""

    def __init__(self, period_us: int | None) -> None:
        self.period_us = period_us
        self._boot_id: int | None = None
        self._device_us: int | None = None
        self._sequence = 0
        self._counted = False
        self._held: Rows | None = None

    @classmethod
    def load(cls, state: StriderState) -> Self:
        strider = cls(state.period_us)
        strider._boot_id, strider._device_us = state.boot_id, state.device_us
        strider._sequence, strider._counted = state.sequence, state.counted
        strider._held = np.array(state.held, dtype=np.int64)[:, None] if state.held else None
        return strider

    def dump(self) -> StriderState:
        return StriderState(
            period_us=self.period_us,
            boot_id=self._boot_id,
            device_us=self._device_us,
            sequence=self._sequence,
            counted=self._counted,
            held=() if self._held is None else tuple(self._held[:, 0].tolist()),
        )

    def take(self, block: SampleBlock, rows: Rows) -> list[Stride]:
        """Return one or two strides, in order: what is known now that ``block`` is here.

        ``rows`` are those of the block. Across a reboot the held sample is a stride of
        its own.
        """
        strides = []
        follows = self._follows(block)
        if not follows:
            last = self.flush()
            strides = [last] if last is not None else []
        before = int(rows[SEQUENCE, 0]) - self._sequence - 1 if follows and self._counted else 0
        held = self._held
        linked = rows if held is None else np.concatenate((held, rows), axis=1)
        self._boot_id, self._counted = block.boot_id, block.sequence_counted
        self._device_us, self._sequence = int(rows[DEVICE_US, -1]), int(rows[SEQUENCE, -1])
        self._held = linked[:, -1:]
        strides.append(self._stride(linked, held is not None, before))
        return strides

    def follows(self, earlier: SampleBlock, later: SampleBlock) -> bool:
        """Whether ``later`` is of the same power-up as ``earlier`` and counts on from it.

        Two such blocks yield together what they yield one after the other.
        """
        if (earlier.boot_id, earlier.sequence_counted) != (later.boot_id, later.sequence_counted):
            return False
        return self._counts_on(int(earlier.device_us[-1]), int(earlier.sequence[-1]), later)

    def peek(self) -> Stride | None:
        """Return the held sample, counted for one period; None after a border."""
        if self._held is None:
            return None
        period_us = self.period_us or 0
        weight_us = np.array([period_us], dtype=np.int64)
        gap_after = np.ones(1, dtype=np.bool_)
        return Stride(self._held, weight_us, gap_after, True, period_us, self._counted)

    def flush(self) -> Stride | None:
        """Return the same as :meth:`peek` and hold it no longer: a border is here."""
        stride = self.peek()
        self._held = None
        return stride

    def _follows(self, block: SampleBlock) -> bool:
        if self._device_us is None:
            return False
        if (self._boot_id, self._counted) != (block.boot_id, block.sequence_counted):
            return False
        return self._counts_on(self._device_us, self._sequence, block)

    def _counts_on(self, device_us: int, sequence: int, block: SampleBlock) -> bool:
        elapsed_us = int(block.device_us[0]) - device_us
        if elapsed_us <= 0 or int(block.sequence[0]) <= sequence:
            return False
        told = block.boot_id is not None or block.sequence_counted
        return told or elapsed_us <= self._longest_us()

    def _longest_us(self) -> int:
        return _PERIODS * self.period_us if self.period_us else _LONGEST_US

    def _stride(self, linked: Rows, held_first: bool, missing_before: int) -> Stride:
        device_us, sequence = linked[DEVICE_US], linked[SEQUENCE]
        elapsed_us = device_us[1:] - device_us[:-1]
        count = len(elapsed_us)
        longest_us = self._longest_us()
        gap_after = elapsed_us > longest_us
        share_us, gaps, missing = elapsed_us, 0, 0
        if self._counted:
            missing = int(sequence[-1] - sequence[0]) - count
            if missing:
                steps = sequence[1:] - sequence[:-1]
                share_us = elapsed_us // steps
                jumps = steps > 1
                gaps = int(np.count_nonzero(jumps))
                gap_after |= jumps
            if missing_before and not held_first:
                gaps, missing = gaps + 1, missing + missing_before
        return Stride(
            rows=linked[:, :-1],
            weight_us=np.minimum(share_us, longest_us),
            gap_after=gap_after if np.count_nonzero(gap_after) else None,
            held_first=held_first,
            spanned_us=int(device_us[-1] - device_us[0]),
            counted=self._counted,
            gaps=gaps,
            missing=missing,
        )
