"""How far a sink has come, and where it starts again."""

from collections.abc import Callable, Iterable

from logger.journal.cursor import Cursor
from logger.journal.entry import Entry
from logger.journal.quarantine import Quarantined
from logger.sinks.rewind import AcceptedHistory


class Progress:
    """The cursor of one pump with its rewind, wishes to go elsewhere, and counts.

    ``monotonic`` gives seconds that never step; ``refused`` is what the receiver refused
    of what ``start`` brings up again.
    """

    def __init__(
        self,
        start: Cursor,
        monotonic: Callable[[], float],
        refused: Iterable[Quarantined] = (),
    ) -> None:
        self._monotonic = monotonic
        self._position = start.position
        self._history = AcceptedHistory(start.safe)
        self._furthest = start.position
        self._wished: int | None = None
        self._oldest: tuple[int, int] | None = None
        self._refused = {(item.position, item.item): None for item in refused}
        self._accepted_s: float | None = None
        self.entries = 0
        self.samples = 0
        self.quarantined = 0

    @property
    def cursor(self) -> Cursor:
        """What is worth keeping; a wish to go elsewhere counts at once."""
        if self._wished is not None:
            return Cursor(self._wished, self._wished)
        return Cursor(self._position, min(self._history.safe, self._position))

    @property
    def place(self) -> int:
        """The last position offered and taken, whatever is wished next."""
        return self._position

    @property
    def repeating(self) -> bool:
        """Whether what was accepted once before is being offered again."""
        return self._position < self._furthest

    @property
    def accepted_age_s(self) -> float | None:
        """How long ago the last batch was acknowledged; None if none was."""
        return None if self._accepted_s is None else self._monotonic() - self._accepted_s

    def accepted(self, position: int, samples: int, entries: int) -> bool:
        """Note an acknowledged batch; return whether it led further than ever before."""
        self._position = position
        self._accepted_s = self._monotonic()
        self._history.accepted(position, self._accepted_s)
        self.entries += entries
        self.samples += samples
        self._forget_refused()
        led_further = position > self._furthest
        self._furthest = max(self._furthest, position)
        return led_further

    def rewind(self, reached: int = 0) -> int:
        """Go back to where the receiver is known to have kept everything; return it.

        ``reached`` is how far it had come, if further than what :meth:`accepted` noted.
        """
        self._furthest = max(self._furthest, reached)
        self._position = min(self._history.safe, self._position)
        self._history = AcceptedHistory(self._position)
        return self._position

    def wish(self, position: int) -> None:
        """Wish that everything after ``position`` be offered, and nothing before it."""
        self._wished = max(0, position)

    def take_wish(self) -> int | None:
        """Go to where was wished, if anything was; return the place."""
        if self._wished is None:
            return None
        self._position = self._furthest = self._wished
        self._history = AcceptedHistory(self._wished)
        self._refused.clear()
        self._wished = None
        return self._position

    def newly_refused(self, items: list[Quarantined]) -> list[Quarantined]:
        """Return those of ``items`` that a rewind has not merely brought up again."""
        fresh = [item for item in items if (item.position, item.item) not in self._refused]
        self._refused.update({(item.position, item.item): None for item in fresh})
        self.quarantined += len(fresh)
        return fresh

    def _forget_refused(self) -> None:
        while self._refused and next(iter(self._refused))[0] <= self._history.safe:
            del self._refused[next(iter(self._refused))]

    def oldest_time_ns(self, read: Callable[[int, int], list[Entry]]) -> int | None:
        """Return when the first undelivered entry was recorded, UTC in ns."""
        position = self.cursor.position
        if self._oldest is None or self._oldest[0] != position:
            first = read(position, 1)
            if not first:
                return None
            self._oldest = (position, first[0].time_ns)
        return self._oldest[1]
