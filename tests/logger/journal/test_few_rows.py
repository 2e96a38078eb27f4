"""A few rows encode to the very columns that the general way gives."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from logger.journal.columns import encode_columns
from logger.journal.few_rows import FEW_ROWS, encode_few

Ints = NDArray[np.int64]

INT64 = st.integers(-(2**63), 2**63 - 1)
EVERY_SIZE = st.sampled_from([0, 1, 200, 60_000, 2**31, 2**40, 2**62]).flatmap(
    lambda span: st.integers(-span, span)
)


def ints(*values: int) -> Ints:
    """Return the values modulo 2^64."""
    return np.array([value % 2**64 for value in values], dtype=np.uint64).astype(np.int64)


@st.composite
def _columns(draw: st.DrawFn) -> list[NDArray[np.generic]]:
    rows = draw(st.integers(1, 9))
    progression = st.tuples(INT64, st.one_of(INT64, st.integers(-3, 3)))
    return draw(
        st.lists(
            st.one_of(
                arrays.arrays(np.int64, rows, elements=EVERY_SIZE),
                arrays.arrays(np.int64, rows, elements=INT64),
                arrays.arrays(np.uint8, rows),
                arrays.arrays(np.float64, rows),
                progression.map(lambda it: ints(*(it[0] + it[1] * row for row in range(rows)))),
            ),
            min_size=1,
            max_size=4,
        )
    )


@given(_columns())
@example([ints(2**63 - 2, 2**63 - 1, 2**63)])
@example([ints(7, 7 + 2**63)])
@example([ints(0, 10, 30, 30)])
def test_a_few_rows_are_encoded_as_many_are(columns: list[NDArray[np.generic]]) -> None:
    assert encode_few(columns) == encode_columns(columns)


@pytest.mark.parametrize("rows", [1, FEW_ROWS])
def test_columns_of_a_pen_are_encoded_as_ever(rows: int) -> None:
    rng = np.random.default_rng(rows)
    sequence = np.arange(rows) + 4_000_000_000
    columns: list[NDArray[np.generic]] = [
        sequence,
        sequence * 10_000,
        np.full(rows, 15, np.uint8),
        1400 + rng.integers(0, 90, rows),
        rng.choice([1500, 0xFFFF], rows),
    ]
    assert encode_few(columns) == encode_columns(columns)
