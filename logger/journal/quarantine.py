"""Items that a sink's receiver refused for good, kept for people to look at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quarantined:
    """``item`` is what was refused, as it was sent, from the entry at ``position``.

    ``reason`` holds the receiver's own words. ``number`` (from 1) and ``time_ns`` are
    given by the journal; what is not journaled yet has 0.
    """

    sink: str
    position: int
    item: bytes
    reason: str
    number: int = 0
    time_ns: int = 0
