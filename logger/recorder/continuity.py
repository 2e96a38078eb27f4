"""What a pen's own counters say: order, repeats, missing samples, time since boot.

Pure: columns in, columns and findings out. One :class:`Continuity` lives as long as a
pen's boot; it may be taken up again after a lost link or a restart of the recorder.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from logger.recorder.counting import (
    STEADY_WITHIN_US,
    Ints,
    Missing,
    is_steady,
    missing_before,
    rises,
    signed,
    unwrapped,
)

REORDER_WINDOW = 64
"""A sample this far behind the newest is late or repeated; further back means a reboot."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What may be journaled of a run.

    ``take`` indexes the run's rows, in order, without repeats; None for all as they came.
    ``sequence`` and ``device_us`` are theirs, unwrapped and strictly increasing.
    ``refused`` holds the cause of each row that is left out.
    """

    take: NDArray[np.intp] | None
    sequence: Ints
    device_us: Ints
    missing: tuple[Missing, ...] = ()
    refused: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Continuity:
    """Follows one boot of one pen.

    ``last_sequence`` and ``last_device_us`` are the newest that were journaled, or None
    before the first. A modulus is None where the pen sends no such counter.
    """

    sequence_modulus: int | None
    ticks_modulus_us: int | None
    period_us: int | None
    last_sequence: int | None = None
    last_device_us: int | None = None
    _offset_us: int | None = None
    _suspect_us: int | None = None

    def goes_back(self, sequence: Ints | None, ticks_us: Ints | None) -> bool:
        """Tell whether a run lies so far behind the newest that the pen must have rebooted.

        Its last row must, too: a lone row that a weak checksum let through is no reboot.
        """
        if sequence is not None and len(sequence) and self.last_sequence is not None:
            # Nearly every run goes on where the last one ended.
            if int(sequence[0]) == self.last_sequence + 1:
                return False
            modulus = self.sequence_modulus or 1 << 62
            limit = -min(REORDER_WINDOW, modulus // 4)
            # One row after the other: the first one of nearly every run says no.
            return all(
                -modulus // 2 < signed(int(sequence[row]) - self.last_sequence, modulus) < limit
                for row in (0, -1)
            )
        if ticks_us is not None and len(ticks_us) and self.last_device_us is not None:
            modulus = self.ticks_modulus_us or 1 << 62
            limit = -REORDER_WINDOW * (self.period_us or 10_000)
            return all(
                signed(int(ticks_us[row]) - self.last_device_us, modulus) < limit for row in (0, -1)
            )
        return False

    def accept(
        self,
        sequence: Ints | None,
        ticks_us: Ints | None,
        arrived_us: Ints | None = None,
        elapsed_us: int | None = None,
    ) -> Ordered:
        """Return what to journal of one run, and remember its end.

        ``arrived_us`` [n] is the device's time of a pen without clock: it counts from an
        origin that the caller keeps for the boot. ``elapsed_us`` is the host's time since
        the newest sample if the link was lost in between: it tells how often a counter
        wrapped meanwhile.
        """
        if sequence is not None and ticks_us is not None and elapsed_us is None:
            regular = self._regular(sequence, ticks_us)
            if regular is not None:
                return regular
        return self._sorted_out(sequence, ticks_us, arrived_us, elapsed_us)

    def _regular(self, sequence: Ints, ticks_us: Ints) -> Ordered | None:
        """Return a run that simply goes on where the last one ended; None for any other.

        Nearly every run does, and a few sums tell so.
        """
        length = len(sequence)
        if self.last_sequence is None or self.last_device_us is None or not length:
            return None
        first, told, told_us = self.last_sequence + 1, int(sequence[0]), int(ticks_us[0])
        if (told - first) % (self.sequence_modulus or 1 << 62):
            return None
        gap_us = (told_us - self.last_device_us) % (self.ticks_modulus_us or 1 << 62)
        if not 0 < gap_us < STEADY_WITHIN_US or not is_steady(ticks_us):
            return None
        # Numbers that rise, and end where steps of one lead, have no other steps.
        if int(sequence[-1]) - told != length - 1 or not rises(sequence):
            return None
        shift_us = self.last_device_us + gap_us - told_us
        self.last_sequence += length
        self.last_device_us = int(ticks_us[-1]) + shift_us
        if self.period_us:
            self._offset_us = self.last_device_us - self.last_sequence * self.period_us
        numbers = sequence if told == first else sequence + (first - told)
        return Ordered(None, numbers, ticks_us + shift_us if shift_us else ticks_us)

    def _sorted_out(
        self,
        sequence: Ints | None,
        ticks_us: Ints | None,
        arrived_us: Ints | None,
        elapsed_us: int | None,
    ) -> Ordered:
        counted = sequence is not None
        told = ticks_us if ticks_us is not None else arrived_us
        if told is None:
            raise ValueError("a run has ticks or times of arrival")
        numbers = self._unwrap_sequence(sequence, len(told), elapsed_us)
        times = told
        if ticks_us is not None:
            times = self._unwrap_ticks(ticks_us, numbers, elapsed_us)
        if elapsed_us is not None:
            self._offset_us = self._suspect_us = None
        take = np.arange(len(numbers))
        jumped = 0
        if counted and ticks_us is not None and self.period_us:
            take = take[self._steady(times - numbers * self.period_us)]
            jumped = len(numbers) - len(take)
        in_order = True
        if counted and np.any(np.diff(numbers[take]) < 0):
            in_order = False
            take = take[np.argsort(numbers[take], kind="stable")]
        keep, refused = self._plausible(numbers[take], times[take], counted)
        take = take[keep]
        numbers, times = numbers[take], times[take]
        if jumped:
            refused["jump"] = jumped
        missing = missing_before(numbers, self.last_sequence) if counted else ()
        if len(numbers):
            self.last_sequence = int(numbers[-1])
            self.last_device_us = int(times[-1])
        whole = in_order and len(take) == len(told)
        return Ordered(None if whole else take, numbers, times, missing, refused)

    def event_device_us(self, ticks_us: int, elapsed_us: int | None = None) -> int:
        """Return an event's time since boot in µs, unwrapped next to the newest sample."""
        if self.last_device_us is None:
            return ticks_us
        expected = self.last_device_us + (elapsed_us or 0)
        return int(unwrapped(np.array([ticks_us]), self.ticks_modulus_us, expected)[0])

    def _unwrap_sequence(self, wire: Ints | None, length: int, elapsed_us: int | None) -> Ints:
        if wire is None:
            first = 0 if self.last_sequence is None else self.last_sequence + 1
            return np.arange(first, first + length, dtype=np.int64)
        expected = None
        if self.last_sequence is not None:
            steps = 1
            if elapsed_us is not None and self.period_us:
                steps = max(1, round(elapsed_us / self.period_us))
            expected = self.last_sequence + steps
        return unwrapped(wire, self.sequence_modulus, expected)

    def _unwrap_ticks(self, wire: Ints, numbers: Ints, elapsed_us: int | None) -> Ints:
        expected = None
        if self.last_device_us is not None and self.last_sequence is not None and len(numbers):
            step = self.period_us or 0
            if elapsed_us is not None:
                ran = int(numbers[0]) - self.last_sequence
                step = ran * self.period_us if self.period_us and ran > 0 else elapsed_us
            expected = self.last_device_us + step
        return unwrapped(wire, self.ticks_modulus_us, expected)

    def _steady(self, offset_us: Ints) -> NDArray[np.bool_]:
        """Leave out lone rows whose number and time contradict those around them.

        ``offset_us`` is time less number times period: steady but for slow drift. A
        weak checksum lets such a row through now and then; a second row that agrees
        with it shows that the pen itself has jumped.
        """
        if not len(offset_us):
            return np.ones(0, dtype=np.bool_)
        known = int(offset_us[0]) if self._offset_us is None else self._offset_us
        keep = np.abs(offset_us - known) <= STEADY_WITHIN_US
        if not keep.all():
            for row, offset in enumerate(offset_us.tolist()):
                suspect = self._suspect_us
                keep[row] = abs(offset - known) <= STEADY_WITHIN_US or (
                    suspect is not None and abs(offset - suspect) <= STEADY_WITHIN_US
                )
                if keep[row]:
                    known, self._suspect_us = offset, None
                else:
                    self._suspect_us = offset
        self._offset_us = int(offset_us[keep][-1]) if keep.any() else known
        return keep

    def _plausible(
        self, numbers: Ints, times: Ints, counted: bool
    ) -> tuple[NDArray[np.bool_], dict[str, int]]:
        """Leave out late and repeated rows, and rows whose time does not rise."""
        keep = np.ones(len(numbers), dtype=np.bool_)
        refused: dict[str, int] = {}
        if counted:
            repeated = np.zeros_like(keep)
            repeated[1:] = numbers[1:] == numbers[:-1]
            late = np.zeros_like(keep)
            if self.last_sequence is not None:
                late = numbers <= self.last_sequence
            keep = ~(late | repeated)
            refused = {"repeated": int(np.sum(repeated & ~late)), "late": int(np.sum(late))}
        floor = np.iinfo(np.int64).min if self.last_device_us is None else self.last_device_us
        kept = np.flatnonzero(keep)
        highest = np.maximum.accumulate(np.concatenate(([floor], times[kept])))
        wrong = kept[times[kept] <= highest[:-1]]
        keep[wrong] = False
        refused["time"] = len(wrong)
        return keep, {cause: count for cause, count in refused.items() if count}
