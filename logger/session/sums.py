"""What is summed over a segment, and the statistics that come of it.

``docs/sessions.md`` has the formulas.
"""

from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from logger.session.counters import US_PER_S, Counters
from logger.session.model import SegmentStatistics
from logger.session.rows import (
    ABSENT,
    DEPTH_MEASURED,
    DEPTH_SET,
    RATE,
    STEPS_PER_HZ,
    STEPS_PER_MM,
)
from logger.session.spread import Histogram, HistogramState
from logger.session.strides import Stride

_CHANNELS = (DEPTH_SET, DEPTH_MEASURED, RATE)


class SumsState(msgspec.Struct, frozen=True):
    """Everything that :class:`SegmentSums` holds; histograms in order of depth and rate."""

    counters: Counters
    histograms: tuple[HistogramState, ...]


class SegmentSums:
    """The sums of one segment: :class:`Counters`, and a histogram of each channel."""

    def __init__(self) -> None:
        self.counters = Counters()
        self._histograms = [Histogram() for _ in _CHANNELS]

    @classmethod
    def load(cls, state: SumsState) -> Self:
        sums = cls()
        sums.counters = state.counters.copy()
        sums._histograms = [Histogram.load(one) for one in state.histograms]
        return sums

    def dump(self) -> SumsState:
        return SumsState(self.counters.copy(), tuple(one.dump() for one in self._histograms))

    def merge(self, later: "SegmentSums") -> None:
        """Add what was summed apart, later than this."""
        self.counters.merge(later.counters)
        for histogram, other in zip(self._histograms, later._histograms, strict=True):
            histogram.merge(other)

    def add_values(self, stride: Stride, motor_on: NDArray[np.bool_]) -> None:
        """Add depths and rate of ``stride`` where the motor was on; counters are apart."""
        if not np.count_nonzero(motor_on):
            return
        for channel, histogram in zip(_CHANNELS, self._histograms, strict=True):
            steps = stride.rows[channel]
            known = motor_on & (steps != ABSENT)
            histogram.add(steps[known], stride.weight_us[known])

    def statistics(self, counters: Counters) -> SegmentStatistics:
        """Return the statistics with these ``counters``: its own, or an earlier copy.

        The earlier copy must differ only by samples with the motor off.
        """
        depth_set, depth_measured, rate = self._histograms
        expected = counters.received + counters.missing
        counted = bool(expected) and not counters.uncounted
        return SegmentStatistics(
            samples_received=counters.received,
            samples_missing=counters.missing if counted else None,
            completeness=counters.received / expected if counted else None,
            gaps_counted=counters.gaps_counted,
            gaps_uncounted=counters.gaps_uncounted,
            duration_s=counters.spanned_us / US_PER_S,
            recorded_s=counters.recorded_us / US_PER_S,
            motor_on_s=counters.motor_us / US_PER_S,
            contact_s=counters.contact_us / US_PER_S if counters.sensed_us else None,
            depth_set_mm=depth_set.spread(STEPS_PER_MM),
            depth_measured_mm=depth_measured.spread(STEPS_PER_MM),
            rate_hz=rate.spread(STEPS_PER_HZ),
            dial_changes=counters.dial_events or counters.dial_steps,
            nominal_punctures=counters.punctures(),
        )
