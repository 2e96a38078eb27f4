"""Finds the message at which a broker hangs up every time, so that it blocks no other."""

_CONVICTED_AFTER = 4
_CAREFUL_FOR = 200


class Suspect:
    """Remembers at which position connections ended.

    A broker that will not take a message may just close the connection. With several
    messages under way nobody can tell which one it was; so after a loss they go one by
    one for a while, and the one that ends connection after connection is convicted.
    """

    def __init__(self) -> None:
        self._position = 0
        self._losses = 0
        self._refused: dict[int, str] = {}

    def window(self, usual: int, position: int) -> int:
        """Return how many messages may be under way at ``position``."""
        careful = self._losses > 0 and position <= self._position + _CAREFUL_FOR
        return 1 if careful else usual

    def lost(self, position: int) -> None:
        """Note that the broker hung up while the message of ``position`` was waiting."""
        self._losses = self._losses + 1 if position == self._position else 1
        self._position = position

    def refused(self, position: int, words: str) -> None:
        """Note that the broker refused the message of ``position``."""
        self._refused[position] = words

    def settled(self) -> None:
        """Forget what was refused: it is known elsewhere now, and a replay tries it again."""
        self._refused.clear()

    def convicted(self, position: int) -> str | None:
        """Return why the message of ``position`` is not to be sent again; None if it is."""
        if position == self._position and self._losses >= _CONVICTED_AFTER:
            return (
                f"the broker closed the connection at this message, {self._losses} times in a row"
            )
        return self._refused.get(position)
