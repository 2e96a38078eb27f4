from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.model import ColumnLayout
from logger.archive.exports.fhir.sampled_data import (
    HOLE_AT_MOST,
    Grid,
    grids,
    problem_of,
    sampled_data,
)

_DEPTH = ColumnLayout("depth_set_mm", "µm", 1, 0, 1000, absent=0xFFFF)


def _numbers(*values: float) -> NDArray[Any]:
    return np.array(values)


def _data(layout: ColumnLayout, raw: NDArray[Any], slots: list[int]) -> dict[str, Any]:
    return sampled_data(layout, "mm", raw, Grid(0, len(raw), np.array(slots)), 10_000)


def test_the_pens_own_integers_stand_with_their_exact_factor() -> None:
    data = _data(_DEPTH, _numbers(1478, 1500), [0, 1])
    assert data["data"] == "1478 1500"
    assert (data["factor"], data["period"], data["dimensions"]) == (Decimal("0.001"), 10, 1)
    assert data["origin"] == {
        "value": 0,
        "unit": "mm",
        "system": "http://unitsofmeasure.org",
        "code": "mm",
    }


def test_what_did_not_come_or_was_not_measured_is_an_e() -> None:
    assert _data(_DEPTH, _numbers(1478, 0xFFFF, 1500), [0, 1, 4])["data"] == "1478 E E E 1500"


def test_an_addend_is_the_origin() -> None:
    celsius = ColumnLayout("motor_temperature_c", "0.1 K", 1, -2731, 10)
    data = sampled_data(celsius, "°C", _numbers(2981), Grid(0, 1, np.array([0])), 10_000)
    assert data["origin"]["value"] == Decimal("-273.1")
    assert data["origin"]["code"] == "Cel"


@pytest.mark.parametrize(
    ("layout", "raw", "text"),
    [
        (ColumnLayout("rate_hz", "RPM", 1, 0, 60), _numbers(6000, 100), "100.0 1.6666666666666667"),
        (ColumnLayout("rate_hz", "Hz"), _numbers(0.00001, np.nan), "0.00001 E"),
    ],
    ids=["no finite factor", "floats"],
)
def test_other_values_are_decimals_without_exponent(
    layout: ColumnLayout, raw: NDArray[Any], text: str
) -> None:
    data = _data(layout, raw, [0, 1])
    assert data["data"] == text
    assert "factor" not in data
    assert problem_of(data) == ""


def _cut(sequence: list[int], device_us: list[int]) -> list[tuple[int, int, list[int]]]:
    found = grids(np.array(sequence), np.array(device_us), 10_000)
    return [(one.first, one.beyond, one.slots.tolist()) for one in found]


def test_samples_at_their_period_are_one_grid_with_its_holes() -> None:
    assert _cut([5, 6, 9], [0, 10_000, 40_300]) == [(0, 3, [0, 1, 4])]


def test_a_time_that_leaves_the_period_begins_another() -> None:
    assert _cut([5, 6, 7], [0, 10_000, 130_000]) == [(0, 2, [0, 1]), (2, 3, [0])]


def test_a_long_hole_begins_another() -> None:
    beyond = 5 + HOLE_AT_MOST + 1
    cut = _cut([5, beyond], [0, (beyond - 5) * 10_000])
    assert [(first, end) for first, end, _ in cut] == [(0, 1), (1, 2)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"period": 0}, "period"),
        ({"dimensions": 0}, "no dimension"),
        ({"dimensions": 2}, "do not fill"),
        ({"data": "1478 nonsense 1"}, "no numbers"),
        ({"data": "1e3 1 1"}, "no numbers"),
        ({"data": "1  1"}, "no numbers"),
        ({"data": "L 1 1"}, "below a limit"),
        ({"data": "U 1 1"}, "above a limit"),
        ({"lowerLimit": 2, "upperLimit": 1}, "limits cross"),
        ({"factor": 0}, "factor"),
        ({"origin": {"value": 0}}, "UCUM"),
        ({"origin": {"value": 0, "system": "http://unitsofmeasure.org", "code": "inch"}}, "UCUM"),
    ],
    ids=str,
)
def test_what_the_library_lets_pass_is_found(change: dict[str, Any], words: str) -> None:
    data = _data(_DEPTH, _numbers(1478, 1500, 1), [0, 1, 2])
    assert problem_of(data) == ""
    assert words in problem_of({**data, **change})


def test_limits_that_are_told_may_be_passed() -> None:
    data = _data(_DEPTH, _numbers(1478), [0])
    assert problem_of({**data, "data": "L U", "lowerLimit": 1, "upperLimit": 2}) == ""
