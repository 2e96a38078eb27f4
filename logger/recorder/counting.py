"""What a pen's counters tell by themselves: steps, wraps, holes. Pure."""

from dataclasses import dataclass
from operator import lt

import numpy as np
from numpy.typing import NDArray

STEADY_WITHIN_US = 2_000_000
"""How far number and time of a sample may contradict those before it."""

FEW = 64
"""Up to so many numbers a list is faster, when caches are cold, than the first array call."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Missing:
    """Samples ``first`` to ``last`` (both included) never came."""

    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


def rises(column: Ints) -> bool:
    """Return whether every number is greater than the one before it."""
    if len(column) <= FEW:
        numbers = column.tolist()
        return all(map(lt, numbers, numbers[1:]))
    return bool(np.count_nonzero(column[1:] > column[:-1]) == len(column) - 1)


def is_steady(ticks_us: Ints) -> bool:
    """Return whether every tick is later than the one before it, none by STEADY_WITHIN_US."""
    if not rises(ticks_us):
        return False
    # No step is wider than all of them together.
    if int(ticks_us[-1]) - int(ticks_us[0]) < STEADY_WITHIN_US:
        return True
    return bool((ticks_us[1:] - ticks_us[:-1]).max() < STEADY_WITHIN_US)


def signed(difference: int, modulus: int) -> int:
    """Return the difference's representative nearest to zero."""
    return (difference + modulus // 2) % modulus - modulus // 2


def unwrapped(wire: Ints, modulus: int | None, expected: int | None) -> Ints:
    """Return ``wire`` unwrapped, int64 [n].

    The first value is the one nearest ``expected``, each further one the nearest to the
    one before it.
    """
    if not len(wire):
        return wire
    modulus = modulus or 1 << 62
    first = int(wire[0])
    if expected is not None:
        first = expected + signed(first - expected, modulus)
    half = modulus // 2
    steps = (np.diff(wire) + half) % modulus - half
    return first + np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(steps)))


def missing_before(numbers: Ints, last: int | None) -> tuple[Missing, ...]:
    """Return the holes in rising ``numbers``, with that after ``last``, the newest before them."""
    if not len(numbers):
        return ()
    before = numbers[:1] - 1 if last is None else np.array([last])
    previous = np.concatenate((before, numbers[:-1]))
    holes = np.flatnonzero(numbers - previous > 1)
    return tuple(Missing(int(previous[i]) + 1, int(numbers[i]) - 1) for i in holes)
