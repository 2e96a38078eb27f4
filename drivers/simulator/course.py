"""One cycle of a script played out: when the motor runs, when skin is touched, what dials turn.

A course is drawn once per cycle from the seed, so that everything after it is look-up.
Times are µs from the start of the cycle.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from drivers.simulator.script import US_PER_S, Script, Stay

DEPTH_STEP_MM = 0.25
RATE_STEP_HZ = 5.0
RATE_DIAL_HZ = (100.0, 150.0)
DEPTH_AT_POWER_UP_MM = 0.5
RATE_AT_POWER_UP_HZ = 100.0
DEPTH_MAX_MM = 2.5

_DIAL_STEP_S = 0.2
_MOVE_S = (2.0, 4.0)
_MOVE_SHARE = 0.25
_STROKE_S = (1.0, 3.0)
_LIFT_S = (0.25, 0.7)
_WIPE_S = (1.5, 3.0)
_STROKES_A_PASS = (4, 9)
_ADJUST_CHANCE = 0.35
_ADJUST_LEAST_S = 4.0
_LEAD_S = 0.4
_TAIL_S = 0.3


@dataclass(frozen=True, slots=True)
class Turn:
    """A dial or switch changed: ``name`` as in :class:`drivers.model.PenEvent`."""

    time_us: int
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Steps:
    """A value that stays until turned: ``values`` [n + 1] before and after ``times_us`` [n]."""

    times_us: NDArray[np.int64]
    values: NDArray[np.float64]

    def at(self, within_us: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the value that holds at each time, float64 [m]."""
        return np.asarray(self.values[np.searchsorted(self.times_us, within_us, side="right")])


@dataclass(frozen=True, slots=True)
class Course:
    """Intervals as int64 [n, 2] of start and end; turns in the order of time."""

    motor_us: NDArray[np.int64]
    contact_us: NDArray[np.int64]
    depth_set_mm: Steps
    rate_set_hz: Steps
    seated: Steps
    turns: tuple[Turn, ...]


@dataclass
class _Play:
    """The hand at work: a clock in seconds, two dials, and what it did."""

    rng: np.random.Generator
    now_s: float
    depth_mm: float
    rate_hz: float
    motor_s: list[tuple[float, float]] = field(default_factory=list)
    contact_s: list[tuple[float, float]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)

    def draw(self, bounds: tuple[float, float]) -> float:
        return float(self.rng.uniform(*bounds))

    def turn(self, name: str, value: float) -> None:
        self.turns.append(Turn(round(self.now_s * US_PER_S), name, value))

    def dial(self, depth_mm: float, rate_hz: float) -> None:
        """Turn both dials step by step to where they should be."""
        while abs(depth_mm - self.depth_mm) > DEPTH_STEP_MM / 2:
            self.now_s += _DIAL_STEP_S
            self.depth_mm += float(np.copysign(DEPTH_STEP_MM, depth_mm - self.depth_mm))
            self.turn("depth_dial", self.depth_mm)
        while abs(rate_hz - self.rate_hz) > RATE_STEP_HZ / 2:
            self.now_s += _DIAL_STEP_S
            self.rate_hz += float(np.copysign(RATE_STEP_HZ, rate_hz - self.rate_hz))
            self.turn("rate_dial", self.rate_hz)

    def seat_cartridge(self, *, replaces: bool) -> None:
        if replaces:
            self.now_s += 1.0
            self.turn("cartridge_seated", 0)
            self.now_s += 1.5
        else:
            self.now_s += 0.5
        self.turn("cartridge_seated", 1)

    def work(self, stay: Stay, end_s: float, *, adjusts: bool) -> None:
        """Move to the zone and work it in passes of strokes until ``end_s``."""
        self.now_s += self.draw(_MOVE_S) * min(1.0, _MOVE_SHARE * stay.duration_s / _MOVE_S[1])
        self.dial(stay.depth_mm, stay.rate_hz)
        while self.strokes(end_s):
            self.now_s += self.draw(_WIPE_S)
            has_time = end_s - self.now_s > _ADJUST_LEAST_S
            if adjusts and has_time and self.rng.random() < _ADJUST_CHANCE:
                self.adjust(stay)
        self.now_s = end_s

    def adjust(self, stay: Stay) -> None:
        depth_mm = stay.depth_mm + DEPTH_STEP_MM * float(self.rng.integers(-1, 2))
        rate_hz = stay.rate_hz + RATE_STEP_HZ * float(self.rng.integers(-2, 3))
        self.dial(
            float(np.clip(depth_mm, DEPTH_STEP_MM, DEPTH_MAX_MM)),
            float(np.clip(rate_hz, *RATE_DIAL_HZ)),
        )

    def strokes(self, end_s: float) -> bool:
        """Do one pass with the motor on; False where no stroke fits before ``end_s``."""
        if self.now_s + _LEAD_S + _STROKE_S[0] + _TAIL_S > end_s:
            return False
        on_s = self.now_s
        self.now_s += _LEAD_S
        for _ in range(int(self.rng.integers(*_STROKES_A_PASS))):
            stroke_s = min(self.draw(_STROKE_S), end_s - _TAIL_S - self.now_s)
            if stroke_s < _STROKE_S[0] * 0.999:
                break
            self.contact_s.append((self.now_s, self.now_s + stroke_s))
            self.now_s += stroke_s + self.draw(_LIFT_S)
        off_s = self.contact_s[-1][1] + _TAIL_S
        self.motor_s.append((on_s, off_s))
        self.turns.append(Turn(round(on_s * US_PER_S), "motor", 1))
        self.turns.append(Turn(round(off_s * US_PER_S), "motor", 0))
        self.now_s = off_s
        return True


def _intervals_us(intervals_s: list[tuple[float, float]]) -> NDArray[np.int64]:
    times_us = np.array(intervals_s).reshape(-1, 2) * US_PER_S
    return np.asarray(np.rint(times_us).astype(np.int64))


def _steps(turns: tuple[Turn, ...], name: str, before: float) -> Steps:
    turned = [turn for turn in turns if turn.name == name]
    return Steps(
        np.array([turn.time_us for turn in turned], dtype=np.int64),
        np.array([before, *(turn.value for turn in turned)]),
    )


def play(script: Script, seed: int, cycle: int) -> Course:
    """Return the course of one cycle; the same for the same arguments, whatever came before.

    The first cycle starts from the dials at power-up and without a cartridge, each later
    one from the last stay's settings (there nothing is adjusted on the way), and swaps
    the cartridge for a fresh one.
    """
    last = script.stays[-1]
    depth_mm = last.depth_mm if cycle else DEPTH_AT_POWER_UP_MM
    rate_hz = last.rate_hz if cycle else RATE_AT_POWER_UP_HZ
    hand = _Play(np.random.default_rng([seed, cycle]), 0.0, depth_mm, rate_hz)
    hand.seat_cartridge(replaces=cycle > 0)
    for stay, end_us in zip(script.stays, script.starts_us[1:], strict=True):
        hand.work(stay, end_us / US_PER_S, adjusts=stay is not last)
    turns = tuple(sorted(hand.turns, key=lambda turn: turn.time_us))
    return Course(
        motor_us=_intervals_us(hand.motor_s),
        contact_us=_intervals_us(hand.contact_s),
        depth_set_mm=_steps(turns, "depth_dial", depth_mm),
        rate_set_hz=_steps(turns, "rate_dial", rate_hz),
        seated=_steps(turns, "cartridge_seated", float(cycle > 0)),
        turns=turns,
    )
