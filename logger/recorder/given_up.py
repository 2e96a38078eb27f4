"""The gaps that stand for samples which came and could be kept nowhere."""

import msgspec
import numpy as np

from drivers.model import SampleBlock
from logger.journal import kinds

CAUSE = "disk"


def gaps_of(block: SampleBlock) -> list[kinds.Gap]:
    """Return what is missing without ``block``: a gap for each run of its numbers.

    The samples beside a run are not at hand: its times reach a period beyond its own.
    """
    ends = np.flatnonzero(np.diff(block.sequence) != 1)
    firsts = [0, *(ends + 1).tolist()]
    lasts = [*ends.tolist(), len(block) - 1]
    utc_ns = block.utc_ns()
    period_ns = int(np.median(np.diff(utc_ns))) if len(utc_ns) > 1 else 0
    return [
        kinds.Gap(
            cause=CAUSE,
            count=last - first + 1,
            from_sequence=int(block.sequence[first]),
            to_sequence=int(block.sequence[last]),
            from_unix_ns=int(utc_ns[first]) - period_ns,
            to_unix_ns=int(utc_ns[last]) + period_ns,
            simulated=block.simulated,
        )
        for first, last in zip(firsts, lasts, strict=True)
    ]


def extended(earlier: kinds.Gap, later: kinds.Gap) -> kinds.Gap | None:
    """Return one gap for two that follow each other; None if they do not."""
    if earlier.to_sequence is None or earlier.to_sequence + 1 != later.from_sequence:
        return None
    return msgspec.structs.replace(
        earlier,
        count=(earlier.count or 0) + (later.count or 0),
        to_sequence=later.to_sequence,
        to_unix_ns=later.to_unix_ns,
    )
