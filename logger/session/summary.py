"""The line of a session in lists, and the words for what it may be.

Needs nothing of the journal, so that a list of sessions is there at once.
"""

from typing import Literal

import msgspec

State = Literal["open", "paused", "interrupted", "lapsed", "stopped"]
DeviationKind = Literal[
    "depth_set_above", "depth_measured_above", "rate_above", "rate_below", "zone_not_in_plan"
]
ReviewState = Literal["recorded", "reviewed", "signed", "countersigned"]


class SessionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the session list. ``plan`` is ``name@version``, empty where there is none.

    ``corrected_started_unix_ns`` is None where nothing knows better than what was recorded.
    """

    id: str
    started_position: int
    pen: str
    client: str
    practitioner: str
    simulated: bool
    state: State
    started_unix_ns: int
    ended_unix_ns: int | None
    segments: int
    deviations: int
    completeness: float | None
    corrected_started_unix_ns: int | None = None
    plan: str = ""
    indication: str = ""
    review_state: ReviewState = "recorded"
