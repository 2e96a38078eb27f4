"""Damage to the journal's files, from a seed: bits, bytes, pages, ends."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from logger.journal.connection import PAGE_BYTES
from logger.journal.files import JOURNAL_FILE
from tests.faults.corrupted_base import Base, Place

LOG_FILE = f"{JOURNAL_FILE}-wal"
INDEX_FILE = f"{JOURNAL_FILE}-shm"
_FRAME_BYTES = 24 + PAGE_BYTES


@dataclass(frozen=True, slots=True)
class Damage:
    """What was done: bytes of a file from ``start`` to before ``end`` are not what they were."""

    what: str
    file: str
    start: int
    end: int

    def touches(self, place: Place) -> bool:
        """Return whether a page that lies there, with its frame's header, is concerned."""
        length = _FRAME_BYTES if place.file == LOG_FILE else PAGE_BYTES
        ours = place.file == self.file
        return ours and self.start < place.offset + length and place.offset < self.end


_Strike = Callable[[Random, Path, int, int], tuple[int, int]]


def damage(random: Random, base: Base, directory: Path) -> Damage:
    """Damage the copy of ``base`` in ``directory`` somehow; return what was done."""
    target = random.choice(list(_targets(base, directory)))
    what = random.choice(list(_STRIKES))
    file, offset, length = _aim(random, base, directory, target)
    path = directory / file
    start, end = _STRIKES[what](random, path, offset, length)
    return Damage(f"{what} {target}", file, start, end)


def _targets(base: Base, directory: Path) -> list[str]:
    found = ["header", "anywhere", "last", *(kind for kind in base.pages if base.pages[kind])]
    if (directory / LOG_FILE).exists():
        found += ["log header", "log frame header", "log anywhere", "log end", "index"]
    return found


def _aim(random: Random, base: Base, directory: Path, target: str) -> tuple[str, int, int]:
    """Return a file, and from where on how many bytes may be struck."""
    if target in base.pages and target != "header":
        place = random.choice(base.pages[target])
        header = 24 if place.file == LOG_FILE else 0
        return place.file, place.offset + header, PAGE_BYTES
    if target.startswith("log "):
        return _aim_at_log(random, (directory / LOG_FILE).stat().st_size, target)
    if target == "index":
        return INDEX_FILE, 0, (directory / INDEX_FILE).stat().st_size
    if target == "header":
        return JOURNAL_FILE, 0, 100
    pages = (directory / JOURNAL_FILE).stat().st_size // PAGE_BYTES
    page = pages - 1 if target == "last" else random.randrange(pages)
    return JOURNAL_FILE, page * PAGE_BYTES, PAGE_BYTES


def _aim_at_log(random: Random, size: int, target: str) -> tuple[str, int, int]:
    if target == "log header":
        return LOG_FILE, 0, 32
    frames = (size - 32) // _FRAME_BYTES
    number = frames - 1 if target == "log end" else random.randrange(frames)
    length = 24 if target == "log frame header" else _FRAME_BYTES
    return LOG_FILE, 32 + number * _FRAME_BYTES, length


def _flip_bit(random: Random, path: Path, offset: int, length: int) -> tuple[int, int]:
    at = offset + random.randrange(length)
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1 << random.randrange(8)]))
    return at, at + 1


def _write_bytes(random: Random, path: Path, offset: int, length: int) -> tuple[int, int]:
    count = min(length, random.randrange(1, 64))
    at = offset + random.randrange(length - count + 1)
    return _overwrite(path, at, random.randbytes(count))


def _zero(random: Random, path: Path, offset: int, length: int) -> tuple[int, int]:
    return _overwrite(path, offset, bytes(length))


def _garbage(random: Random, path: Path, offset: int, length: int) -> tuple[int, int]:
    return _overwrite(path, offset, random.randbytes(length))


def _cut(random: Random, path: Path, offset: int, length: int) -> tuple[int, int]:
    at = offset + random.choice((0, random.randrange(length)))
    size = path.stat().st_size
    os.truncate(path, at)
    return at, size


def _overwrite(path: Path, at: int, data: bytes) -> tuple[int, int]:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)
    return at, at + len(data)


_STRIKES: Mapping[str, _Strike] = {
    "flip a bit in": _flip_bit,
    "write bytes into": _write_bytes,
    "zero": _zero,
    "garbage over": _garbage,
    "cut off from": _cut,
}
