"""Batches as a recorder commits them, drawn by lot: blocks, notes, cursors, refused items."""

import random
from collections.abc import Sequence
from functools import cache
from itertools import count

from logger.journal import kinds
from logger.journal.blocks import encode_block
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft
from logger.journal.quarantine import Quarantined
from tests.support.journaled import sample_block
from tests.support.ledger import Batch

_PEN = "NP-1"
_SINKS = ("mqtt", "influx")


class Batches:
    """Draws batches from ``chance``; no two entries and no two items are alike."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._numbers = count()

    def draw(self, last_position: int, quarantined: Sequence[Quarantined]) -> Batch:
        """Return what a recorder might commit next to a journal that ends at ``last_position``."""
        chance = self._chance
        drafts = [self._samples() for _ in range(chance.choice((0, 1, 1, 2, 8)))]
        drafts += [self._note() for _ in range(chance.choice((0, 0, 0, 1)))]
        if not drafts and chance.random() < 0.5:
            drafts = [self._note()]
        return Batch(
            drafts=drafts,
            cursors=self._cursors(last_position),
            quarantined=self._refused(last_position) if chance.random() < 0.1 else (),
            released=quarantined[:1] if chance.random() < 0.1 else (),
        )

    def _samples(self) -> Draft:
        return Draft(kinds.SAMPLES, _PEN, "service", _block(self._chance.randrange(16)))

    def _note(self) -> Draft:
        text = f"{next(self._numbers)} " + "x" * self._chance.choice((10, 100, 1000, 9000))
        note = kinds.SessionNote(session="20261122-abcd", text=text, nonce="00")
        return Draft(kinds.kind_of(note), _PEN, "uid:1000", kinds.encode(note))

    def _cursors(self, last_position: int) -> dict[str, Cursor]:
        names = [name for name in _SINKS if self._chance.random() < 0.3]
        at = [self._chance.randint(0, last_position) for _ in names]
        return {
            name: Cursor(position, position // 2) for name, position in zip(names, at, strict=True)
        }

    def _refused(self, last_position: int) -> list[Quarantined]:
        item = f"item {next(self._numbers)}".encode()
        return [Quarantined("mqtt", last_position, item, "refused")]


@cache
def _block(number: int) -> bytes:
    return encode_block(sample_block(_PEN, number * 20, 20 if number % 4 else 200))
