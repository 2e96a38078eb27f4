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

from logger.archive.exports.sample_columns import (
    COLUMNS,
    Column,
    Samples,
    Value,
    sample_columns,
)
from logger.archive.exports.source import Source
from logger.session.model import Session


def csv_texts(
    source: Source, sessions: Iterable[Session], zone: tzinfo | None = None
) -> Iterator[str]:
    """Yield one header and the rows of all ``sessions``, many rows at a time.

    Yes is 1 and no is 0; what is not known is empty. ``zone`` is that of local times, None
    the machine's.
    """
    yield _csv_line(COLUMNS)
    for session in sessions:
        for samples in sample_columns(source, session, zone):
            yield _csv_rows(samples)


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
    if isinstance(column, list):
        return column
    if not isinstance(column, np.ndarray):
        return repeat(column, count)
    values: list[Any] = column.tolist()
    if column.dtype.kind == "f":
        return [None if isnan(value) else value for value in values]
    return values


def _csv_rows(samples: Samples) -> str:
    """Return the rows; what they have in common is written, and escaped, but once."""
    common: list[Value] = []
    each: list[list[Any]] = []
    for name in COLUMNS:
        column = samples.columns[name]
        if isinstance(column, list | np.ndarray):
            each.append(column if isinstance(column, list) else _csv_column(column))
            common.append(_HOLE)
        else:
            common.append(int(column) if isinstance(column, bool) else column)
    pattern = _csv_line(common).replace("%", "%%").replace(_HOLE, "%s")
    return "".join([pattern % row for row in zip(*each, strict=True)])


_HOLE = "\0"
"""Stands for what differs from row to row; neither a pen nor a place has it in its name."""


def _csv_line(fields: Iterable[Value]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(fields)
    return buffer.getvalue()


def _csv_column(column: NDArray[Any]) -> list[Any]:
    """Return what CSV writes; few values differ, so each is put into words but once."""
    values: list[Any] = column.tolist()
    if column.dtype.kind == "b":
        values = column.astype(np.uint8).tolist()
    elif column.dtype.kind == "f":
        distinct, which = np.unique(column, return_inverse=True)
        texts = ["" if isnan(value) else repr(value) for value in distinct.tolist()]
        values = np.array(texts, dtype=object)[which].tolist()
    return values
