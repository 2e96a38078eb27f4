"""Columns of a few rows, encoded to the very bytes that ``logger.journal.columns`` gives.

A pen at 100 Hz fills some 20 rows between two commits, in a process that has slept since
the last one. What costs then is not rows but code and data that the caches have lost, and
builtins on lists need far less of both than array calls do.
"""

from collections.abc import Sequence
from struct import pack

import numpy as np
from numpy.typing import NDArray

from logger.journal.columns import Column, Floats, Offsets, Progression, encode_columns, size_for

FEW_ROWS = 64
"""Up to so many rows lists are the faster way."""

_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}


def encode_few(columns: Sequence[NDArray[np.generic]]) -> list[Column]:
    """Return the columns, all of one length n ≥ 1, integers or floats, in the order given."""
    encoded: list[Column] = []
    for column in columns:
        if column.dtype.kind == "f":
            encoded.append(Floats(column.astype("<f8").tobytes()))
            continue
        values: list[int] = column.tolist()
        least = min(values)
        spread = max(values) - least
        if not spread:
            encoded.append(Progression(least, 0))
        elif spread >> 63:
            # Steps so wide may wrap around, which lists do not.
            encoded += encode_columns([column])
        elif (step := _step(values)) is not None:
            encoded.append(Progression(values[0], step))
        else:
            offsets = [value - least for value in values]
            code = _CODES[size_for(spread)]
            encoded.append(Offsets(least, pack(f"<{len(offsets)}{code}", *offsets)))
    return encoded


def _step(values: list[int]) -> int | None:
    """Return the step of two values or more that are not all the same; None if steps differ."""
    first, step = values[0], values[1] - values[0]
    end = first + step * len(values)
    if not step or values[-1] != end - step:
        return None
    return step if values == list(range(first, end, step)) else None
