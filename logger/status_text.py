"""The status as lines for a person."""

from collections import Counter
from datetime import UTC, datetime

from logger.status import (
    ArchiveStatus,
    GapStatus,
    OpenSessionStatus,
    PenStatus,
    SinkStatus,
    Status,
)


def status_lines(status: Status) -> list[str]:
    """Return the status as lines for a person."""
    clock = "synchronised" if status.clock.synchronised else "NOT synchronised"
    if status.clock.last_step_s is not None:
        clock += f", set {status.clock.steps} time(s), last by {status.clock.last_step_s:+.1f} s"
    lines = [
        f"site {status.site}, needlelog {status.version}, journal {status.journal[:8]}",
        f"saved up to position {status.saved_position} ({_age(status.saved_age_s)} ago), "
        f"clock {clock}, {status.drive.free_bytes / 1e9:.1f} GB free",
    ]
    lines += [line for pen in status.pens for line in _pen_lines(pen)]
    lines += [line for one in status.sessions for line in _session_lines(one)] or [
        "no session is open"
    ]
    lines += [_archive_line(status.archive), _kept_line(status.archive)]
    lines += [line for sink in status.sinks for line in _sink_lines(sink)] or ["no sink is set"]
    return lines + _condition_lines(status)


def status_headline(status: Status) -> str:
    """Return the status in a line, for whoever looks at a unit or a list of services."""
    pens = Counter(pen.state for pen in status.pens)
    told = ", ".join(f"{count} {state}" for state, count in pens.items()) or "none"
    troubles = "; ".join(f"{one.what} {one.name}: {one.problem}" for one in status.conditions)
    return f"pens: {told}; {f'degraded: {troubles}' if troubles else 'all is well'}"


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
    return lines


def _session_lines(session: OpenSessionStatus) -> list[str]:
    complete = "?" if session.completeness is None else f"{session.completeness:.2%}"
    mark = " SIMULATED" if session.simulated else ""
    line = (
        f"session {session.session}{mark} on pen {session.pen}: {session.state}, "
        f"{session.side} {session.zone}, {session.samples} samples, complete {complete}, "
        f"{session.gaps} gap(s), {session.deviations} deviation(s)"
    )
    return [line, *(f"  gap: {_gap(gap)}" for gap in session.newest_gaps)]


def _gap(gap: GapStatus) -> str:
    count = "an unknown number of" if gap.count is None else str(gap.count)
    when = f"{_time(gap.from_unix_ns)} to {_time(gap.to_unix_ns)}"
    return f"{count} samples missing, {when} ({gap.cause})"


def _condition_lines(status: Status) -> list[str]:
    if not status.conditions:
        return ["state: good"]
    return [
        f"state: DEGRADED, {len(status.conditions)} thing(s) to mend",
        *(
            f"  {one.what} {one.name}: {one.problem}. {one.mend}".rstrip()
            for one in status.conditions
        ),
    ]


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


def _archive_line(archive: ArchiveStatus) -> str:
    done_ns = archive.last_round_unix_ns
    last = "" if done_ns is None else f", last at {_time(done_ns)}"
    again = "" if archive.retry_in_s is None else f" (again in {_age(archive.retry_in_s)})"
    return f"archive: {archive.state}, {archive.sealed} sealed{last}{again}"


def _kept_line(archive: ArchiveStatus) -> str:
    gone = {
        "blocks pruned": archive.pruned,
        "payloads erased": archive.erased,
        "items and files dropped": archive.dropped,
    }
    taken = [f"{count} {what}" for what, count in gone.items() if count]
    since = f"; since the start {', '.join(taken)}" if taken else ""
    return (
        f"kept: sealed samples {_days(archive.payloads_days)} in the journal, refused items "
        f"{_days(archive.quarantine_days)}, recovered damaged files "
        f"{_days(archive.damaged_days)}, the record for ever{since}"
    )


def _days(days: int) -> str:
    return f"{days} days" if days else "for ever"


def _time(unix_ns: int | None) -> str:
    if unix_ns is None:
        return "?"
    return datetime.fromtimestamp(unix_ns / 1e9, UTC).strftime("%H:%M:%S.%f")[:-4] + "Z"


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
