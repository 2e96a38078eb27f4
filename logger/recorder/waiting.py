"""What waits for room on the drive: kept in memory, in order, within a bound."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from logger.errors import JournalError
from logger.journal import kinds
from logger.journal.blocks import decode_block
from logger.journal.entry import Draft
from logger.recorder.given_up import extended, gaps_of

log = logging.getLogger(__name__)

COMMIT_BYTES = 1 << 18
"""What waits is committed in pieces of about so much, so that a commit stays short."""
RETRY_MIN_S = 0.5
RETRY_MAX_S = 5.0
_DRAFT_BYTES = 400
"""What a draft weighs besides its payload, about."""


@dataclass(frozen=True, slots=True)
class WaitingState:
    """So many ``drafts`` have waited for ``age_s`` to be committed.

    ``given_up`` counts samples for which there was no room in memory either; a gap will
    tell of them. ``error`` is why the last attempt failed.
    """

    drafts: int
    bytes: int
    age_s: float
    given_up: int
    error: str


class Waiting:
    """Drafts in the order of the journal, as many as ``bytes_at_most`` allows.

    Where they are too many, samples are given up a block at a time, the oldest first, and
    gaps with the exact numbers stand in their place. Attempts to commit are made at
    growing pauses, up to 5 s. Times are of a monotonic clock in seconds.
    """

    def __init__(self, bytes_at_most: int) -> None:
        self._bytes_at_most = bytes_at_most
        self._slots: dict[int, tuple[Draft, ...]] = {}
        self._samples: dict[int, None] = {}
        self._last_gap: dict[str, tuple[int, kinds.Gap]] = {}
        self._next = 0
        self._since_s = 0.0
        self._retry_at_s = 0.0
        self._pause_s = RETRY_MIN_S
        self.bytes = 0
        self.given_up = 0
        self.error = ""

    def __len__(self) -> int:
        return len(self._slots)

    def begin(self, drafts: Iterable[Draft], error: JournalError, now_s: float) -> None:
        """Keep the first ones, which could not be committed because of ``error``."""
        self._since_s, self._pause_s = now_s, RETRY_MIN_S
        self.add(drafts)
        self.put_off(error, now_s)
        if self:
            log.error("%s. What pens say is kept in memory until there is room", error)

    def put_off(self, error: JournalError, now_s: float) -> None:
        """Note that an attempt failed; the next is due after a longer pause."""
        self.error = str(error)
        self._retry_at_s = now_s + self._pause_s
        self._pause_s = min(2 * self._pause_s, RETRY_MAX_S)

    def is_due(self, now_s: float) -> bool:
        """Return whether it is time for another attempt."""
        return now_s >= self._retry_at_s

    def state(self, now_s: float) -> WaitingState:
        """Return what waits."""
        age_s = now_s - self._since_s
        return WaitingState(len(self), self.bytes, age_s, self.given_up, self.error)

    def add(self, drafts: Iterable[Draft]) -> None:
        """Keep ``drafts`` behind the others.

        JournalError if they do not fit even when all samples are given up.
        """
        for draft in drafts:
            # The decoded columns are ten times what is journaled of them.
            self._put(self._next, (replace(draft, block=None),))
            if draft.kind == kinds.SAMPLES:
                self._samples[self._next] = None
            self._next += 1
        while self.bytes > self._bytes_at_most:
            if not self._samples:
                raise JournalError(
                    f"{len(self)} entries of {self.bytes} bytes wait for the drive, and memory "
                    f"is set to keep {self._bytes_at_most} (disk.hold_bytes)"
                )
            self._give_up(next(iter(self._samples)))

    def next_commit(self) -> list[Draft]:
        """Return the oldest drafts, about COMMIT_BYTES of them; at least one."""
        chosen, size = list[Draft](), 0
        for slot in self._slots.values():
            size += _size(slot)
            if chosen and size > COMMIT_BYTES:
                break
            chosen += slot
        return chosen

    def committed(self, drafts: Sequence[Draft]) -> None:
        """Let go of what :meth:`next_commit` returned."""
        done = 0
        for number in list(self._slots):
            if done >= len(drafts):
                break
            done += len(self._slots[number])
            self._samples.pop(number, None)
            self._put(number, ())
        if not self._slots:
            log.warning("all that waited is written; %d samples had to be given up", self.given_up)
            self._last_gap.clear()
            self.given_up = 0

    def _put(self, number: int, drafts: tuple[Draft, ...]) -> None:
        """Let ``drafts`` stand at a number, in place of what stood there; nothing if empty."""
        self.bytes += _size(drafts) - _size(self._slots.get(number, ()))
        if drafts:
            self._slots[number] = drafts
        else:
            del self._slots[number]

    def _give_up(self, number: int) -> None:
        """Put gaps in place of a block, or widen the gap that ends where it begins."""
        (draft,) = self._slots[number]
        del self._samples[number]
        block = decode_block(draft.payload)
        self.given_up += len(block)
        gaps = gaps_of(block)
        at, before = self._last_gap.get(draft.stream, (-1, None))
        if at in self._slots and before is not None and len(gaps) == 1:
            wider = extended(before, gaps[0])
            if wider is not None:
                self._put(number, ())
                self._put(at, (*self._slots[at][:-1], _gap_draft(draft, wider)))
                self._last_gap[draft.stream] = at, wider
                return
        self._put(number, tuple(_gap_draft(draft, gap) for gap in gaps))
        self._last_gap[draft.stream] = number, gaps[-1]


def _gap_draft(samples: Draft, gap: kinds.Gap) -> Draft:
    return replace(samples, kind=kinds.kind_of(gap), payload=kinds.encode(gap))


def _size(drafts: Sequence[Draft]) -> int:
    return sum(_DRAFT_BYTES + len(draft.payload) for draft in drafts)
