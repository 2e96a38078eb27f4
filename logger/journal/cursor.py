"""How far a sink has come."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cursor:
    """``position`` is the last entry that the sink accepted.

    ``safe`` is the last that it had accepted at least 30 s before: a receiver may
    acknowledge and then lose, so a sink that reconnects starts again after ``safe``.
    """

    position: int
    safe: int
