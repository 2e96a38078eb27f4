"""What is true now of pens and sessions, for the states that a broker retains."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SessionState = Literal["open", "paused", "interrupted"]


@dataclass(frozen=True, slots=True)
class SessionPresent:
    """An open session. ``since_unix_ns`` is when it came into this state, side and zone."""

    session: str
    side: str | None
    zone: str | None
    state: SessionState
    since_unix_ns: int


@dataclass(frozen=True, slots=True)
class PenPresent:
    """A pen: whether its link is up, and the session open on it, if any."""

    online: bool
    session: SessionPresent | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """Every pen known to the recorder, by serial number."""

    pens: Mapping[str, PenPresent] = field(default_factory=dict)
