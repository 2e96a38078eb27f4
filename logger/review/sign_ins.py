"""Who is signed in: kept in memory, by the hash of a random token."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from logger.accounts import Account


@dataclass(slots=True)
class SignIn:
    """An account that gave its password; times in seconds of the clock that was passed in.

    ``position`` is that of the last entry about the account: another one ends the sign-in.
    ``viewed`` are the sessions whose course it was noted to have watched.
    """

    account: Account
    position: int
    began_s: float
    seen_s: float
    viewed: set[str] = field(default_factory=set)


class SignIns:
    """All that last. None outlives this process, and no token is kept as it is."""

    def __init__(
        self,
        idle_timeout_s: float,
        absolute_timeout_s: float,
        now_s: Callable[[], float],
        make_token: Callable[[], str],
    ) -> None:
        self._idle_timeout_s = idle_timeout_s
        self._absolute_timeout_s = absolute_timeout_s
        self._now_s = now_s
        self._make_token = make_token
        self._by_hash: dict[str, SignIn] = {}

    def begin(self, account: Account, position: int) -> str:
        """Return the token of a new sign-in."""
        token, now_s = self._make_token(), self._now_s()
        self._by_hash[_hashed(token)] = SignIn(account, position, now_s, now_s)
        return token

    def find(self, token: str) -> SignIn | None:
        """Return the sign-in of that token, which begins to idle anew; None if there is none."""
        found = self.look_at(token)
        if found is not None:
            found.seen_s = self._now_s()
        return found

    def look_at(self, token: str) -> SignIn | None:
        """Return the same, and let it idle on."""
        found = self._by_hash.get(_hashed(token))
        return None if found is None or self._is_over(found) else found

    @property
    def has_any(self) -> bool:
        """Whether anybody is signed in."""
        return any(not self._is_over(one) for one in list(self._by_hash.values()))

    def end(self, token: str) -> SignIn | None:
        """Return the sign-in that this ends, None if there was none."""
        return self._by_hash.pop(_hashed(token), None)

    def timed_out(self) -> list[SignIn]:
        """Return the sign-ins that idled or lasted too long; they are forgotten here."""
        over = [key for key, one in list(self._by_hash.items()) if self._is_over(one)]
        # Several threads may look at once: each sign-in is told of by whoever takes it out.
        taken = [self._by_hash.pop(key, None) for key in over]
        return [one for one in taken if one is not None]

    def _is_over(self, one: SignIn) -> bool:
        now_s = self._now_s()
        idle = now_s - one.seen_s >= self._idle_timeout_s
        return idle or now_s - one.began_s >= self._absolute_timeout_s


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
