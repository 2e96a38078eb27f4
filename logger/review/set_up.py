"""The one-use code by which the first administrator is made."""

import hmac
from collections.abc import Callable

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS, _IN_GROUP = 4, 4
_MOST_WRONG = 20


class SetUpCode:
    """80 bits, said once by the console at its start; dead after use or too many wrong ones."""

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        letters = [_LETTERS[one % len(_LETTERS)] for one in random_bytes(_GROUPS * _IN_GROUP)]
        self.text = "-".join(
            "".join(letters[at : at + _IN_GROUP]) for at in range(0, len(letters), _IN_GROUP)
        )
        self._left = _MOST_WRONG

    @property
    def is_alive(self) -> bool:
        """Whether it opens anything still."""
        return self._left > 0

    def fits(self, typed: str) -> bool:
        """Return whether ``typed`` is the code, in small letters and without dashes too."""
        if not self.is_alive:
            return False
        fits = hmac.compare_digest(_bare(typed), _bare(self.text))
        self._left -= not fits
        return fits

    def use_up(self) -> None:
        """Let it open nothing any more."""
        self._left = 0


def _bare(text: str) -> bytes:
    return "".join(text.split()).replace("-", "").upper().encode("utf-8", "replace")
