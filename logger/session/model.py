"""What a session is, as everyone sees it: frozen, JSON-able, computed from the journal.

Times are UTC in ns by the clock that was in force then. Positions are the journal's; a
range of positions includes both ends. None means "not known" or "not yet".
"""

from typing import Literal

import msgspec

from logger.journal.kinds import Cartridge, Plan
from logger.session.cartridges import CartridgeRead
from logger.session.record import SessionRecord
from logger.session.summary import DeviationKind, State

Break = Literal["paused", "interrupted", "lapsed"]


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How a channel was spread over time, in the unit that the field's name tells.

    ``sd`` is the population's. Percentiles are values that occurred: the least one that
    covers so much of the time.
    """

    mean: float
    sd: float
    minimum: float
    p05: float
    p50: float
    p95: float
    maximum: float


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """From a time to a later one; ``lasted_s`` by the pen's clock, which nobody sets."""

    from_unix_ns: int
    to_unix_ns: int
    lasted_s: float


class SegmentStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """Sums and spreads over the samples of a segment; ``docs/sessions.md`` has the formulas.

    ``duration_s`` includes gaps, ``recorded_s`` does not. ``samples_missing`` and
    ``completeness`` are None where the pen does not count its samples; they leave out
    the ``gaps_uncounted``, of which nobody knows how many samples they swallowed.
    Spreads are taken while the motor was on, None where there is nothing to take.
    """

    samples_received: int
    samples_missing: int | None
    completeness: float | None
    gaps_counted: int
    gaps_uncounted: int
    duration_s: float
    recorded_s: float
    motor_on_s: float
    contact_s: float | None
    depth_set_mm: Spread | None
    depth_measured_mm: Spread | None
    rate_hz: Spread | None
    dial_changes: int
    nominal_punctures: float | None


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """An interval outside the plan. ``extreme`` is the value farthest outside ``limit``.

    Both are in mm for depths and Hz for rates, None for a zone that the plan does not name.
    ``lasted_s`` is by the pen's clock: the host's may have been set within the interval.
    """

    zone: str
    what: DeviationKind
    from_unix_ns: int
    to_unix_ns: int
    lasted_s: float
    extreme: float | None = None
    limit: float | None = None


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One stay on one side and zone; ``to_*`` are None while it lasts.

    ``assigned`` marks one whose samples were recorded without a session, and brought in
    later: it may lie before the start, after the end or within a lapse.
    """

    number: int
    side: str
    zone: str
    from_position: int
    from_unix_ns: int
    to_position: int | None
    to_unix_ns: int | None
    statistics: SegmentStatistics
    deviations: tuple[Deviation, ...]
    assigned: bool = False


class Interruption(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which the session did not simply go on.

    ``adopted`` is True for a lapse whose telemetry was brought in when the session was
    resumed; ``ended_by`` is the kind of the entry that ended it.
    """

    what: Break
    reason: str
    from_position: int
    from_unix_ns: int
    to_position: int | None = None
    to_unix_ns: int | None = None
    ended_by: str = ""
    adopted: bool = False


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What someone wrote during the session, or after it."""

    position: int
    time_unix_ns: int
    actor: str
    text: str


class PenSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The pen as it presented itself when the session started; ``boot_ids`` in order seen.

    ``needles`` is what it had read from its cartridge by ``as_of_position``.
    """

    serial: str
    model: str = ""
    firmware: str = ""
    profile: str = ""
    profile_hash: str = ""
    sample_period_us: int | None = None
    boot_ids: tuple[int, ...] = ()
    needles: int | None = None
    as_of_position: int = 0


class ClockState(msgspec.Struct, frozen=True, kw_only=True):
    """The host clock as last read: ``offset_ns`` is wall time minus CLOCK_BOOTTIME."""

    host_boot_id: str
    synchronised: bool
    offset_ns: int


class HostMoment(msgspec.Struct, frozen=True, kw_only=True):
    """A moment on CLOCK_BOOTTIME of one boot of the host: no setting of the clock moves it."""

    host_boot_id: str
    boottime_ns: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over the segments; None where a part is not known."""

    samples_received: int
    completeness: float | None
    recorded_s: float
    motor_on_s: float
    nominal_punctures: float | None
    deviations: int


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One client, one practitioner, one pen, from start to stop.

    ``clock`` tells how far the start time can be trusted. ``corrected_started_unix_ns``
    is set where the clock was not synchronised at the start and a later anchor of the
    same host boot knows better. ``clock_correction_ns`` is the difference, which holds
    for every other time before that anchor too. ``ended_position`` is the last position
    whose samples may be the session's.
    """

    id: str
    pen: str
    client: str
    practitioner: str
    simulated: bool
    state: State
    started_position: int
    started_unix_ns: int
    started_by: str
    ended_position: int | None
    ended_unix_ns: int | None
    stop_reason: str
    last_motor_on_unix_ns: int | None
    plan: Plan | None
    indication: str
    cartridge: Cartridge | None
    notes: tuple[Note, ...]
    segments: tuple[Segment, ...]
    interruptions: tuple[Interruption, ...]
    motor_on_while_paused: tuple[Interval, ...]
    samples_paused: int
    totals: Totals
    pen_seen: PenSeen
    clock: ClockState | None
    clock_correction_ns: int | None = None
    corrected_started_unix_ns: int | None = None
    record: SessionRecord = SessionRecord()
    segments_as_recorded: tuple[Segment, ...] = ()
    cartridges_read: tuple[CartridgeRead, ...] = ()
