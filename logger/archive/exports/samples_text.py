"""Samples of any number of sessions as text: CSV after RFC 4180, or JSON lines.

Numbers are the shortest decimals that read back as the same, so nothing is lost.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from itertools import repeat
from math import isnan
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from logger.archive.exports.many_texts import Texts, number_texts, plain, row_bytes
from logger.archive.exports.sample_columns import (
    COLUMNS,
    Column,
    Levels,
    Samples,
    Value,
    sample_columns,
)
from logger.archive.exports.source import Source
from logger.session.model import Session


def csv_parts(
    source: Source, sessions: Iterable[Session], zone: tzinfo | None = None
) -> Iterator[bytes]:
    """Yield one header and the rows of all ``sessions``, many rows at a time, in UTF-8.

    Yes is 1 and no is 0; what is not known is empty. ``zone`` is that of local times, None
    the machine's.
    """
    yield CSV_HEADER
    for session in sessions:
        for samples in sample_columns(source, session, zone):
            yield csv_rows(samples)


def csv_texts(
    source: Source, sessions: Iterable[Session], zone: tzinfo | None = None
) -> Iterator[str]:
    """Yield the same as text."""
    for part in csv_parts(source, sessions, zone):
        yield part.decode()


def json_lines(
    source: Source, sessions: Iterable[Session], zone: tzinfo | None = None
) -> Iterator[str]:
    """Yield an object a sample and line, many lines at a time."""
    encoder = msgspec.json.Encoder()
    for session in sessions:
        for samples in sample_columns(source, session, zone):
            objects = [dict(zip(COLUMNS, row, strict=True)) for row in rows_of(samples)]
            yield encoder.encode_lines(objects).decode()


def rows_of(samples: Samples) -> Iterator[tuple[Value, ...]]:
    """Yield a row for each sample, in order of :data:`COLUMNS`."""
    each = (_values(samples.columns[name], samples.count) for name in COLUMNS)
    yield from zip(*each, strict=False)


def _values(column: Column, count: int) -> Iterable[Any]:
    """Return a value for each sample, None for what was not measured."""
    if isinstance(column, Levels):
        known = [None if isnan(value) else value for value in column.values.tolist()]
        return [known[which] for which in column.which.tolist()]
    if not isinstance(column, np.ndarray):
        return repeat(column, count)
    return plain(column) if column.dtype.kind == "S" else column.tolist()


def csv_rows(samples: Samples) -> bytes:
    """Return the rows; what they have in common is written, and escaped, but once.

    ValueError if a name holds a zero byte.
    """
    common: list[Value] = []
    each: list[Texts] = []
    for name in COLUMNS:
        column = samples.columns[name]
        if isinstance(column, np.ndarray | Levels):
            texts = _texts(column)
            common.append(plain(texts)[0] if len(texts) < samples.count else _HOLE)
            each += [texts] if len(texts) == samples.count else []
        else:
            common.append(int(column) if isinstance(column, bool) else column)
    first, *after = (part.encode() for part in _csv_line(common).split(_HOLE))
    parts: list[Texts | bytes] = [first]
    for texts, one in zip(each, after, strict=True):
        parts += [texts, one]
    return row_bytes(parts)


def _texts(column: NDArray[Any] | Levels) -> Texts:
    """Return the text of each sample, or that one which all have."""
    if isinstance(column, Levels):
        texts = number_texts(column.values)
        return texts if len(texts) == 1 else texts[column.which]
    if column.dtype.kind == "S":
        return column
    return number_texts(column[:1] if (column == column[0]).all() else column)


_HOLE = "\0"
"""Stands for what differs from row to row; neither a pen nor a place has it in its name."""


def _csv_line(fields: Iterable[Value]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(fields)
    return buffer.getvalue()


CSV_HEADER = _csv_line(COLUMNS).encode()
