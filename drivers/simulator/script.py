"""What the simulated practitioner does: stays on zones of both legs, in order.

The depths and rates are made up so that the curves differ; they advise nothing.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

US_PER_S = 1_000_000


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay on one side and zone, with the dial settings that it is worked at.

    ``duration_s`` includes the way from the zone before, with the motor off.
    """

    side: str
    zone: str
    duration_s: float
    depth_mm: float
    rate_hz: float


@dataclass(frozen=True)
class Script:
    """Stays in order; begins again after the last, as the next session would."""

    stays: tuple[Stay, ...]

    @cached_property
    def starts_us(self) -> tuple[int, ...]:
        """Return where each stay starts within a cycle, in µs, and the cycle's length last."""
        durations = (round(stay.duration_s * US_PER_S) for stay in self.stays)
        return tuple(accumulate(durations, initial=0))

    @property
    def cycle_us(self) -> int:
        """Return how long one pass through all stays takes, in µs."""
        return self.starts_us[-1]

    def at(self, time_us: int) -> Stay:
        """Return the stay that the practitioner is on, ``time_us`` after the pen's power-up."""
        return self.stays[bisect_right(self.starts_us, time_us % self.cycle_us) - 1]


def _leg(side: str) -> tuple[Stay, ...]:
    return (
        Stay(side, "anterior-thigh", 60, 1.50, 120),
        Stay(side, "lateral-thigh", 45, 1.50, 120),
        Stay(side, "posterior-thigh", 60, 1.75, 130),
        Stay(side, "medial-thigh", 40, 1.25, 115),
        Stay(side, "anterior-knee", 25, 0.75, 110),
        Stay(side, "anterior-lower-leg", 45, 0.75, 110),
        Stay(side, "posterior-lower-leg", 50, 1.25, 120),
        Stay(side, "lateral-ankle", 20, 0.50, 105),
    )


BOTH_LEGS = Script(_leg("left") + _leg("right"))
"""Both legs in 11.5 minutes."""

SHORT_LEGS = Script(
    (
        Stay("left", "anterior-thigh", 9, 1.50, 120),
        Stay("left", "anterior-lower-leg", 7, 0.75, 110),
        Stay("right", "anterior-thigh", 8, 1.50, 120),
        Stay("right", "anterior-lower-leg", 6, 0.75, 110),
    )
)
"""Both legs in 30 seconds, for a demonstration."""

SCRIPTS = {"both-legs": BOTH_LEGS, "short": SHORT_LEGS}
"""The scripts that the command line offers by name."""
