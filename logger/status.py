"""How the service is doing."""

from typing import Literal

import msgspec

ConditionKind = Literal[
    "drive", "clock", "journal", "pen", "pen line", "session", "sink", "quarantine", "archive"
]
DriveLevel = Literal["good", "low", "full"]
ArchiveState = Literal["waiting", "working", "idle", "failing"]
PenState = Literal["no port", "waiting", "recording", "lost"]


class AskStatus(msgspec.Struct, frozen=True):
    """The arguments of the order ``status``.

    To sum up the open ``sessions`` is most of its cost: whoever folds them themselves does
    without, and without what is wrong with them.
    """

    sessions: bool = True


class PenStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One recorder and the pen on its link. Values are of the newest sample, None if unknown.

    ``samples``, ``refused`` and ``discarded_bytes`` count since the link is up.
    ``trouble`` says in a sentence why nothing is recorded, and what to do.
    """

    state: PenState
    port: str = ""
    profile: str = ""
    serial: str = ""
    simulated: bool = False
    trouble: str = ""
    samples: int = 0
    refused: dict[str, int] = {}
    discarded_bytes: int = 0
    last_sample_unix_ns: int | None = None
    last_sample_age_s: float | None = None
    depth_set_mm: float | None = None
    depth_measured_mm: float | None = None
    rate_hz: float | None = None
    motor_on: bool | None = None
    contact: bool | None = None
    clock_synchronised: bool | None = None


class DriveStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Room on the drive of the data directory.

    ``level``: ``good``; ``low``, below ``warn_below_bytes``; ``full``, below
    ``refuse_below_bytes`` or nothing could be saved: no new session. ``held_*`` tell of what
    waits in memory for room, ``given_up_samples`` of what found no room there either.
    """

    level: DriveLevel
    free_bytes: int
    warn_below_bytes: int
    refuse_below_bytes: int
    reserve_bytes: int
    held_bytes: int = 0
    held_s: float = 0.0
    given_up_samples: int = 0
    error: str = ""


class ClockStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The host's clock, and how often it was set since the start of the service."""

    synchronised: bool
    steps: int = 0
    last_step_s: float | None = None


class GapStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Missing samples; ``count`` is None where nobody can tell how many. Times as recorded."""

    cause: str
    count: int | None
    from_unix_ns: int | None
    to_unix_ns: int | None


class OpenSessionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A session that is not stopped.

    ``gaps`` counts its pen's gaps since it started, ``gaps_uncounted`` those of them of
    which nobody knows how many samples they swallowed; the newest come last.
    """

    session: str
    pen: str
    state: str
    side: str
    zone: str
    simulated: bool
    started_unix_ns: int
    samples: int
    completeness: float | None
    samples_missing: int | None
    gaps: int
    gaps_uncounted: int
    newest_gaps: tuple[GapStatus, ...]
    deviations: int


class SinkStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A sink's backlog: ``depth`` entries, the oldest ``age_s`` old."""

    name: str
    state: str
    position: int
    depth: int
    age_s: float
    delivered: int
    quarantined: int
    error: str = ""
    retry_in_s: float | None = None
    notes: tuple[str, ...] = ()


class ArchiveStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The sealing of what is recorded; ``sealed`` counts since the start of the service.

    So do ``pruned`` and ``erased``, payloads that left the journal, and ``dropped``, refused
    items and damaged files. The days say how long samples, those items and those files are
    kept where the record can spare them; 0 is for ever.

    ``waiting`` is its state before the first round. ``failed`` says what could not be done
    in the last round, and why.
    """

    state: ArchiveState = "waiting"
    sealed: int = 0
    pruned: int = 0
    erased: int = 0
    dropped: int = 0
    payloads_days: int = 0
    quarantine_days: int = 0
    damaged_days: int = 0
    last_round_unix_ns: int | None = None
    failed: tuple[str, ...] = ()
    retry_in_s: float | None = None


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """Something that keeps the service from being as it should, and what to do about it.

    ``what`` is a stable word for scripts; ``name`` says which pen, sink or session.
    """

    what: ConditionKind
    name: str
    problem: str
    mend: str


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The whole. ``saved_position`` is the last committed entry, at ``saved_unix_ns``.

    The service is degraded as long as there are ``conditions``; recording goes on as far
    as they let it. ``journal_notes`` tell of files that were set aside.
    """

    version: str
    site: str
    journal: str
    saved_position: int
    saved_unix_ns: int
    saved_age_s: float
    clock: ClockStatus
    drive: DriveStatus
    pens: tuple[PenStatus, ...]
    sessions: tuple[OpenSessionStatus, ...]
    sinks: tuple[SinkStatus, ...]
    archive: ArchiveStatus = ArchiveStatus()
    journal_notes: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()

    @property
    def degraded(self) -> bool:
        """Whether anything is not as it should be."""
        return bool(self.conditions)
