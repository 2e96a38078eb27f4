"""Which of a pen's positions belong to a session, as all of the journal's changes left it."""

from bisect import bisect_left, bisect_right

LAST_POSSIBLE = 2**63 - 1


class Owners:
    """Stretches of one pen's positions, each with the session that its samples belong to.

    None stands for unassigned, which everything is at first.
    """

    def __init__(self) -> None:
        self._starts = [0]
        self._owners: list[str | None] = [None]

    def give(self, first: int, last: int, session: str | None) -> None:
        """Let the samples from ``first`` to ``last``, both included, be those of ``session``."""
        after = self.owner(last + 1)
        low, high = bisect_left(self._starts, first), bisect_right(self._starts, last + 1)
        starts, owners = [first], [session]
        if last < LAST_POSSIBLE:
            starts.append(last + 1)
            owners.append(after)
        self._starts[low:high] = starts
        self._owners[low:high] = owners

    def owner(self, position: int) -> str | None:
        """Return the session that samples at ``position`` belong to; None if to none."""
        return self._owners[bisect_right(self._starts, position) - 1]

    def is_one(self, first: int, last: int) -> bool:
        """Return whether all samples from ``first`` to ``last``, both included, are one stretch."""
        return bisect_right(self._starts, first) == bisect_right(self._starts, last)
