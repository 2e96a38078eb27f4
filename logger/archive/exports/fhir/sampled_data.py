"""Samples as FHIR's SampledData, which knows one period and no gaps but by ``E``.

The library takes any text for its data and any number for its period, so the rules of
https://hl7.org/fhir/R4/datatypes.html#SampledData are checked here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isnan

import numpy as np
from numpy.typing import NDArray

from drivers.model import ColumnLayout
from logger.archive.exports.fhir.terms import UCUM, UCUM_CODES, Json, quantity

TOLERANCE_US = 100_000
"""How far a sample's time may lie from where the period puts it: what an anchor promises."""

HOLE_AT_MOST = 6000
"""More missing samples than that are no ``E`` each: another Observation begins."""

_TOKEN = re.compile(r"-?\d+(\.\d+)?|E|U|L")


@dataclass(frozen=True, slots=True)
class Grid:
    """Samples ``first`` to before ``beyond`` that lie on one grid of equal periods.

    ``slots`` int64: the place of each on the grid, from 0 on; places between are missing.
    """

    first: int
    beyond: int
    slots: NDArray[np.int64]


def grids(
    sequence: NDArray[np.int64], device_us: NDArray[np.int64], period_us: int
) -> Iterator[Grid]:
    """Cut samples where time and sequence no longer fit one grid, or too many are missing."""
    first = 0
    while first < len(sequence):
        slots = sequence[first:] - sequence[first]
        off_us = device_us[first:] - device_us[first] - slots * period_us
        breaks = np.abs(off_us) > TOLERANCE_US
        breaks[1:] |= np.diff(slots) > HOLE_AT_MOST
        (found,) = breaks.nonzero()
        length = int(found[0]) if len(found) else len(slots)
        yield Grid(first, first + length, slots[:length])
        first += length


def sampled_data(
    layout: ColumnLayout, unit: str, raw: NDArray[np.generic], grid: Grid, period_us: int
) -> Json:
    """Return the samples of ``grid`` as SampledData; ``E`` where none came or none was measured.

    The pen's own integers stand in it where a decimal factor leads from them to the unit.
    """
    part = raw[grid.first : grid.beyond]
    factor, origin = _decimal(layout.numerator, layout), _decimal(layout.addend, layout)
    told: Json = {"origin": quantity(0, unit), "period": Decimal(period_us) / 1000}
    if part.dtype.kind == "f" or factor is None or origin is None:
        texts = _texts(layout.values(part))
    else:
        told |= {"origin": quantity(origin, unit), "factor": factor}
        texts = part.astype(object).astype(str).astype(object)
        if layout.absent is not None:
            texts[part == layout.absent] = "E"
    data = np.full(int(grid.slots[-1]) + 1, "E", dtype=object)
    data[grid.slots] = texts
    return {**told, "dimensions": 1, "data": " ".join(data.tolist())}


def problem_of(data: Json) -> str:
    """Return what is wrong with a SampledData; empty if nothing."""
    tokens = data["data"].split(" ")
    origin, lower, upper = data["origin"], data.get("lowerLimit"), data.get("upperLimit")
    wrong = {
        "its period is not above zero": data["period"] <= 0,
        "it has no dimension": data["dimensions"] < 1,
        "its data do not fill its dimensions": len(tokens) % max(data["dimensions"], 1) != 0,
        "its data are no numbers": not all(map(_TOKEN.fullmatch, set(tokens))),
        "its origin has no unit of UCUM": origin.get("system") != UCUM
        or origin.get("code") not in UCUM_CODES.values(),
        "its origin compares": "comparator" in origin,
        "its factor is zero": data.get("factor", 1) == 0,
        "its limits cross": lower is not None and upper is not None and lower >= upper,
        "it is below a limit that is not told": lower is None and "L" in tokens,
        "it is above a limit that is not told": upper is None and "U" in tokens,
    }
    return next((words for words, is_so in wrong.items() if is_so), "")


def _decimal(number: int, layout: ColumnLayout) -> Decimal | None:
    """Return number / denominator where that is a finite decimal."""
    exact = Fraction(number, layout.denominator)
    rest = exact.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return Decimal(exact.numerator) / Decimal(exact.denominator) if rest == 1 else None


def _texts(values: NDArray[np.float64]) -> NDArray[np.object_]:
    distinct, which = np.unique(values, return_inverse=True)
    texts = ["E" if isnan(one) else f"{Decimal(repr(one)):f}" for one in distinct.tolist()]
    found: NDArray[np.object_] = np.array(texts, dtype=object)[which]
    return found
