"""Pages of a SQLite file and of its write-ahead log, read without SQLite.

SQLite reaches a row through the pages above it and gives up where one of them is
damaged. Here every page is looked at by itself, so that what is whole is found.
The formats are those of https://www.sqlite.org/fileformat2.html.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FILE_HEADER_BYTES = 100
_WAL_HEADER = struct.Struct(">8I")
_FRAME_HEADER = struct.Struct(">6I")
_WAL_MAGIC = 0x377F0682
_PAGE_BYTES_MAX = 65536


@dataclass(frozen=True, slots=True)
class Frame:
    """A page in the write-ahead log; ``committed`` if SQLite itself would believe it."""

    page: int
    offset: int
    committed: bool


@dataclass(slots=True)
class PageFile:
    """Pages by number, from 1. What cannot be read, for whatever cause, is None."""

    descriptor: int
    page_bytes: int
    log: int | None = None
    frames: list[Frame] = field(default_factory=list)
    _newest: dict[int, int] = field(default_factory=dict)
    _newest_committed: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for frame in self.frames:
            self._newest[frame.page] = frame.offset
            if frame.committed:
                self._newest_committed[frame.page] = frame.offset

    @property
    def count(self) -> int:
        """How many pages the file itself has."""
        return os.fstat(self.descriptor).st_size // self.page_bytes

    def page(self, number: int) -> bytes | None:
        """Return a page as it stands in the file itself."""
        return _read(self.descriptor, (number - 1) * self.page_bytes, self.page_bytes)

    def framed(self, frame: Frame) -> bytes | None:
        """Return the page that ``frame`` holds."""
        return None if self.log is None else _read(self.log, frame.offset, self.page_bytes)

    def versions(self, number: int) -> Iterator[bytes]:
        """Yield what page ``number`` may hold, the most credible first."""
        offsets = dict.fromkeys([self._newest_committed.get(number), self._newest.get(number)])
        if self.log is not None:
            for offset in offsets:
                found = None if offset is None else _read(self.log, offset, self.page_bytes)
                if found is not None:
                    yield found
        found = self.page(number)
        if found is not None:
            yield found

    def close(self) -> None:
        """Let go of both files."""
        os.close(self.descriptor)
        if self.log is not None:
            os.close(self.log)


def open_pages(path: Path, log: Path, page_bytes: int) -> PageFile:
    """Return the pages of the file at ``path`` and of its write-ahead log, if there is one."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    if not log.exists():
        return PageFile(descriptor, page_bytes)
    log_descriptor = os.open(log, os.O_RDONLY | os.O_CLOEXEC)
    frames = list(_frames(log_descriptor, page_bytes))
    return PageFile(descriptor, page_bytes, log_descriptor, frames)


def page_size_of(path: Path) -> int | None:
    """Return the page size that the header of a file tells; None where that cannot be."""
    with path.open("rb") as file:
        header = file.read(FILE_HEADER_BYTES)
    size = int.from_bytes(header[16:18], "big")
    size = _PAGE_BYTES_MAX if size == 1 else size
    return size if size >= 512 and size & (size - 1) == 0 else None


def _read(descriptor: int, offset: int, count: int) -> bytes | None:
    try:
        found = os.pread(descriptor, count, offset)
    except OSError:
        # A sector that the drive cannot read is lost like one that it read wrongly.
        return None
    return found if len(found) == count else None


def _frames(log: int, page_bytes: int) -> Iterator[Frame]:
    """Yield all frames, those after a bad checksum or of an older round too."""
    found: list[tuple[int, int]] = []
    committed = 0
    header = _read(log, 0, _WAL_HEADER.size) or bytes(_WAL_HEADER.size)
    magic, *_, salt1, salt2, sum1, sum2 = _WAL_HEADER.unpack(header)
    order = ">" if magic & 1 else "<"
    sums = _checksum(header[:24], (0, 0), order)
    believed = magic & ~1 == _WAL_MAGIC and sums == (sum1, sum2)
    offset = _WAL_HEADER.size
    while (head := _read(log, offset, _FRAME_HEADER.size)) is not None:
        page, pages_after, *salts, sum1, sum2 = _FRAME_HEADER.unpack(head)
        content = _read(log, offset + _FRAME_HEADER.size, page_bytes)
        if content is None:
            break
        found.append((page, offset + _FRAME_HEADER.size))
        if believed:
            sums = _checksum(content, _checksum(head[:8], sums, order), order)
            believed = salts == [salt1, salt2] and sums == (sum1, sum2)
            committed = len(found) if believed and pages_after else committed
        offset += _FRAME_HEADER.size + page_bytes
    for number, (page, at) in enumerate(found):
        yield Frame(page, at, number < committed)


def _checksum(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second
