"""How a sink is doing, for people and for metrics."""

from dataclasses import dataclass
from typing import Literal

PumpState = Literal["connecting", "delivering", "idle", "down"]


@dataclass(frozen=True, slots=True)
class PumpStatus:
    """A snapshot of one pump; nothing in it is secret or personal.

    ``position`` is the last entry that the receiver accepted, at ``accepted_unix_ns``.
    ``depth`` counts the journal's entries behind it, ``oldest_age_s`` is the age of the
    first of them (0 where there is none). ``retry_in_s`` is set while the sink is down.
    Counts are since the start of the service. ``notes`` are sentences for a person.
    """

    name: str
    state: PumpState
    error: str
    position: int
    accepted_unix_ns: int | None
    depth: int
    oldest_age_s: float
    entries_delivered: int
    samples_delivered: int
    quarantined: int
    attempts: int
    retry_in_s: float | None
    notes: tuple[str, ...] = ()
