"""Texts of many values at once, as Arrow arrays: no Python object for any of them."""

from collections.abc import Callable
from functools import lru_cache
from math import isnan
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from logger.archive.exports.times import NS_PER_S, Around

_DECIMALS_KEPT = 1 << 16
_THREE_DIGITS = np.array([b"%03d" % number for number in range(1000)])


def time_texts(times_ns: NDArray[np.int64], *around: Around) -> list[pa.StringArray]:
    """Return the texts of all times for each of ``around``; a second is worked out but once."""
    seconds, fractions_ns = np.divmod(times_ns, NS_PER_S)
    digits = _nine_digits(fractions_ns)
    firsts = np.flatnonzero(np.diff(seconds, prepend=seconds[0] - 1))
    which = np.repeat(np.arange(len(firsts)), np.diff(firsts, append=len(seconds)))
    known = list(zip(seconds[firsts].tolist(), firsts.tolist(), strict=True))
    texts = []
    for one in around:
        before, after = zip(*(one(second, row) for second, row in known), strict=True)
        texts.append(joined(_taken(before, which), digits, _taken(after, which)))
    return texts


def number_texts(column: NDArray[Any]) -> pa.StringArray:
    """Return the numbers as text: yes is 1, no is 0, and NaN is empty.

    Decimals are the shortest that read back as the same.
    """
    if column.dtype.kind == "b":
        return _taken(("0", "1"), column.astype(np.int8))
    if column.dtype.kind == "f":
        return _by_value(column, _decimal)
    return pa.array(column).cast(pa.string())


def joined(*texts: pa.StringArray | str) -> pa.StringArray:
    """Return the texts of each row as one; a ``str`` is the same in all rows."""
    return pc.binary_join_element_wise(*texts, "")


def text_bytes(texts: pa.StringArray) -> bytes:
    """Return all texts one after another, in UTF-8."""
    _, offsets, data = texts.buffers()
    size = int(np.frombuffer(offsets, np.int32)[len(texts)])
    whole: bytes = data.slice(0, size).to_pybytes()
    return whole


def _nine_digits(fractions_ns: NDArray[np.int64]) -> pa.StringArray:
    """Return the texts of numbers below 10^9 with zeros in front; a look-up for each three."""
    rest, last = np.divmod(fractions_ns, 1000)
    places = np.stack([*np.divmod(rest, 1000), last], axis=1)
    offsets = np.arange(0, 9 * len(places) + 1, 9, dtype=np.int32)
    texts = pa.py_buffer(_THREE_DIGITS[places])
    return pa.StringArray.from_buffers(len(places), pa.py_buffer(offsets), texts)


def _by_value(column: NDArray[Any], text: Callable[[Any], str]) -> pa.StringArray:
    """Return the text of each value; few values differ, so each is put into words but once."""
    encoded = pa.array(column).dictionary_encode()
    texts = [text(value) for value in encoded.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(encoded.indices)


def _taken(texts: tuple[str, ...], which: NDArray[Any]) -> pa.StringArray:
    return pa.array(texts, pa.string()).take(pa.array(which))


@lru_cache(_DECIMALS_KEPT)
def _decimal(value: float) -> str:
    # Of two zeros one text is written, whichever of them is met first.
    return "" if isnan(value) else repr(value + 0.0)
