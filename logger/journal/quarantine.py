"""Items that a sink's receiver refused for good, kept for people to look at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ITEMS_MAX = 10_000
BYTES_MAX = 16_000_000
NAMED_AT_ONCE = 500
"""Bounds an entry that names items, and what one order about them holds in memory."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """``item`` is what was refused, as it was sent, from the entry at ``position``.

    ``reason`` holds the receiver's own words. ``number`` (from 1, never given twice) and
    ``time_ns`` are given by the journal; what is not journaled yet has 0.
    """

    sink: str
    position: int
    item: bytes
    reason: str
    number: int = 0
    time_ns: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """How much lies in quarantine for one sink."""

    items: int = 0
    bytes: int = 0


class QuarantineRoom:
    """Keeps the quarantine of each sink within 10 000 items and 16 MB.

    What does not fit is counted in the entry that tells of it and not kept: the journal
    has what it was made from.
    """

    def __init__(self, held: Mapping[str, Held]) -> None:
        self._held = dict(held)

    def count(self, sink: str) -> int:
        """Return how many items lie in quarantine for ``sink``."""
        return self._held.get(sink, Held()).items

    def take(self, items: Iterable[Quarantined]) -> list[Quarantined]:
        """Return those of ``items`` for which there is room, which are held from now on."""
        kept = []
        for item in items:
            held = self._held.get(item.sink, Held())
            after = Held(held.items + 1, held.bytes + _size(item))
            if after.items <= ITEMS_MAX and after.bytes <= BYTES_MAX:
                self._held[item.sink] = after
                kept.append(item)
        return kept

    def release(self, items: Sequence[Quarantined]) -> None:
        """Make room again for ``items``, which have left the quarantine."""
        for item in items:
            held = self._held[item.sink]
            self._held[item.sink] = Held(held.items - 1, held.bytes - _size(item))


def _size(item: Quarantined) -> int:
    return len(item.item)
