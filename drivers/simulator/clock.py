"""The simulated pen's own clock, which may run fast or slow and starts at each power-up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.simulator.faults import Fault


@dataclass(frozen=True, slots=True)
class PenClock:
    """Ties simulated time to the pen's: ``ahead`` more pen µs for each true µs."""

    time_us: int
    device_us: int
    ahead: float

    def device_at(self, time_us: int) -> int:
        """Return what the pen's clock shows, µs since its power-up."""
        since_us = time_us - self.time_us
        return self.device_us + since_us + round(since_us * self.ahead)

    def time_of(self, device_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the simulated times at which the pen's clock shows ``device_us``, int64 [n]."""
        since_us = device_us - self.device_us
        late = np.rint(since_us * (self.ahead / (1 + self.ahead))).astype(np.int64)
        return np.asarray(self.time_us + since_us - late)


class PowerPlan:
    """When the pen is on and how fast its clock runs, from its faults."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._reboots = [fault.window for fault in faults if fault.name == "reboot"]
        self._drifts = [fault for fault in faults if fault.name == "drift"]

    def next_change_us(self, after_us: int) -> int | None:
        """Return when power or the clock's speed next changes after ``after_us``; None if never."""
        windows = [*self._reboots, *(drift.window for drift in self._drifts)]
        edges = (window.next_edge_us(after_us) for window in windows)
        return min((edge for edge in edges if edge is not None), default=None)

    def off_at(self, time_us: int) -> bool:
        """Return whether the pen is without power."""
        return any(window.open_at(time_us) for window in self._reboots)

    def ahead_at(self, time_us: int) -> float:
        """Return how much too fast the pen's clock runs, as a share."""
        return sum(d.amount for d in self._drifts if d.window.open_at(time_us)) / 1e6
