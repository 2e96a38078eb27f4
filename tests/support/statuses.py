"""A service that does its work, for tests that change one part of it."""

from logger.status import (
    ClockStatus,
    DriveStatus,
    OpenSessionStatus,
    PenStatus,
    SinkStatus,
    Status,
)

DRIVE = DriveStatus(
    level="good",
    free_bytes=5_000_000_000,
    warn_below_bytes=2_000_000_000,
    refuse_below_bytes=500_000_000,
    reserve_bytes=32_000_000,
)
PEN = PenStatus(
    state="recording", port="/dev/pen", serial="NP-1", samples=1000, last_sample_age_s=0.1
)
SESSION = OpenSessionStatus(
    session="20261122-ab12",
    pen="NP-1",
    state="open",
    side="left",
    zone="anterior-thigh",
    simulated=False,
    started_unix_ns=0,
    samples=1000,
    completeness=1.0,
    samples_missing=0,
    gaps=0,
    gaps_uncounted=0,
    newest_gaps=(),
    deviations=0,
)
SINK = SinkStatus(
    name="mqtt", state="idle", position=90, depth=0, age_s=0, delivered=90, quarantined=0
)
STATUS = Status(
    version="0.1.0",
    site="clinic",
    journal="0123456789abcdef",
    saved_position=90,
    saved_unix_ns=0,
    saved_age_s=0.2,
    clock=ClockStatus(synchronised=True),
    drive=DRIVE,
    pens=(PEN,),
    sessions=(SESSION,),
    sinks=(SINK,),
)
