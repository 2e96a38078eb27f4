"""Which session each entry belonged to at its position."""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy

from drivers.model import SampleBlock
from logger.journal.blocks import decode_block
from logger.journal.entry import Entry
from logger.journal.kinds import SAMPLES, SESSION_KINDS
from logger.session.assignment import Assignments, Retag
from logger.sinks.sink import Labelled

SessionEntries = Callable[[int, int], Iterable[Entry]]
"""Returns the journal's entries of ``SESSION_KINDS`` beyond one position up to another, in order.

It is called in a thread, one call at a time.
"""

_ENDS = ("session.stopped", "session.lapsed")
_BYTES_PER_ROW = 10
"""What a row takes in a compressed block, rather less than more."""


class Labels:
    """Follows the session entries of the journal and labels what comes between them."""

    def __init__(self, session_entries: SessionEntries) -> None:
        self._session_entries = session_entries
        self._base_position = 0
        self._base = Assignments()
        self._assignments = Assignments()

    def rebuild(self, position: int) -> None:
        """Start again behind ``position``, as if everything up to it had been labelled.

        What is read is only what came since the last rebuild, unless it goes further back.
        """
        if position < self._base_position:
            self._base_position, self._base = 0, Assignments()
        for entry in self._session_entries(self._base_position, position):
            self._base.apply(entry)
        self._base_position = position
        self._assignments = deepcopy(self._base)

    def label(self, entry: Entry) -> tuple[Labelled, tuple[Retag, ...]]:
        """Return ``entry`` with its label, and what it changes about entries before it.

        Entries must come in the journal's order. The end of a session is still its own.
        """
        before = self._assignments.at(entry.stream)
        retags = self._assignments.apply(entry)
        after = self._assignments.at(entry.stream)
        label = before if entry.kind in _ENDS else after
        return Labelled(entry, block_of(entry), label), retags


def retagged(entries: Sequence[Entry], retag: Retag) -> list[Labelled]:
    """Return what the pen of ``retag`` said among ``entries``, with its new label.

    What was done to a session stays with that session.
    """
    return [
        Labelled(entry, block_of(entry), retag.new)
        for entry in entries
        if entry.stream == retag.stream and entry.kind not in SESSION_KINDS
    ]


def block_of(entry: Entry) -> SampleBlock | None:
    """Return the samples of ``entry``; None for other kinds and for erased payloads."""
    if entry.kind != SAMPLES:
        return None
    if entry.block is not None or entry.payload is None:
        return entry.block
    return decode_block(entry.payload)


def rows_about(entry: Entry) -> int:
    """Return how many rows ``entry`` has, rather more than less where it is not decoded yet."""
    if entry.block is not None:
        return len(entry.block)
    return max(1, len(entry.payload or b"") // _BYTES_PER_ROW)
