from math import nan

import numpy as np
import pytest

from drivers.model import ColumnLayout
from logger.archive.exports.sample_columns import levels

_RAW = [1478, 1500, 0xFFFF, 1500]
_WIDE = [0, 2**40, -(2**40), 0xFFFF]


@pytest.mark.parametrize("raw", [_RAW, _WIDE])
def test_values_by_level_are_those_of_each_sample(raw: list[int]) -> None:
    layout = ColumnLayout("depth_set_mm", "µm", 1, 0, 1000, absent=0xFFFF)
    column = np.array(raw)
    found = levels(layout, column)
    assert found.values[found.which].tolist() == pytest.approx(
        layout.values(column).tolist(), rel=0, nan_ok=True
    )
    assert len(found.values) == len(set(raw))


def test_floats_stay_what_they_are_to_the_last_bit() -> None:
    layout, column = ColumnLayout("rate_hz", "Hz"), np.array([-0.0, 0.0, nan, 0.1, nan])
    found = levels(layout, column)
    assert found.values[found.which].tobytes() == column.tobytes()
