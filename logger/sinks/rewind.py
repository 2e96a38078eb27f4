"""Up to where a receiver can be trusted to have kept what it acknowledged."""

from collections import deque

REWIND_S = 30.0
_NOTE_S = 1.0


class AcceptedHistory:
    """Remembers when positions were accepted, one note a second.

    A receiver that acknowledges and then dies may lose its last seconds. ``safe`` is
    the last position accepted at least 30 s before the receiver's latest sign of life;
    time without such a sign proves nothing and does not move it.
    """

    def __init__(self, safe: int) -> None:
        self._safe = safe
        self._notes: deque[tuple[float, int]] = deque()

    @property
    def safe(self) -> int:
        """Return the position after which to start again on a new connection."""
        return self._safe

    def accepted(self, position: int, now_s: float) -> None:
        """Note that the receiver acknowledged everything up to ``position``."""
        if self._notes and now_s - self._notes[-1][0] < _NOTE_S:
            self._notes[-1] = (self._notes[-1][0], position)
        else:
            self._notes.append((now_s, position))
        while self._notes and now_s - self._notes[0][0] >= REWIND_S + _NOTE_S:
            self._safe = self._notes.popleft()[1]
