"""Sessions as lines of text for a terminal, and as values for JSON."""

from typing import Any

import msgspec

from logger.cli.time_texts import time_text
from logger.session.clock_account import ClockAccount
from logger.session.legs import ZONES
from logger.session.model import Segment, Session, Spread


def as_json_value(value: msgspec.Struct) -> Any:
    """Return ``value`` as JSON's own types, every field named as in the model."""
    return msgspec.to_builtins(value)


def summary_lines(session: Session, clocks: ClockAccount) -> list[str]:
    """Return a session's page: who, when, by which clocks, segments, deviations, notes."""
    mark = "  SIMULATED" if session.simulated else ""
    lines = [
        f"session {session.id}  {session.state}{mark}",
        f"  pen {session.pen} {session.pen_seen.model} {session.pen_seen.firmware}".rstrip()
        + f", client {session.client}, practitioner {session.practitioner}",
        f"  from {time_text(session.started_unix_ns)} to {time_text(session.ended_unix_ns)}"
        + ("" if clocks.duration_s is None else f", {clocks.duration_s:.1f} s"),
        *_clock_lines(clocks),
    ]
    if session.plan:
        lines.append(f"  plan {session.plan.name} version {session.plan.version}")
    if session.indication:
        lines.append(f"  indication {session.indication}")
    lines += [_totals_line(session), ""]
    for segment in session.segments:
        lines += _segment_lines(segment)
    for stay in session.interruptions:
        until = time_text(stay.to_unix_ns)
        lines.append(f"  {stay.what} from {time_text(stay.from_unix_ns)} to {until}: {stay.reason}")
    lines += [
        f"  note {time_text(note.time_unix_ns)} {note.actor}: {note.text}" for note in session.notes
    ]
    return lines


def _clock_lines(clocks: ClockAccount) -> list[str]:
    """Return by which clocks the times were taken; nothing where there is nothing to say."""
    lines = []
    if not clocks.synchronised:
        lines.append("  the host's clock was NOT synchronised all the time")
    for stretch in clocks.stretches:
        corrected, step = stretch.corrected, stretch.step_ns
        jumped = "" if not step else f", a step of {step / 1e9:+.3f} s"
        if corrected is not None:
            lines.append(
                f"  times from position {stretch.from_position} ({stretch.reason}{jumped}) are "
                f"{_wrong_by(corrected.correction_ns)}; position {corrected.by_position} knows it"
            )
        elif jumped:
            lines.append(f"  the clock changed at position {stretch.from_position}{jumped}")
    started, ended = clocks.corrected_started_unix_ns, clocks.corrected_ended_unix_ns
    if started is not None or ended is not None:
        known = [time_text(one, "as recorded") for one in (started, ended)]
        lines.append(f"  corrected: from {known[0]} to {known[1]}")
    return lines


def _wrong_by(correction_ns: int) -> str:
    return f"{abs(correction_ns) / 1e9:.3f} s too {'early' if correction_ns > 0 else 'late'}"


def _totals_line(session: Session) -> str:
    totals = session.totals
    words = [
        f"{totals.samples_received} samples",
        f"complete {_percent(totals.completeness)}",
        f"motor on {totals.motor_on_s:.1f} s",
        f"{totals.deviations} deviation(s)",
    ]
    if totals.nominal_punctures is not None:
        words.append(f"{totals.nominal_punctures:.0f} nominal punctures")
    return "  " + ", ".join(words)


def _segment_lines(segment: Segment) -> list[str]:
    statistics = segment.statistics
    zone = ZONES[segment.zone].title if segment.zone in ZONES else segment.zone
    contact = "" if statistics.contact_s is None else f", contact {statistics.contact_s:.1f} s"
    gaps = statistics.gaps_counted + statistics.gaps_uncounted
    lines = [
        f"  {segment.number}. {segment.side} {zone}",
        f"     {statistics.duration_s:.1f} s, motor on {statistics.motor_on_s:.1f} s{contact}, "
        f"{statistics.samples_received} samples, complete {_percent(statistics.completeness)}, "
        f"{gaps} gap(s), {statistics.dial_changes} dial change(s)",
        f"     depth set {_spread(statistics.depth_set_mm, 'mm')}; "
        f"measured {_spread(statistics.depth_measured_mm, 'mm')}; "
        f"rate {_spread(statistics.rate_hz, 'Hz')}",
    ]
    for deviation in segment.deviations:
        limit = "" if deviation.limit is None else f": {deviation.extreme} beyond {deviation.limit}"
        lines.append(
            f"     DEVIATION {deviation.what}{limit}, {deviation.lasted_s:.1f} s "
            f"from {time_text(deviation.from_unix_ns)}"
        )
    return lines


def _spread(spread: Spread | None, unit: str) -> str:
    if spread is None:
        return "-"
    return f"{spread.mean:.2f} {unit} ({spread.minimum:.2f} to {spread.maximum:.2f})"


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.2%}"
