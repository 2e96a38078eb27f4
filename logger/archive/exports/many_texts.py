"""Texts of many values at once: no Python object for any of them.

Texts are arrays of bytes, S [n], in which a zero byte stands for nothing, wherever it is: so
texts of any length lie side by side, and what is nothing goes out once whole rows are there.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import isnan
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from logger.archive.exports.times import NS_PER_S, Around

Texts: TypeAlias = NDArray[np.bytes_]

_DECIMALS_KEPT = 1 << 16
_THREE_DIGITS = np.array([b"%03d" % number for number in range(1000)])
_NO_OR_YES = np.array([b"0", b"1"])


def time_texts(times_ns: NDArray[np.int64], *around: Around) -> list[Texts]:
    """Return the texts of all times for each of ``around``; a second is worked out but once."""
    seconds = times_ns // NS_PER_S
    digits = _digits(times_ns - seconds * NS_PER_S, 3)
    firsts = np.flatnonzero(np.diff(seconds, prepend=seconds[0] - 1))
    which = np.repeat(np.arange(len(firsts)), np.diff(firsts, append=len(seconds)))
    known = list(zip(seconds[firsts].tolist(), firsts.tolist(), strict=True))
    texts = []
    for one in around:
        before, after = zip(*(one(second, row) for second, row in known), strict=True)
        texts.append(_side_by_side([_encoded(before)[which], digits, _encoded(after)[which]]))
    return texts


def number_texts(column: NDArray[Any]) -> Texts:
    """Return the numbers as text: yes is 1, no is 0, and NaN is empty.

    Decimals are the shortest that read back as the same.
    """
    if column.dtype.kind == "b":
        return _NO_OR_YES[column.astype(np.int8)]
    if column.dtype.kind == "f":
        return _encoded(map(_decimal, column.tolist()))
    return _integers(column)


def row_bytes(parts: Sequence[Texts | bytes]) -> bytes:
    """Return the texts of each row one after another, row after row.

    ``bytes`` are the same in all rows; at least one part is not.
    """
    rows = _side_by_side([part for part in parts if not isinstance(part, bytes) or part])
    return rows.tobytes().replace(b"\0", b"")


def plain(texts: Texts) -> list[str]:
    """Return the texts one by one."""
    return [text.replace(b"\0", b"").decode() for text in texts.tolist()]


def _side_by_side(parts: Sequence[Texts | bytes]) -> Texts:
    """Return the texts of each row as one."""
    count = max(len(part) for part in parts if not isinstance(part, bytes))
    widths = [len(part) if isinstance(part, bytes) else part.dtype.itemsize for part in parts]
    rows = np.empty(count, [(f"{place}", f"S{width}") for place, width in enumerate(widths)])
    for place, part in enumerate(parts):
        rows[f"{place}"] = part
    return rows.view(f"S{sum(widths)}")


def _integers(column: NDArray[np.int64]) -> Texts:
    lowest, highest = int(column.min()), int(column.max())
    if lowest < 0:
        return _encoded(map(str, column.tolist()))
    longest = len(str(highest))
    texts = _digits(column, -(-longest // 3))
    each = texts.view(np.uint8).reshape(len(column), -1)
    for length in range(len(str(lowest)), longest):
        each[column < 10**length, -1 - length] = 0
    width = texts.dtype.itemsize
    return np.ndarray(len(column), f"S{longest}", texts, width - longest, (width,))


def _digits(numbers: NDArray[np.int64], threes: int) -> Texts:
    """Return numbers below 1000 to the power of ``threes``, with zeros in front."""
    found: list[Texts] = []
    for _ in range(threes):
        rest = numbers // 1000
        found.insert(0, _THREE_DIGITS[numbers - rest * 1000])
        numbers = rest
    return _side_by_side(found)


def _encoded(texts: Iterable[str]) -> Texts:
    return np.array([text.encode() for text in texts])


@lru_cache(_DECIMALS_KEPT)
def _decimal(value: float) -> str:
    # Of two zeros one text is written.
    return "" if isnan(value) else repr(value + 0.0)
