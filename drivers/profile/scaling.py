"""From a field's scale, offset, unit and range to one rational step and raw bounds."""

import math
from fractions import Fraction

from drivers.errors import ConfigError
from drivers.model import ColumnLayout
from drivers.profile.units import UNITS, Unit, exact_text, units_of


def find_unit(path: str, unit: str, canonical: str) -> Unit:
    """Return the unit called ``unit``; ``ConfigError`` where it does not measure ``canonical``."""
    if not canonical:
        if unit:
            raise ConfigError(f"{path}.unit", "This value has no unit", "Remove the key.")
        return Unit("", Fraction(1))
    found = UNITS.get(unit)
    if found is None or found.canonical != canonical:
        problem = f"{unit!r} is no unit for this" if unit else "The unit is missing"
        raise ConfigError(f"{path}.unit", problem, f"Use one of: {', '.join(units_of(canonical))}.")
    return found


def make_layout(
    channel: str, unit_name: str, unit: Unit, scale: Fraction, offset: Fraction
) -> ColumnLayout:
    """Return the layout of ``raw * scale + offset`` in ``unit`` (``scale`` is not 0)."""
    factor, addend = scale * unit.factor, offset * unit.factor + unit.addend
    denominator = math.lcm(factor.denominator, addend.denominator)
    return ColumnLayout(
        channel,
        unit_name if scale == 1 else f"{exact_text(scale)} {unit_name}".strip(),
        int(factor * denominator),
        int(addend * denominator),
        denominator,
    )


def raw_of(layout: ColumnLayout, value: Fraction) -> Fraction:
    """Return the raw value that stands for ``value`` in the canonical unit."""
    return (value * layout.denominator - layout.addend) / layout.numerator


def raw_bounds(layout: ColumnLayout, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """Return the raw values between which the canonical ones lie in ``low`` to ``high``."""
    first, last = sorted((raw_of(layout, low), raw_of(layout, high)))
    return first, last


def narrow(
    path: str, given: list[Fraction] | None, low: Fraction | None, high: Fraction | None, unit: str
) -> tuple[Fraction | None, Fraction | None]:
    """Return the range ``given``, or the widest one that the field can mean."""
    if given is None:
        return low, high
    first, last = given
    if first > last:
        raise ConfigError(
            f"{path}.range",
            f"The range is reversed: {exact_text(first)} to {exact_text(last)}",
            "Write the lower bound first.",
        )
    if (low is not None and first < low) or (high is not None and last > high):
        bounds = f"{exact_text(low or Fraction(0))} to {exact_text(high or Fraction(0))} {unit}"
        raise ConfigError(
            f"{path}.range",
            "The range reaches beyond what the field can mean",
            f"Stay within {bounds.strip()}.",
        )
    return first, last
