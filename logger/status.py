"""How the service is doing, as ``needlelog status`` and the demo show it."""

from typing import Literal

import msgspec

PenState = Literal["no port", "waiting", "recording", "lost"]


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


class OpenSessionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A session that is not stopped."""

    session: str
    pen: str
    state: str
    side: str
    zone: str
    simulated: bool
    started_unix_ns: int
    samples: int
    completeness: float | None
    gaps: int
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


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The whole. ``saved_position`` is the last committed entry, at ``saved_unix_ns``."""

    version: str
    site: str
    journal: str
    saved_position: int
    saved_unix_ns: int
    saved_age_s: float
    clock_synchronised: bool
    disk_free_bytes: int
    pens: tuple[PenStatus, ...]
    sessions: tuple[OpenSessionStatus, ...]
    sinks: tuple[SinkStatus, ...]


def status_lines(status: Status) -> list[str]:
    """Return the status as lines for a person."""
    clock = "synchronised" if status.clock_synchronised else "NOT synchronised"
    lines = [
        f"site {status.site}, needlelog {status.version}, journal {status.journal[:8]}",
        f"saved up to position {status.saved_position} ({_age(status.saved_age_s)} ago), "
        f"clock {clock}, {status.disk_free_bytes / 1e9:.1f} GB free",
    ]
    lines += [line for pen in status.pens for line in _pen_lines(pen)]
    lines += [_session_line(session) for session in status.sessions] or ["no session is open"]
    lines += [line for sink in status.sinks for line in _sink_lines(sink)] or ["no sink is set"]
    return lines


def _pen_lines(pen: PenStatus) -> list[str]:
    mark = " SIMULATED" if pen.simulated else ""
    lines = [f"pen {pen.serial or '?'}{mark}: {pen.state} on {pen.port or '?'} ({pen.profile})"]
    if pen.last_sample_age_s is not None:
        motor = {True: "on", False: "off", None: "?"}[pen.motor_on]
        lines.append(
            f"  {_number(pen.depth_set_mm, 'mm')} set, {_rate(pen.rate_hz)}, motor {motor}; "
            f"{pen.samples} samples, the last {_age(pen.last_sample_age_s)} ago"
        )
    if pen.refused:
        causes = ", ".join(f"{count} {cause}" for cause, count in sorted(pen.refused.items()))
        lines.append(f"  frames refused: {causes}")
    if pen.trouble:
        lines.append(f"  {pen.trouble}")
    return lines


def _session_line(session: OpenSessionStatus) -> str:
    complete = "?" if session.completeness is None else f"{session.completeness:.2%}"
    mark = " SIMULATED" if session.simulated else ""
    return (
        f"session {session.session}{mark} on pen {session.pen}: {session.state}, "
        f"{session.side} {session.zone}, {session.samples} samples, complete {complete}, "
        f"{session.gaps} gap(s), {session.deviations} deviation(s)"
    )


def _sink_lines(sink: SinkStatus) -> list[str]:
    behind = (
        f"{sink.depth} entries behind, oldest {_age(sink.age_s)}" if sink.depth else "up to date"
    )
    quarantined = f", {sink.quarantined} in quarantine" if sink.quarantined else ""
    lines = [f"sink {sink.name}: {sink.state}, {behind}{quarantined}"]
    if sink.error:
        again = "" if sink.retry_in_s is None else f" (again in {_age(sink.retry_in_s)})"
        lines.append(f"  {sink.error}{again}")
    return lines + [f"  {note}" for note in sink.notes]


def _age(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _number(value: float | None, unit: str) -> str:
    return "?" if value is None else f"{value:.2f} {unit}"


def _rate(rate_hz: float | None) -> str:
    return "? Hz" if rate_hz is None else f"{rate_hz:.1f} Hz ({rate_hz * 60:.0f} RPM)"
