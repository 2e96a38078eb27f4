"""The individuals control chart: whether a value that is measured now and then drifts.

For values x(1) … x(n) in their order, with the moving range MR(i) = |x(i) − x(i−1)|::

    centre = mean x
    limits = mean x ± 3 · mean MR / d2,   d2 = 1.128 for ranges of two

so ± 2.66 · mean MR: three estimated standard deviations. Sources: NIST/SEMATECH e-Handbook
of Statistical Methods, 6.3.2.2, "Individuals Control Charts"; D. C. Montgomery, Introduction
to Statistical Quality Control, on the Shewhart control chart for individual measurements,
which asks for at least 20 values to set limits by. The moving range takes the short-term
scatter alone, so that a slow drift does not widen the limits as it would the deviation of
all values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

POINTS_MIN = 20
_D2 = 1.128


@dataclass(frozen=True, slots=True)
class ControlLimits:
    """Centre and limits, in the unit of the values."""

    centre: float
    lower: float
    upper: float

    def is_out(self, value: float) -> bool:
        """Return whether ``value`` lies beyond a limit."""
        return not self.lower <= value <= self.upper


def control_limits(values: Sequence[float]) -> ControlLimits | None:
    """Return the limits that ``values`` set, in their order; None for fewer than 20."""
    if len(values) < POINTS_MIN:
        return None
    centre = sum(values) / len(values)
    ranges = [abs(later - earlier) for earlier, later in pairwise(values)]
    reach = 3 * (sum(ranges) / len(ranges)) / _D2
    return ControlLimits(centre, centre - reach, centre + reach)
