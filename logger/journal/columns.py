"""Columns of a block as bytes, exact to the last bit.

An integer column is an arithmetic progression (start and step; a constant has step 0), or
offsets from its minimum in the smallest unsigned size that holds them. A float column is
float64 as it is, so that NaN and −0 survive. Bytes are little-endian. Integers are
reckoned modulo 2^64, so that no column, however wild, overflows.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from logger.errors import JournalError

Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]

_UNSIGNED = {size: np.dtype(f"<u{size}") for size in (1, 2, 4, 8)}


class Progression(msgspec.Struct, frozen=True, array_like=True, tag=0):
    """``start + step * i`` modulo 2^64, as int64."""

    start: Int64
    step: Int64


class Offsets(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """``minimum`` plus unsigned offsets; their size is that of ``offsets`` over the rows."""

    minimum: Int64
    offsets: bytes


class Floats(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """float64 as they are."""

    values: bytes


Column = Progression | Offsets | Floats


def encode_columns(columns: Sequence[NDArray[np.generic]]) -> list[Column]:
    """Return the columns, all of one length n ≥ 1, integers or floats, in the order given."""
    integers = [i for i, column in enumerate(columns) if column.dtype.kind in "iu"]
    encoded: dict[int, Column] = {}
    if integers:
        matrix = np.empty((len(integers), len(columns[0])), dtype=np.int64)
        for row, i in enumerate(integers):
            matrix[row] = columns[i]
        encoded = dict(zip(integers, _encode_integers(matrix), strict=True))
    return [
        encoded[i] if i in encoded else Floats(column.astype("<f8").tobytes())
        for i, column in enumerate(columns)
    ]


def _encode_integers(matrix: NDArray[np.int64]) -> list[Column]:
    """Encode the rows of ``matrix`` together: one numpy call each for all, not one a row."""
    minima = np.minimum.reduce(matrix, axis=1)
    spans = (np.maximum.reduce(matrix, axis=1) - minima).view(np.uint64).tolist()
    steps = matrix[:, 1:] - matrix[:, :-1]
    even = np.logical_and.reduce(steps == steps[:, :1], axis=1).tolist()
    first_steps = steps[:, 0].tolist() if steps.shape[1] else [0] * len(matrix)
    starts = matrix[:, 0].tolist()
    offsets = (matrix - minima[:, np.newaxis]).view(np.uint64)
    narrowed: dict[int, NDArray[np.generic]] = {}
    encoded: list[Column] = []
    for row, minimum in enumerate(minima.tolist()):
        if even[row]:
            encoded.append(Progression(starts[row], first_steps[row]))
            continue
        size = _size_for(spans[row])
        if size not in narrowed:
            narrowed[size] = offsets.astype(_UNSIGNED[size])
        encoded.append(Offsets(minimum, narrowed[size][row].tobytes()))
    return encoded


def _size_for(span: int) -> int:
    if span <= 0xFF:
        return 1
    if span <= 0xFFFF:
        return 2
    return 4 if span <= 0xFFFFFFFF else 8


def decode_column(column: Column, rows: int) -> NDArray[np.generic]:
    """Return the column, int64 or float64 [rows]; JournalError if its bytes do not fit."""
    if isinstance(column, Progression):
        if column.step == 0:
            return np.full(rows, column.start, dtype=np.int64)
        progression: NDArray[np.int64] = np.arange(rows, dtype=np.int64) * column.step
        progression += column.start
        return progression
    if isinstance(column, Floats):
        if len(column.values) != rows * 8:
            raise JournalError(f"a column of {len(column.values)} bytes for {rows} floats")
        return np.frombuffer(column.values, dtype="<f8").astype(np.float64)
    size, rest = divmod(len(column.offsets), rows)
    if rest or size not in _UNSIGNED:
        raise JournalError(f"a column of {len(column.offsets)} bytes for {rows} integers")
    values: NDArray[np.int64] = np.frombuffer(column.offsets, dtype=_UNSIGNED[size]).astype(
        np.int64
    )
    values += column.minimum
    return values
