"""Finding intervals in which something held, across the borders of blocks."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from logger.session.rows import UTC_NS
from logger.session.strides import Stride


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """An unbroken row of samples: from the first to the end of the last.

    ``length_us`` is the time that they count for; ``extreme`` the largest of the values
    watched, in the caller's measure. ``from_sample`` counts the samples before it, which
    orders runs whatever their times say.
    """

    from_unix_ns: int
    to_unix_ns: int
    length_us: int
    extreme: int
    from_sample: int = 0


class RunFinder:
    """Collects the runs of one condition that last at least ``minimum_us``."""

    def __init__(self, minimum_us: int, running: Run | None = None) -> None:
        self._minimum_us = minimum_us
        self.running = running

    def feed(
        self,
        holds: NDArray[np.bool_],
        values: NDArray[np.int64],
        stride: Stride,
        before: int | None = None,
    ) -> list[Run]:
        """Return the runs that ended within ``stride``; the last may go on running.

        ``holds`` and ``values`` have a column per sample of the stride; ``before`` samples
        came before it, if the caller counts them. A gap ends a run.
        """
        finished: list[Run] = []
        if self.running is not None and len(holds) and not holds[0]:
            finished += self.close()
        if not np.count_nonzero(holds):
            return finished
        for first, last in _bounds(holds, stride.gap_after):
            self.running = self._joined(_run(first, last, values, stride, before))
            goes_on = last == len(holds) - 1 and (
                stride.gap_after is None or not stride.gap_after[last]
            )
            if not goes_on:
                finished += self.close()
        return finished

    def close(self) -> list[Run]:
        """Return the run that was going on, if it was long enough, and end it."""
        run, self.running = self.running, None
        return [run] if run is not None and run.length_us >= self._minimum_us else []

    def _joined(self, run: Run) -> Run:
        before = self.running
        if before is None:
            return run
        return Run(
            from_unix_ns=before.from_unix_ns,
            to_unix_ns=run.to_unix_ns,
            length_us=before.length_us + run.length_us,
            extreme=max(before.extreme, run.extreme),
            from_sample=before.from_sample,
        )


def _run(
    first: int, last: int, values: NDArray[np.int64], stride: Stride, before: int | None
) -> Run:
    inside = slice(first, last + 1)
    return Run(
        from_unix_ns=int(stride.rows[UTC_NS, first]),
        to_unix_ns=int(stride.rows[UTC_NS, last]) + int(stride.weight_us[last]) * 1000,
        length_us=int(stride.weight_us[inside].sum()),
        extreme=int(values[inside].max()),
        from_sample=0 if before is None else before + first,
    )


def _bounds(holds: NDArray[np.bool_], gap_after: NDArray[np.bool_] | None) -> list[tuple[int, int]]:
    """Return first and last index of every unbroken row of True."""
    linked = holds[:-1] & holds[1:]
    if gap_after is not None:
        linked &= ~gap_after[:-1]
    alone = np.ones(1, dtype=np.bool_)
    firsts = np.flatnonzero(holds & np.concatenate((alone, ~linked)))
    lasts = np.flatnonzero(holds & np.concatenate((~linked, alone)))
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))
