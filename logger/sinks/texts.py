"""Numbers as text, each distinct raw value written out once and then looked up.

A sensor repeats its few distinct values, so that a lookup is several times faster than
computing and formatting the value again.
"""

import math
from collections.abc import Callable, Hashable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from drivers.model import ColumnLayout

_VALUES_KEPT = 20_000
_TABLES_KEPT = 200

_ENCODE = msgspec.json.Encoder().encode


class Texts(dict[Any, str]):
    """Text by raw value, made by ``text`` when first met; bounded."""

    def __init__(self, text: Callable[[Any], str]) -> None:
        super().__init__()
        self._text = text

    def column(self, raw: NDArray[np.generic]) -> "list[str] | str":
        """Return the texts of a column, n ≥ 1; just one where all its values are the same."""
        # Plain lists: for a block of 20 rows one numpy call costs more than all of this.
        values = raw.tolist()
        if values.count(values[0]) == len(values):
            return self[values[0]]
        return list(map(self.__getitem__, values))

    def __missing__(self, raw: Any) -> str:
        if len(self) >= _VALUES_KEPT:
            self.clear()
        self[raw] = text = self._text(raw)
        return text


class TextTables:
    """One :class:`Texts` for each layout or whatever else the texts depend on; bounded."""

    def __init__(self) -> None:
        self._tables: dict[Hashable, Texts] = {}

    def of(self, key: Hashable, text: Callable[[Any], str]) -> Texts:
        """Return the table for ``key``; ``text`` makes what it does not hold yet."""
        table = self._tables.get(key)
        if table is None:
            if len(self._tables) >= _TABLES_KEPT:
                self._tables.clear()
            table = self._tables[key] = Texts(text)
        return table


class LayoutTexts:
    """The tables of a block's channels; ``text`` writes one raw value of one layout."""

    def __init__(self, text: Callable[[ColumnLayout, Any], str]) -> None:
        self._text = text
        self._tables = TextTables()
        self._met: dict[int, tuple[tuple[ColumnLayout, ...], list[tuple[ColumnLayout, Texts]]]] = {}

    def of(self, layouts: tuple[ColumnLayout, ...]) -> list[tuple[ColumnLayout, Texts]]:
        """Return each layout with its table, in their order.

        The blocks of one decoder share one tuple, so that it is known again by what it is;
        comparing layouts takes as long as writing a column.
        """
        met = self._met.get(id(layouts))
        if met is None:
            if len(self._met) >= _TABLES_KEPT:
                self._met.clear()
            # The tuple is kept as well: while it lives, no other can have its id.
            met = self._met[id(layouts)] = layouts, list(map(self._channel, layouts))
        return met[1]

    def _channel(self, layout: ColumnLayout) -> tuple[ColumnLayout, Texts]:
        return layout, self._tables.of(layout, lambda raw: self._text(layout, raw))


def integer_texts(raw: NDArray[np.integer]) -> list[str]:
    """Return each number of a column, n ≥ 1, as text; for columns that never repeat a value."""
    # Several times as fast as str() of each.
    return _ENCODE(raw.tolist())[1:-1].decode().split(",")


def number_text(layout: ColumnLayout, raw: float, absent: str) -> str:
    """Return the channel's value so that it reads back exactly; ``absent`` if there is none.

    The arithmetic is that of ``ColumnLayout.values``, on one value.
    """
    if raw == layout.absent:
        return absent
    value = float(raw)
    if (layout.numerator, layout.addend, layout.denominator) != (1, 0, 1):
        value = (value * layout.numerator + layout.addend) / layout.denominator
    return repr(value) if math.isfinite(value) else absent
