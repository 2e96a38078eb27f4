"""The newest entries, kept in memory for those who keep up."""

from collections.abc import Sequence

from logger.journal.entry import Entry

_ENTRY_BYTES = 400
"""What an entry weighs besides its payload and its block, about."""

_COLUMNS = 3
"""Of a block, besides its channels: sequence, device time, status."""
_VALUE_BYTES = 8


class Tail:
    """Holds the last committed entries with their blocks, within two bounds.

    A reader that keeps up need not read the file and decode again. Of what is added at
    once, at least the last entry is held, however large it is.
    """

    def __init__(self, maximum_entries: int, maximum_bytes: int) -> None:
        self._maximum_entries = maximum_entries
        self._maximum_bytes = maximum_bytes
        self._entries: list[Entry] = []
        self._sizes: list[int] = []
        self._bytes = 0

    def add(self, entries: Sequence[Entry]) -> None:
        """Take in entries that were committed, the oldest first."""
        if not entries:
            return
        if self._entries and entries[0].position != self._entries[-1].position + 1:
            self._drop(len(self._entries))
        sizes = [_size(entry) for entry in entries]
        self._entries += entries
        self._sizes += sizes
        self._bytes += sum(sizes)
        self._drop(self._superfluous())

    def read(self, after: int, limit: int) -> list[Entry] | None:
        """Return up to ``limit`` entries beyond ``after``; None where they are not all held."""
        if not self._entries:
            return None
        start = after + 1 - self._entries[0].position
        return None if start < 0 else self._entries[start : start + limit]

    def _superfluous(self) -> int:
        count = max(0, len(self._entries) - self._maximum_entries)
        held = self._bytes - sum(self._sizes[:count])
        while held > self._maximum_bytes and count < len(self._entries) - 1:
            held -= self._sizes[count]
            count += 1
        return count

    def _drop(self, count: int) -> None:
        self._bytes -= sum(self._sizes[:count])
        del self._entries[:count]
        del self._sizes[:count]


def _size(entry: Entry) -> int:
    size = _ENTRY_BYTES + len(entry.payload or b"")
    block = entry.block
    if block is None:
        return size
    return size + _VALUE_BYTES * len(block) * (_COLUMNS + len(block.columns))
