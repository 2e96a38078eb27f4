"""Rows of a SQLite page, read without SQLite.

Whatever is not whole is left out: nothing here trusts a length, a number or a type.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

Value = int | float | str | bytes | None
Versions = Callable[[int], Iterator[bytes]]

_TABLE_LEAF = 0x0D
_INDEX_LEAF = 0x0A
_PAYLOAD_MAX = 1 << 28
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


@dataclass(frozen=True, slots=True)
class Cell:
    """A row as it lies in a leaf: its start, and the overflow page where it goes on."""

    rowid: int | None
    local: bytes
    payload_bytes: int
    overflow: int | None


def cells(page: bytes, start: int) -> Iterator[Cell]:
    """Yield the cells of a leaf page whose header begins at ``start``; none of other pages."""
    kind = page[start]
    if kind not in (_TABLE_LEAF, _INDEX_LEAF):
        return
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    pointers = start + 8
    for at in range(pointers, min(pointers + 2 * count, len(page) - 1), 2):
        cell = _cell(page, int.from_bytes(page[at : at + 2], "big"), kind == _TABLE_LEAF)
        if cell is not None:
            yield cell


def _cell(page: bytes, at: int, table: bool) -> Cell | None:
    usable = len(page)
    rowid = None
    try:
        size, at = varint(page, at)
        if table:
            rowid, at = varint(page, at)
    except IndexError:
        return None
    if not 0 < size <= _PAYLOAD_MAX:
        return None
    most = usable - 35 if table else (usable - 12) * 64 // 255 - 23
    if size <= most:
        local = page[at : at + size]
        return Cell(rowid, local, size, None) if len(local) == size else None
    least = (usable - 12) * 32 // 255 - 23
    kept = least + (size - least) % (usable - 4)
    kept = kept if kept <= most else least
    if at + kept + 4 > usable:
        return None
    overflow = int.from_bytes(page[at + kept : at + kept + 4], "big")
    return Cell(rowid, page[at : at + kept], size, overflow)


def contents(cell: Cell, versions: Versions) -> Iterator[bytes]:
    """Yield the whole record of a cell; more than one where its overflow may be either."""
    if cell.overflow is None:
        yield cell.local
        return
    for first in versions(cell.overflow):
        record = _followed(cell, first, versions)
        if record is not None:
            yield record


def _followed(cell: Cell, page: bytes, versions: Versions) -> bytes | None:
    parts, missing = [cell.local], cell.payload_bytes - len(cell.local)
    seen = set()
    while True:
        part = page[4 : 4 + missing]
        parts.append(part)
        missing -= len(part)
        following = int.from_bytes(page[:4], "big")
        if missing <= 0:
            return b"".join(parts)
        if following in seen:
            return None
        seen.add(following)
        found = next(versions(following), None)
        if found is None:
            return None
        page = found


def values(record: bytes) -> list[Value] | None:
    """Return the columns of a record, those that are not all there left out; None if it is none."""
    try:
        header_bytes, at = varint(record, 0)
        kinds = []
        while at < header_bytes:
            kind, at = varint(record, at)
            kinds.append(kind)
        found: list[Value] = []
        for kind in kinds:
            value, after = _value(record, at, kind)
            if after > len(record):
                break
            found.append(value)
            at = after
    except (IndexError, UnicodeDecodeError, ValueError):
        return None
    return found


def _value(record: bytes, at: int, kind: int) -> tuple[Value, int]:
    if kind in (8, 9):
        return kind - 8, at
    if kind == 0:
        return None, at
    if kind in _INTEGER_BYTES:
        end = at + _INTEGER_BYTES[kind]
        return int.from_bytes(record[at:end], "big", signed=True), end
    if kind < 12:
        raise ValueError("this is no type of a journal's column")
    end = at + (kind - 12) // 2
    if kind % 2 and end <= len(record):
        return record[at:end].decode(), end
    return record[at:end], end


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a variable-length integer and where it ends; IndexError beyond the data."""
    value = 0
    for index in range(8):
        byte = data[at + index]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    value = value << 8 | data[at + 8]
    return value - (1 << 64) if value >> 63 else value, at + 9
