"""How long a channel had which value: an exact, mergeable histogram over steps."""

from math import sqrt
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from logger.session.model import Spread

_LOOSE_SAMPLES = 4096
_NONE: NDArray[np.int64] = np.empty(0, dtype=np.int64)
_START: NDArray[np.intp] = np.zeros(1, dtype=np.intp)


class HistogramState(msgspec.Struct, frozen=True):
    """Distinct steps, rising, and the time of each in µs; little-endian int64."""

    steps: bytes
    time_us: bytes


class Histogram:
    """Time in µs by step ≥ 0. Memory is bounded by the distinct steps, not by the samples.

    New samples are only laid by and summed up now and then, which keeps adding cheap.
    """

    def __init__(self) -> None:
        self._steps = _NONE
        self._time_us = _NONE
        self._loose: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        self._loose_count = 0

    @classmethod
    def load(cls, state: HistogramState) -> Self:
        histogram = cls()
        histogram._steps = np.frombuffer(state.steps, dtype="<i8")
        histogram._time_us = np.frombuffer(state.time_us, dtype="<i8")
        return histogram

    def dump(self) -> HistogramState:
        self._sum_up()
        return HistogramState(
            self._steps.astype("<i8").tobytes(), self._time_us.astype("<i8").tobytes()
        )

    def add(self, steps: NDArray[np.int64], time_us: NDArray[np.int64]) -> None:
        """Add samples, each with the time it counts for; the arrays must stay unchanged."""
        if not len(steps):
            return
        self._loose.append((steps, time_us))
        self._loose_count += len(steps)
        if self._loose_count >= _LOOSE_SAMPLES:
            self._sum_up()

    def merge(self, other: "Histogram") -> None:
        """Add all that ``other`` holds."""
        other._sum_up()
        self.add(other._steps, other._time_us)

    def spread(self, steps_per_unit: int) -> Spread | None:
        """Return the spread in units; None if no time was spent at all.

        Sums are exact, so every number has one rounding, whatever the order of adding.
        """
        self._sum_up()
        steps, times = self._steps.tolist(), self._time_us.tolist()
        total = sum(times)
        if total == 0:
            return None
        first = sum(step * time for step, time in zip(steps, times, strict=True))
        second = sum(step * step * time for step, time in zip(steps, times, strict=True))
        p05, p50, p95 = self._percentiles((5, 50, 95), total)
        return Spread(
            mean=first / (total * steps_per_unit),
            sd=sqrt(total * second - first * first) / (total * steps_per_unit),
            minimum=steps[0] / steps_per_unit,
            p05=p05 / steps_per_unit,
            p50=p50 / steps_per_unit,
            p95=p95 / steps_per_unit,
            maximum=steps[-1] / steps_per_unit,
        )

    def _percentiles(self, percents: tuple[int, ...], total: int) -> list[int]:
        upto = np.cumsum(self._time_us)
        least = [-(-total * percent // 100) for percent in percents]
        return [int(self._steps[index]) for index in np.searchsorted(upto, least)]

    def _sum_up(self) -> None:
        if not self._loose:
            return
        steps = np.concatenate([self._steps, *(steps for steps, _ in self._loose)])
        time_us = np.concatenate([self._time_us, *(time for _, time in self._loose)])
        order = _rising(steps)
        steps, time_us = steps[order], time_us[order]
        (changes,) = (steps[1:] != steps[:-1]).nonzero()
        first = np.concatenate((_START, changes + 1))
        self._steps, self._time_us = steps[first], np.add.reduceat(time_us, first)
        self._loose, self._loose_count = [], 0


def _rising(steps: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the order that sorts ``steps``: a quick one where they fit into 16 bits."""
    lowest = steps.min()
    if steps.max() - lowest < 1 << 16:
        return np.argsort((steps - lowest).astype(np.uint16), kind="stable")
    return np.argsort(steps, kind="stable")
