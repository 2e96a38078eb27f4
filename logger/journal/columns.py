"""Columns of a block as bytes, exact to the last bit.

An integer column is an arithmetic progression (start and step; a constant has step 0), or
offsets from its minimum in the smallest unsigned size that holds them. A float column is
float64 as it is, so that NaN and −0 survive. Bytes are little-endian. Integers are
reckoned modulo 2^64, so that no column, however wild, overflows.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from logger.errors import JournalError

Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]

_UNSIGNED = {size: np.dtype(f"<u{size}") for size in (1, 2, 4, 8)}


class Progression(msgspec.Struct, frozen=True, array_like=True, tag=0, gc=False):
    """``start + step * i`` modulo 2^64, as int64."""

    start: Int64
    step: Int64
    offsets: ClassVar[bytes] = b""


class Offsets(msgspec.Struct, frozen=True, array_like=True, tag=1, gc=False):
    """``start`` plus unsigned offsets; their size is that of ``offsets`` over the rows."""

    start: Int64
    offsets: bytes
    step: ClassVar[int] = 0


class Floats(msgspec.Struct, frozen=True, array_like=True, tag=2, gc=False):
    """float64 as they are."""

    values: bytes


Column = Progression | Offsets | Floats


def encode_columns(columns: Sequence[NDArray[np.generic]]) -> list[Column]:
    """Return the columns, all of one length n ≥ 1, integers or floats, in the order given."""
    is_float = [column.dtype.kind == "f" for column in columns]
    if True not in is_float:
        return _encode_integers(columns)
    integers = [column for column in columns if column.dtype.kind != "f"]
    encoded = iter(_encode_integers(integers) if integers else ())
    return [
        Floats(column.astype("<f8").tobytes()) if floats else next(encoded)
        for column, floats in zip(columns, is_float, strict=True)
    ]


def _encode_integers(columns: Sequence[NDArray[np.generic]]) -> list[Column]:
    """Encode integer columns together: one numpy call each for all, not one a column."""
    length = len(columns[0])
    flat = np.concatenate(columns, dtype=np.int64, casting="unsafe")
    matrix = flat.reshape(len(columns), length)
    minima = np.minimum.reduce(matrix, axis=1)
    offsets = (matrix - minima[:, np.newaxis]).view(np.uint64)
    # All bits that the offsets of a row have: as wide as its largest, and 0 for a constant.
    spreads = np.bitwise_or.reduce(offsets, axis=1).tolist()
    begins, ends = matrix[:, :2].tolist(), matrix[:, -1].tolist()
    narrowed: dict[int, bytes] = {}
    encoded: list[Column] = []
    for row, minimum in enumerate(minima.tolist()):
        if not spreads[row]:
            encoded.append(Progression(minimum, 0))
            continue
        start, second = begins[row]
        # Only a row that ends where its first step leads is worth a closer look.
        if not (start + (second - start) * (length - 1) - ends[row]) % 2**64:
            step = _step(matrix[row])
            if step is not None:
                encoded.append(Progression(start, step))
                continue
        size = size_for(spreads[row])
        if size not in narrowed:
            narrowed[size] = offsets.astype(_UNSIGNED[size]).tobytes()
        row_bytes = length * size
        encoded.append(Offsets(minimum, narrowed[size][row * row_bytes : (row + 1) * row_bytes]))
    return encoded


def _step(column: NDArray[np.int64]) -> int | None:
    """Return the step of a column of two rows or more; None where steps differ."""
    steps = column[1:] - column[:-1]
    told = steps.tobytes()
    return int(steps[0]) if told == told[:8] * len(steps) else None


def size_for(span: int) -> int:
    """Return how many bytes an unsigned number up to ``span`` takes: 1, 2, 4 or 8."""
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
    values += column.start
    return values
