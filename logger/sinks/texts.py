"""A block's numbers as text: written once, and shared by all sinks that keep up.

A sensor repeats its few distinct values, so that looking a text up by the raw value is
several times faster than computing and writing the value again.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from drivers.model import ColumnLayout, SampleBlock

ABSENT = b"null"
"""Text of a value that was not measured or is no number."""

_ROWS_KEPT = 20_000
_VALUES_KEPT = 20_000
_TABLES_KEPT = 200

_ENCODE = msgspec.json.Encoder().encode

Column = bytes | list[bytes]
"""The texts of n ≥ 1 values; just one where all of them are the same."""


@dataclass(frozen=True, slots=True)
class BlockTexts:
    """Sequence and UTC in µs with commas in between; each channel in the order of the layouts."""

    sequence: bytes
    time_unix_us: bytes
    channels: Sequence[Column]


class Table(dict[Any, bytes]):
    """Text by raw value, made by ``text`` when first met; bounded."""

    def __init__(self, text: Callable[[Any], bytes]) -> None:
        super().__init__()
        self._text = text

    def column(self, values: list[Any]) -> Column:
        """Return the texts of ``values``."""
        # Plain lists: for a block of 20 rows one numpy call costs more than all of this.
        first = values[0]
        if first == values[-1] and values.count(first) == len(values):
            return self[first]
        return list(map(self.__getitem__, values))

    def __missing__(self, raw: Any) -> bytes:
        if len(self) >= _VALUES_KEPT:
            self.clear()
        self[raw] = text = self._text(raw)
        return text


class TextsOfBlocks:
    """Makes the texts of blocks, and keeps those of the newest for the next who asks; bounded."""

    def __init__(self) -> None:
        self._tables: dict[ColumnLayout, Table] = {}
        self._met: dict[int, tuple[tuple[ColumnLayout, ...], list[Table]]] = {}
        self._kept: dict[int, tuple[SampleBlock, BlockTexts]] = {}
        self._rows = 0

    def of(self, block: SampleBlock) -> BlockTexts:
        """Return the texts of ``block``, the same object for the same block."""
        kept = self._kept.get(id(block))
        if kept is not None:
            return kept[1]
        texts = self._make(block)
        # The block is kept as well: while it lives, no other can have its id.
        self._kept[id(block)] = block, texts
        self._rows += len(block)
        while self._rows > _ROWS_KEPT:
            oldest, _ = self._kept.pop(next(iter(self._kept)))
            self._rows -= len(oldest)
        return texts

    def _make(self, block: SampleBlock) -> BlockTexts:
        anchor, columns = block.anchor, block.columns
        times = block.device_us + (anchor.utc_us - anchor.device_us)
        return BlockTexts(
            _ENCODE(block.sequence.tolist())[1:-1],
            _ENCODE(times.tolist())[1:-1],
            [
                table.column(columns[layout.channel].tolist())
                for layout, table in zip(block.layouts, self._of(block.layouts), strict=True)
            ],
        )

    def _of(self, layouts: tuple[ColumnLayout, ...]) -> list[Table]:
        """Return the tables of the layouts, in their order.

        The blocks of one decoder share one tuple, so that it is known again by what it is;
        comparing layouts takes as long as writing a column.
        """
        met = self._met.get(id(layouts))
        if met is None:
            if len(self._met) >= _TABLES_KEPT:
                self._met.clear()
            # The tuple is kept as well: while it lives, no other can have its id.
            met = self._met[id(layouts)] = layouts, list(map(self._table, layouts))
        return met[1]

    def _table(self, layout: ColumnLayout) -> Table:
        table = self._tables.get(layout)
        if table is None:
            if len(self._tables) >= _TABLES_KEPT:
                self._tables.clear()
            table = self._tables[layout] = Table(lambda raw: number_text(layout, raw))
        return table


def number_text(layout: ColumnLayout, raw: float) -> bytes:
    """Return the channel's value so that it reads back exactly, or :data:`ABSENT`.

    The arithmetic is that of ``ColumnLayout.values``, on one value.
    """
    if raw == layout.absent:
        return ABSENT
    value = float(raw)
    if (layout.numerator, layout.addend, layout.denominator) != (1, 0, 1):
        value = (value * layout.numerator + layout.addend) / layout.denominator
    return repr(value).encode() if math.isfinite(value) else ABSENT
