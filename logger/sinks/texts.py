"""Numbers as text, each distinct raw value written out once and then looked up.

A sensor repeats its few distinct values, so that a lookup is several times faster than
computing and formatting the value again.
"""

import math
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.model import ColumnLayout

_VALUES_KEPT = 20_000
_TABLES_KEPT = 200


class Texts(dict[Any, str]):
    """Text by raw value, made by ``text`` when first met; bounded."""

    def __init__(self, text: Callable[[Any], str]) -> None:
        super().__init__()
        self._text = text

    def column(self, raw: NDArray[np.generic]) -> "list[str] | str":
        """Return the texts of a column, n ≥ 1; just one where all its values are the same."""
        if raw[0] == raw[-1] and (raw == raw[0]).all():
            return self[raw[0].item()]
        return list(map(self.__getitem__, raw.tolist()))

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
