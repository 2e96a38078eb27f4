"""Cuts a stream at a terminator byte and drops what is longer than any frame."""

from drivers.counters import EMPTY, OVERLONG, Counters


class Runs:
    """The runs of bytes between terminators, none longer than ``limit``."""

    def __init__(self, terminator: bytes, limit: int, counters: Counters) -> None:
        self._terminator = terminator
        self._limit = limit
        self._counters = counters
        self._held = b""
        self._skipping = False
        self._is_fresh = True

    @property
    def buffered(self) -> int:
        """Bytes of the run that has no terminator yet."""
        return len(self._held)

    def feed(self, data: bytes) -> tuple[list[bytes], bool]:
        """Return the runs that ``data`` completes, and whether these are the first ones.

        Runs come without their terminator and are never empty.
        """
        runs = (self._held + data).split(self._terminator)
        self._held = runs.pop()
        if self._skipping:
            runs = self._skip(runs)
        if b"" in runs:
            kept = [run for run in runs if run]
            self._counters.discard(EMPTY, len(runs) - len(kept))
            runs = kept
        if runs and max(map(len, runs)) > self._limit:
            runs = self._within_limit(runs)
        if len(self._held) > self._limit:
            self._overlong(self._held, len(self._held))
            self._held, self._skipping = b"", True
        is_first = self._is_fresh
        self._is_fresh = is_first and not runs
        return runs, is_first

    def _skip(self, runs: list[bytes]) -> list[bytes]:
        if not runs:
            self._counters.discard(OVERLONG, len(self._held))
            self._held = b""
            return runs
        self._skipping = False
        self._counters.discard(OVERLONG, len(runs[0]) + 1)
        return runs[1:]

    def _within_limit(self, runs: list[bytes]) -> list[bytes]:
        for run in runs:
            if len(run) > self._limit:
                self._overlong(run, len(run) + 1)
        return [run for run in runs if len(run) <= self._limit]

    def _overlong(self, run: bytes, count: int) -> None:
        self._counters.refuse(OVERLONG, run[: self._limit])
        self._counters.discard(OVERLONG, count)
