"""The plain integer sums over a segment.

Integers, so that they are the same however the stream is cut into blocks.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from logger.session.rows import (
    ABSENT,
    CONTACT,
    DEPTH_SET,
    FLAGS,
    MOTOR,
    RATE,
    SENSED,
    STEPS_PER_HZ,
)
from logger.session.strides import Stride

US_PER_S = 1_000_000

_FLAGS = range((MOTOR | CONTACT | SENSED) + 1)
_WITH_MOTOR = [one for one in _FLAGS if one & MOTOR]
_SENSING = [one for one in _FLAGS if one & SENSED]
_IN_CONTACT = [one for one in _SENSING if one & CONTACT]
_WORKING = _IN_CONTACT + [one for one in _WITH_MOTOR if not one & SENSED]
_IS_WORKING = np.array([one in _WORKING for one in _FLAGS])


class Counters(msgspec.Struct, kw_only=True):
    """What is counted, in samples or µs.

    ``uncounted`` samples came from a pen that does not number them. ``working_us`` is the
    time in contact, or with the motor on where contact was not sensed; ``rated_us`` the
    part of it with a known rate. ``strokes`` is the integral of the rate over it, in
    steps times µs, by the number of needles then (0 where not known).
    """

    received: int = 0
    uncounted: int = 0
    missing: int = 0
    gaps_counted: int = 0
    gaps_uncounted: int = 0
    spanned_us: int = 0
    recorded_us: int = 0
    motor_us: int = 0
    contact_us: int = 0
    sensed_us: int = 0
    dial_events: int = 0
    dial_steps: int = 0
    working_us: int = 0
    rated_us: int = 0
    strokes: dict[int, int] = {}
    depth_set_last: int = ABSENT

    def copy(self) -> "Counters":
        """Return an independent copy."""
        return msgspec.structs.replace(self, strokes=dict(self.strokes))

    def merge(self, later: "Counters") -> None:
        """Add what was counted apart, later than this."""
        for name in _SUMMED:
            setattr(self, name, getattr(self, name) + getattr(later, name))
        for needles, integral in later.strokes.items():
            self.strokes[needles] = self.strokes.get(needles, 0) + integral
        self.depth_set_last = later.depth_set_last

    def add(self, stride: Stride, needles: int | None) -> None:
        """Count the samples of ``stride``; ``needles`` of the cartridge then seated."""
        self.missing += stride.missing
        self.gaps_counted += stride.gaps
        count = len(stride)
        if not count:
            return
        self.received += count
        self.uncounted += 0 if stride.counted else count
        self.spanned_us += stride.spanned_us
        flags = stride.rows[FLAGS]
        # As floats these sums are exact: a block's time stays far below 2**53 µs.
        by_flags = np.bincount(flags, weights=stride.weight_us, minlength=len(_IS_WORKING))
        time_us = [int(time) for time in by_flags.tolist()]
        self.recorded_us += sum(time_us)
        self.motor_us += sum(time_us[one] for one in _WITH_MOTOR)
        self.sensed_us += sum(time_us[one] for one in _SENSING)
        self.contact_us += sum(time_us[one] for one in _IN_CONTACT)
        working_us = sum(time_us[one] for one in _WORKING)
        if working_us:
            self.working_us += working_us
            self._add_strokes(stride, needles or 0)
        self._add_dial_steps(stride.rows[DEPTH_SET])

    def _add_strokes(self, stride: Stride, needles: int) -> None:
        rate = stride.rows[RATE]
        rated_us = stride.weight_us * (_IS_WORKING[stride.rows[FLAGS]] & (rate != ABSENT))
        self.rated_us += int(np.add.reduce(rated_us))
        self.strokes[needles] = self.strokes.get(needles, 0) + int(np.dot(rate, rated_us))

    def _add_dial_steps(self, depth_set: NDArray[np.int64]) -> None:
        first, last = int(depth_set[0]), int(depth_set[-1])
        before, self.depth_set_last = self.depth_set_last, last
        if ABSENT not in (before, first):
            self.dial_steps += before != first
        turned = depth_set[1:] != depth_set[:-1]
        if np.count_nonzero(turned):
            known = (depth_set[1:] != ABSENT) & (depth_set[:-1] != ABSENT)
            self.dial_steps += int(np.count_nonzero(turned & known))

    def border(self) -> None:
        """Forget what the dial stood at: what it does until the next sample is not ours."""
        self.depth_set_last = ABSENT

    def punctures(self) -> float | None:
        """Return needles × ∫ rate dt; None where needles or rate are not known."""
        if self.strokes.get(0) or (self.working_us and not self.rated_us):
            return None
        total = sum(needles * integral for needles, integral in self.strokes.items())
        return total / (STEPS_PER_HZ * US_PER_S)


_SUMMED = tuple(
    name for name in Counters.__struct_fields__ if name not in {"strokes", "depth_set_last"}
)
