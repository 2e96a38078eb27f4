"""What waits for a second step: by a random token, in memory, and not for long."""

from collections.abc import Callable
from typing import Generic, TypeVar

_What = TypeVar("_What")


class Waiting(Generic[_What]):
    """Keeps things for ``lasts_s`` by the clock that was passed in."""

    def __init__(
        self, lasts_s: float, now_s: Callable[[], float], make_token: Callable[[], str]
    ) -> None:
        self._lasts_s = lasts_s
        self._now_s = now_s
        self._make_token = make_token
        self._kept: dict[str, tuple[float, _What]] = {}

    def keep(self, what: _What) -> str:
        """Return the token by which ``what`` is found; drops what waited too long."""
        now_s = self._now_s()
        for token, (until_s, _) in list(self._kept.items()):
            if until_s <= now_s:
                self._kept.pop(token, None)
        token = self._make_token()
        self._kept[token] = (now_s + self._lasts_s, what)
        return token

    def find(self, token: str) -> _What | None:
        """Return what waits under ``token``; None if nothing does, or no more."""
        until_s, what = self._kept.get(token, (0.0, None))
        return what if self._now_s() < until_s else None

    def drop(self, token: str) -> None:
        """Let nothing wait under ``token``."""
        self._kept.pop(token, None)
