"""How long to wait before the next attempt, for whatever may be tried again."""

import random

from tenacity import RetryCallState, Retrying, wait_exponential

CAP_S = 30.0
RETRY_AFTER_CAP_S = 300.0


class Backoff:
    """Full jitter over an exponentially widening window from ``first_s`` up to ``cap_s``.

    ``rng`` is the source of randomness. A receiver's own wish is honoured up to five
    minutes, with jitter on top so that many do not come back at once.
    """

    def __init__(self, rng: random.Random, first_s: float = 1.0, cap_s: float = CAP_S) -> None:
        self._rng = rng
        self._first_s = first_s
        self._window = wait_exponential(multiplier=first_s, max=cap_s)
        self._state = RetryCallState(Retrying(), None, (), {})
        self.attempts = 0

    def next_wait_s(self, retry_after_s: float | None = None) -> float:
        """Return the wait in s after one more failed attempt."""
        self.attempts += 1
        self._state.attempt_number = self.attempts
        wait_s = self._rng.uniform(self._first_s / 10, self._window(self._state))
        if retry_after_s is None:
            return wait_s
        return min(max(retry_after_s, 0.0), RETRY_AFTER_CAP_S) + min(wait_s, self._first_s)

    def succeeded(self) -> None:
        """Start again with the narrowest window."""
        self.attempts = 0
