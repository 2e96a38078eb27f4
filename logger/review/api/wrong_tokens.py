"""Wrong tokens are counted by the address they come from, so that nobody tries many."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

MOST_WRONG = 10
WINDOW_S = 60.0
_ADDRESSES_KEPT = 1000


class WrongTokens:
    """After ten wrong ones an address waits until a minute after the first is over."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._turn = Lock()
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def count(self, address: str) -> float:
        """Count one; returns for how many seconds ``address`` must wait, 0 for not at all."""
        with self._turn:
            now_s = self._now_s()
            since_s, count = self._seen.pop(address, (now_s, 0))
            if now_s - since_s >= WINDOW_S:
                since_s, count = now_s, 0
            self._seen[address] = (since_s, count + 1)
            while len(self._seen) > _ADDRESSES_KEPT:
                self._seen.popitem(last=False)
        return WINDOW_S - (now_s - since_s) if count >= MOST_WRONG else 0.0
