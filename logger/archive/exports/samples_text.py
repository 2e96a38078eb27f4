"""Samples of any number of sessions as text: CSV after RFC 4180, or JSON lines.

Numbers are the shortest decimals that read back as the same, so nothing is lost.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from itertools import chain, repeat
from math import isnan
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from logger.archive.exports.many_texts import joined, number_texts, text_bytes
from logger.archive.exports.sample_columns import (
    COLUMNS,
    Column,
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
    values: list[Any]
    if isinstance(column, pa.StringArray):
        values = column.to_pylist()
        return values
    if not isinstance(column, np.ndarray):
        return repeat(column, count)
    values = column.tolist()
    if column.dtype.kind == "f":
        return [None if isnan(value) else value for value in values]
    return values


def csv_rows(samples: Samples) -> bytes:
    """Return the rows; what they have in common is written, and escaped, but once.

    ValueError if a name holds a zero byte.
    """
    common: list[Value] = []
    each: list[pa.StringArray] = []
    for name in COLUMNS:
        column = samples.columns[name]
        if isinstance(column, np.ndarray):
            is_common = bool((column == column[0]).all())
            texts = number_texts(column[:1] if is_common else column)
        elif isinstance(column, pa.StringArray):
            is_common, texts = False, column
        else:
            common.append(int(column) if isinstance(column, bool) else column)
            continue
        common.append(texts[0].as_py() if is_common else _HOLE)
        each += [] if is_common else [texts]
    first, *after = _csv_line(common).split(_HOLE)
    return text_bytes(joined(first, *chain.from_iterable(zip(each, after, strict=True))))


_HOLE = "\0"
"""Stands for what differs from row to row; neither a pen nor a place has it in its name."""


def _csv_line(fields: Iterable[Value]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(fields)
    return buffer.getvalue()


CSV_HEADER = _csv_line(COLUMNS).encode()
