"""Every entry that can be read from a damaged journal, page by page.

An entry is believed for its own hash and for the chain: the payload must be the one that
was hashed, and the entry must follow from the one before it where that is there too.
What SQLite would not believe (log frames after a bad checksum) counts only where the
chain ties it to what is believed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from logger.journal import chain
from logger.journal.connection import PAGE_BYTES
from logger.journal.cursor import Cursor
from logger.journal.entry import Entry
from logger.journal.files import wal_path
from logger.journal.judging import Judge, Known
from logger.journal.pages import FILE_HEADER_BYTES, PageFile, open_pages, page_size_of
from logger.journal.quarantine import Quarantined
from logger.journal.records import Cell, Value, cells, contents, values
from logger.journal.statements import statements

_HASH_BYTES = 32
_ID_CHARACTERS = 32
_HEX = frozenset("0123456789abcdef")
_BELIEVED, _NEEDS_CHAIN, _WITHOUT_PAYLOAD = range(3)


@dataclass(slots=True)
class Salvage:
    """What was found in a file; :meth:`entries` judges it. Close it through :func:`salvage`."""

    found: apsw.Connection
    journal: str = ""
    cursors: dict[str, Cursor] = field(default_factory=dict)
    quarantined: dict[int, Quarantined] = field(default_factory=dict)
    pages: int = 0
    unreadable_pages: int = 0

    def entries(self, known: Known) -> Iterator[Entry]:
        """Yield the entries that are believed, in order; a damaged payload is None."""
        return Judge(self.found, known).entries()


@contextmanager
def salvage(
    path: Path, scratch: str = ":memory:", tail_bytes: int | None = None
) -> Iterator[Salvage]:
    """Read the file at ``path`` with its write-ahead log; of the file only its end if so told.

    What is found lies in the database ``scratch`` meanwhile. Nothing is changed.
    OSError if the file cannot be opened, apsw.Error where there is no room for scratch.
    """
    found = apsw.Connection(scratch)
    try:
        found.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        found.execute(statements("salvage")["create"])
        result = Salvage(found)
        for page_bytes in dict.fromkeys([PAGE_BYTES, page_size_of(path)]):
            if page_bytes and _gather(path, page_bytes, tail_bytes, result):
                break
        yield result
    finally:
        found.close()


def _gather(path: Path, page_bytes: int, tail_bytes: int | None, into: Salvage) -> bool:
    """Return whether the file has entries when it is read with this page size."""
    pages = open_pages(path, wal_path(path), page_bytes)
    try:
        first = 1 if tail_bytes is None else max(1, pages.count - tail_bytes // page_bytes)
        with into.found:
            for content, start, rank in _leaves(pages, first, into):
                for cell in cells(content, start):
                    _take(cell, pages, rank, into)
    finally:
        pages.close()
    return bool(into.found.execute("SELECT EXISTS (SELECT 1 FROM candidate)").get)


def _leaves(pages: PageFile, first: int, into: Salvage) -> Iterator[tuple[bytes, int, int]]:
    """Yield every page with where its header begins and how far it is believed."""
    for number in range(first, pages.count + 1):
        page = pages.page(number)
        into.pages += 1
        if page is None:
            into.unreadable_pages += 1
            continue
        yield page, FILE_HEADER_BYTES if number == 1 else 0, _BELIEVED
    for frame in pages.frames:
        page = pages.framed(frame)
        into.pages += 1
        if page is not None:
            start = FILE_HEADER_BYTES if frame.page == 1 else 0
            yield page, start, _BELIEVED if frame.committed else _NEEDS_CHAIN


def _take(cell: Cell, pages: PageFile, rank: int, into: Salvage) -> None:
    head = values(cell.local)
    if head is None:
        return
    if cell.rowid is None:
        _take_cursor(head, into)
    elif _is_entry(head) and cell.rowid > 0:
        _take_entry(cell.rowid, cell, head, pages, rank, into)
    elif _is_id(head):
        into.journal = str(head[1])
    else:
        _take_quarantined(cell, pages, into)


def _take_entry(
    position: int, cell: Cell, head: list[Value], pages: PageFile, rank: int, into: Salvage
) -> None:
    payload: Value = None
    digest = head[5]
    for record in contents(cell, pages.versions):
        whole = values(record)
        if whole is None or len(whole) != 8 or whole[:7] != head[:7]:
            continue
        payload = whole[7]
        pruned = payload is None
        if pruned or (isinstance(payload, bytes) and chain.payload_hash(payload) == digest):
            break
    else:
        payload, rank = None, _WITHOUT_PAYLOAD
    row = (rank, position, *head[1:7], payload)
    into.found.execute(statements("salvage")["add"], row)


def _take_cursor(row: list[Value], into: Salvage) -> None:
    match row:
        case [str(sink), int(position), int(safe)]:
            into.cursors[sink] = Cursor(position, safe)


def _take_quarantined(cell: Cell, pages: PageFile, into: Salvage) -> None:
    for record in contents(cell, pages.versions):
        row = values(record)
        match row:
            case [None, int(time_ns), str(sink), int(position), bytes(item), str(reason)]:
                number = cell.rowid or 0
                kept = Quarantined(sink, position, item, reason, number, time_ns)
                into.quarantined[number] = kept
                return


def _is_entry(row: Sequence[Value]) -> bool:
    match row:
        case [None, int(), str(), str(), str(), bytes(digest), bytes(chained), *rest]:
            hashes = len(digest) == len(chained) == _HASH_BYTES
            texts = all(len(str(text).encode()) <= chain.TEXT_BYTES_MAX for text in row[2:5])
            return hashes and texts and len(rest) <= 1
    return False


def _is_id(row: Sequence[Value]) -> bool:
    match row:
        case [None, str(journal)]:
            return len(journal) == _ID_CHARACTERS and set(journal) <= _HEX
    return False
