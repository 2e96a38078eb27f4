"""A drive that keeps apart what was synced and what was only written.

Programs go on seeing all that they wrote; what a power cut leaves is drawn by lot. Every
write that no sync has followed is, on its own, kept, dropped, or torn at the sectors of 512
bytes; a file that such a write had grown may keep the length without the content. Since
any subset may survive, they may as well have reached the drive in any order. Names that
were made, removed or changed are unsynced until their directory is synced.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

SECTOR_BYTES = 512
_TOP = PurePosixPath()


@dataclass(frozen=True, slots=True)
class Write:
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    size: int


@dataclass(slots=True)
class File:
    """``durable`` is on the drive; ``pending`` may be, or parts of it."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Write | Truncate] = field(default_factory=list)

    def sync(self) -> None:
        """Let all that was written be on the drive."""
        for change in self.pending:
            if isinstance(change, Truncate):
                _resize(self.durable, change.size)
            else:
                _put(self.durable, change.offset, change.data)
        self.pending.clear()

    def settle(self, chance: random.Random) -> None:
        """Let what no sync has followed reach the drive, or not, for good."""
        keep = chance.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        for change in self.pending:
            self._settle(change, keep, chance)
        self.pending.clear()

    def _settle(self, change: Write | Truncate, keep: float, chance: random.Random) -> None:
        kept = chance.random() < keep
        if isinstance(change, Truncate):
            if kept:
                _resize(self.durable, change.size)
            return
        end = change.offset + len(change.data)
        if end > len(self.durable) and (kept or chance.random() < 0.3):
            _grow(self.durable, end, chance)
        torn = chance.random() < 0.3
        for offset, piece in _sectors(change):
            if offset < len(self.durable) and (chance.random() < keep if torn else kept):
                _put(self.durable, offset, piece)


Change = dict[str, "File | Folder | None"]


@dataclass(slots=True)
class Folder:
    """``entries`` is what programs see, ``durable`` what is on the drive.

    A change in ``pending`` is what one call did to the names: all of it is kept or none.
    """

    entries: dict[str, "File | Folder"] = field(default_factory=dict)
    durable: dict[str, "File | Folder"] = field(default_factory=dict)
    pending: list[Change] = field(default_factory=list)

    def change(self, change: Change) -> None:
        """Change names; None removes one."""
        self.pending.append(change)
        _apply(self.entries, change)

    def sync(self) -> None:
        """Let all names be on the drive."""
        self.durable = dict(self.entries)
        self.pending.clear()

    def settle(self, chance: random.Random) -> None:
        """Let changes that no sync has followed reach the drive, or not, for good."""
        keep = chance.choice((0.0, 0.5, 1.0))
        for change in self.pending:
            if chance.random() < keep:
                _apply(self.durable, change)
        self.pending.clear()

    def cut(self, chance: random.Random) -> None:
        """Lose power: here and below, what reached the drive is what there is."""
        self.settle(chance)
        self.entries = dict(self.durable)
        for node in self.entries.values():
            if isinstance(node, Folder):
                node.cut(chance)
            else:
                node.settle(chance)

    def files(self, at: PurePosixPath = _TOP) -> Iterator[tuple[PurePosixPath, bytes]]:
        """Yield every file below with its content on the drive."""
        for name, node in self.entries.items():
            if isinstance(node, Folder):
                yield from node.files(at / name)
            else:
                yield at / name, bytes(node.durable)

    def folders(self, at: PurePosixPath = _TOP) -> Iterator[PurePosixPath]:
        """Yield every folder below, the outer before the inner."""
        for name, node in self.entries.items():
            if isinstance(node, Folder):
                yield at / name
                yield from node.folders(at / name)


def _apply(entries: "dict[str, File | Folder]", change: Change) -> None:
    for name, node in change.items():
        if node is None:
            entries.pop(name, None)
        else:
            entries[name] = node


def _sectors(write: Write) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(write.data):
        offset = write.offset + at
        size = SECTOR_BYTES - offset % SECTOR_BYTES
        yield offset, write.data[at : at + size]
        at += size


def _put(content: bytearray, offset: int, data: bytes) -> None:
    _resize(content, max(len(content), offset + len(data)))
    content[offset : offset + len(data)] = data


def _resize(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))


def _grow(content: bytearray, size: int, chance: random.Random) -> None:
    """Lengthen by zeros, or by what lay on the drive before."""
    more = size - len(content)
    content += chance.randbytes(more) if chance.random() < 0.5 else bytes(more)
