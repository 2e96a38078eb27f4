"""The simulated pen's quantities as pure functions of time and seed.

Whatever the chunks in which one asks, the answers are the same: even the noise is a
hash of the time, not a stream of random numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.model import Flag
from drivers.simulator.course import Course, Turn, play
from drivers.simulator.script import US_PER_S, Script

Floats = NDArray[np.float64]
Times = NDArray[np.int64]

RATE_MAX_HZ = 150.0

_SPIN_UP_US = 80_000.0
_SPIN_DOWN_US = 150_000.0
_COURSES_KEPT = 3


@dataclass(frozen=True, slots=True)
class Signals:
    """Columns of length n in canonical units; NaN where the pen measures nothing.

    ``channels`` holds every name of ``drivers.model.CHANNELS``; ``status`` is uint8 of
    :class:`Flag`.
    """

    channels: dict[str, Floats]
    status: NDArray[np.uint8]


class SignalSource:
    """The session that a seed stands for, to be asked at any time since power-up."""

    def __init__(
        self,
        script: Script,
        seed: int,
        *,
        cartridges_used: int = 0,
        cartridge_expiry: str = "271231",
        wear_mm: float = 0.0,
    ) -> None:
        self.script = script
        self.seed = seed
        self._cartridges_used = cartridges_used
        self._cartridge_expiry = cartridge_expiry
        self._wear_mm = wear_mm
        self._courses: dict[int, Course] = {}

    def at(self, time_us: Times) -> Signals:
        """Return what the pen measures at ``time_us``, int64 [n], ascending, from 0."""
        if len(time_us) == 0:
            return self._in_cycle(0, time_us)
        first, last = int(time_us[0]), int(time_us[-1])
        cycles = range(first // self.script.cycle_us, last // self.script.cycle_us + 1)
        if len(cycles) == 1:
            return self._in_cycle(cycles[0], time_us)
        cuts = np.searchsorted(time_us, [c * self.script.cycle_us for c in cycles[1:]])
        pieces = [
            self._in_cycle(cycle, piece)
            for cycle, piece in zip(cycles, np.split(time_us, cuts), strict=True)
        ]
        channels = {
            name: np.concatenate([piece.channels[name] for piece in pieces])
            for name in pieces[0].channels
        }
        return Signals(channels, np.concatenate([piece.status for piece in pieces]))

    def turns(self, from_us: int, to_us: int) -> Iterator[Turn]:
        """Yield what dials and switches did in ``[from_us, to_us)``, in order."""
        cycle_us = self.script.cycle_us
        for cycle in range(max(0, from_us) // cycle_us, to_us // cycle_us + 1):
            start_us = cycle * cycle_us
            for turn in self._course(cycle).turns:
                if from_us <= start_us + turn.time_us < to_us:
                    yield Turn(start_us + turn.time_us, turn.name, turn.value)

    def cartridge_at(self, time_us: int) -> str | None:
        """Return the UDI (GS1) of the cartridge seated at ``time_us``; None where none is."""
        cycle, within_us = divmod(time_us, self.script.cycle_us)
        seated = self._course(cycle).seated
        if not seated.at(np.array([within_us]))[0]:
            return None
        fresh = within_us >= int(seated.times_us[-1])
        number = self._cartridges_used + cycle + fresh
        return f"(01)00850000000017(17){self._cartridge_expiry}(10)L4471(21){number:04d}"

    def _course(self, cycle: int) -> Course:
        if cycle not in self._courses:
            if len(self._courses) >= _COURSES_KEPT:
                self._courses.pop(min(self._courses))
            self._courses[cycle] = play(self.script, self.seed, cycle)
        return self._courses[cycle]

    def _in_cycle(self, cycle: int, time_us: Times) -> Signals:
        course = self._course(cycle)
        within_us = time_us - cycle * self.script.cycle_us
        depth_set = course.depth_set_mm.at(within_us)
        rate_set = course.rate_set_hz.at(within_us)
        seated = course.seated.at(within_us) > 0
        on, since_on_us, to_off_us = _inside(course.motor_us, within_us)
        touching, _, _ = _inside(course.contact_us, within_us)
        spin = _spin(on, since_on_us, to_off_us)
        depth_noise, rate_noise, current_noise = _noise(time_us, self.seed)
        rate = spin * (rate_set * (1 - 0.015 * touching) + 0.8 * rate_noise)
        under_set = self._wear_mm + 0.015 + 0.03 * touching + 0.012 * depth_noise
        load = on * (90 + 0.4 * rate + 260 * np.exp(-since_on_us / _SPIN_UP_US))
        seconds = time_us / US_PER_S
        status = (
            Flag.CONTACT_SENSED
            + Flag.MOTOR_ON * on.astype(np.uint8)
            + Flag.CONTACT * touching.astype(np.uint8)
            + Flag.CARTRIDGE_SEATED * seated.astype(np.uint8)
        ).astype(np.uint8)
        channels: dict[str, Floats] = {
            "depth_set_mm": depth_set,
            "depth_measured_mm": np.where(on, np.maximum(depth_set - under_set, 0), np.nan),
            "rate_hz": np.clip(rate, 0, RATE_MAX_HZ) * on,
            "rate_set_hz": rate_set,
            "motor_current_ma": 8 + load + touching * (25 + 45 * depth_set) + 4 * current_noise,
            "battery_pct": np.maximum(5, 97 - seconds / 240),
            "motor_temperature_c": 24 + 15 * (1 - np.exp(-seconds / 900)),
        }
        return Signals(channels, status)


def _inside(intervals: Times, within_us: Times) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Return where times lie in an interval, µs since its start, and µs until its end."""
    index = np.searchsorted(intervals[:, 0], within_us, side="right") - 1
    since = within_us - intervals[index, 0]
    left = intervals[index, 1] - within_us
    return (index >= 0) & (left > 0), np.abs(since).astype(np.float64), left.astype(np.float64)


def _spin(on: NDArray[np.bool_], since_on_us: Floats, to_off_us: Floats) -> Floats:
    """Return the share of its speed that the motor has, 0 where it is off.

    It never stands while on: the first turn already counts.
    """
    up = 1 - np.exp(-(since_on_us + 1_000) / _SPIN_UP_US)
    down = np.clip(to_off_us / _SPIN_DOWN_US, 0.02, 1)
    return np.asarray(on * up * down)


def _noise(time_us: Times, seed: int) -> tuple[Floats, Floats, Floats]:
    """Return three columns in −1 to 1, each a hash of time and seed (SplitMix64's finaliser)."""
    mixed = (time_us.astype(np.uint64) + np.uint64(seed % 2**32)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)

    def part(shift: int) -> Floats:
        bits = (mixed >> np.uint64(shift)) & np.uint64(0xFFFF)
        return np.asarray(bits.astype(np.float64) / 32767.5 - 1)

    return part(0), part(16), part(32)
