"""Comparing samples with the plan: DESIGN.md, *Sessions over time*."""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from logger.journal.kinds import Plan, ZoneLimit
from logger.session.model import Deviation
from logger.session.rows import (
    ABSENT,
    DEPTH_MEASURED,
    DEPTH_SET,
    RATE,
    STEPS_PER_HZ,
    STEPS_PER_MM,
)
from logger.session.runs import Run, RunFinder
from logger.session.strides import Stride
from logger.session.summary import DeviationKind

_MINIMUM_US = 500_000


class _Limit(NamedTuple):
    """A bound of the plan in steps; ``sign`` is 1 for a maximum and −1 for a minimum."""

    what: DeviationKind
    row: int
    steps: int
    steps_per_unit: int
    sign: int


class Found(NamedTuple):
    """A deviation, and how many samples of the segment came before it."""

    from_sample: int
    deviation: Deviation


class WatchState(msgspec.Struct, frozen=True):
    """The deviations found, by kind the ones going on, and how many samples were compared."""

    found: tuple[Found, ...] = ()
    running: dict[DeviationKind, Run] = {}
    samples: int = 0


class PlanWatch:
    """Finds the deviations of one segment from its plan; without a plan there are none."""

    def __init__(self, plan: Plan | None, zone: str, state: WatchState | None = None) -> None:
        state = state if state is not None else WatchState()
        self._zone = zone
        self._limits = _limits(plan, zone)
        self._finders = [
            RunFinder(_MINIMUM_US, state.running.get(limit.what)) for limit in self._limits
        ]
        self._found = list(state.found)
        self._samples = state.samples

    def dump(self) -> WatchState:
        running = {
            limit.what: finder.running
            for limit, finder in zip(self._limits, self._finders, strict=True)
            if finder.running is not None
        }
        return WatchState(tuple(self._in_order()), running, self._samples)

    def feed(self, stride: Stride, motor_on: NDArray[np.bool_]) -> None:
        """Compare the samples of ``stride``; ``motor_on`` bool [n] goes with them."""
        for limit, finder in zip(self._limits, self._finders, strict=True):
            values = stride.rows[limit.row]
            outside = motor_on & _outside(limit, values)
            if finder.running is not None or np.count_nonzero(outside):
                values = values * limit.sign
                self._add(limit, finder.feed(outside, values, stride, self._samples))
        self._samples += len(stride)

    def close(self) -> None:
        """End what is going on: a border is here."""
        for limit, finder in zip(self._limits, self._finders, strict=True):
            self._add(limit, finder.close())

    def merge(self, later: "PlanWatch") -> None:
        """Take over what was found in samples that came after these."""
        before = self._samples
        self._found += [one._replace(from_sample=before + one.from_sample) for one in later._found]
        self._samples += later._samples

    def deviations(self) -> tuple[Deviation, ...]:
        """Return the deviations found so far, in order of their beginning.

        Samples give the order, not times: the clock may have been set back in between.
        """
        return tuple(one.deviation for one in self._in_order())

    def _in_order(self) -> list[Found]:
        return sorted(self._found, key=lambda one: (one.from_sample, one.deviation.what))

    def _add(self, limit: _Limit, runs: list[Run]) -> None:
        self._found += [Found(run.from_sample, _deviation(self._zone, limit, run)) for run in runs]


def _limits(plan: Plan | None, zone: str) -> tuple[_Limit, ...]:
    if plan is None:
        return ()
    for bounds in plan.zones:
        if bounds.zone == zone:
            return _zone_limits(bounds)
    return (_Limit("zone_not_in_plan", RATE, 0, 1, 1),)


def _zone_limits(bounds: ZoneLimit) -> tuple[_Limit, ...]:
    limits = []
    if bounds.depth_max_mm is not None:
        depth = round(bounds.depth_max_mm * STEPS_PER_MM)
        limits.append(_Limit("depth_set_above", DEPTH_SET, depth, STEPS_PER_MM, 1))
        if bounds.depth_tolerance_mm is not None:
            depth += round(bounds.depth_tolerance_mm * STEPS_PER_MM)
            limits.append(_Limit("depth_measured_above", DEPTH_MEASURED, depth, STEPS_PER_MM, 1))
    if bounds.rate_max_hz is not None:
        rate = round(bounds.rate_max_hz * STEPS_PER_HZ)
        limits.append(_Limit("rate_above", RATE, rate, STEPS_PER_HZ, 1))
    if bounds.rate_min_hz is not None:
        rate = round(bounds.rate_min_hz * STEPS_PER_HZ)
        limits.append(_Limit("rate_below", RATE, rate, STEPS_PER_HZ, -1))
    return tuple(limits)


def _outside(limit: _Limit, values: NDArray[np.int64]) -> NDArray[np.bool_]:
    if limit.what == "zone_not_in_plan":
        return np.ones(len(values), dtype=np.bool_)
    if limit.sign > 0:
        return np.asarray(values > limit.steps)
    return np.asarray((values < limit.steps) & (values != ABSENT))


def _deviation(zone: str, limit: _Limit, run: Run) -> Deviation:
    valued = limit.what != "zone_not_in_plan"
    return Deviation(
        zone=zone,
        what=limit.what,
        from_unix_ns=run.from_unix_ns,
        to_unix_ns=run.to_unix_ns,
        lasted_s=run.length_us / 1e6,
        extreme=run.extreme * limit.sign / limit.steps_per_unit if valued else None,
        limit=limit.steps / limit.steps_per_unit if valued else None,
    )
