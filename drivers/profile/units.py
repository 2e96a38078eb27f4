"""Exact numbers and units: how what a pen sends becomes a canonical unit.

Everything is a ``Fraction``, so that 0.1 Hz is a tenth and an RPM a sixtieth.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator
from pydantic_core import PydanticCustomError


@dataclass(frozen=True, slots=True)
class Unit:
    """``value * factor + addend`` gives the value in ``canonical``."""

    canonical: str
    factor: Fraction
    addend: Fraction = Fraction(0)


def _units() -> dict[str, Unit]:
    one, milli, micro = Fraction(1), Fraction(1, 1000), Fraction(1, 1_000_000)
    units = {
        "mm": Unit("mm", one),
        "cm": Unit("mm", Fraction(10)),
        "Hz": Unit("Hz", one),
        "kHz": Unit("Hz", Fraction(1000)),
        "mA": Unit("mA", one),
        "A": Unit("mA", Fraction(1000)),
        "%": Unit("%", one),
        "K": Unit("°C", one, Fraction(-27315, 100)),
        "°F": Unit("°C", Fraction(5, 9), Fraction(-160, 9)),
        "ns": Unit("µs", milli),
        "ms": Unit("µs", 1 / milli),
        "s": Unit("µs", 1 / micro),
        "min": Unit("µs", 60 / micro),
    }
    units |= dict.fromkeys(("°C", "degC"), Unit("°C", one))
    units |= dict.fromkeys(("RPM", "rpm", "min^-1", "1/min"), Unit("Hz", Fraction(1, 60)))
    # The micro sign has two code points and is often typed as u.
    for sign in ("\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}", "u"):
        units[f"{sign}m"] = Unit("mm", milli)
        units[f"{sign}A"] = Unit("mA", milli)
        units[f"{sign}s"] = Unit("µs", one)
    return units


UNITS = _units()
"""Every unit that a profile may name."""


def units_of(canonical: str) -> list[str]:
    """Return the names of the units that convert to ``canonical``."""
    return [name for name, unit in UNITS.items() if unit.canonical == canonical]


def exact_text(value: Fraction) -> str:
    """Return ``value`` as a decimal where it has one (``0.1``), else as a ratio (``1/60``)."""
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1:
        return str(value)
    decimal = Decimal(value.numerator) / Decimal(value.denominator)
    return format(decimal.normalize(), "f")


def parse_exact(value: object) -> Fraction:
    """Return an integer, a TOML number or a text such as ``1/60`` as an exact ratio."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int | Decimal | str | float) and not isinstance(value, bool):
        # Not of the float itself but of its decimal text: 0.001 is meant as a thousandth.
        text = str(value).replace(" ", "").replace("_", "")
        try:
            return Fraction(text)
        except (ValueError, ZeroDivisionError):
            pass
    raise PydanticCustomError(
        "exact",
        "{value} is no number",
        {"value": repr(value), "mend": 'Write a number or a ratio, such as 0.001 or "1/60".'},
    )


Exact = Annotated[Fraction, PlainValidator(parse_exact), PlainSerializer(str)]
