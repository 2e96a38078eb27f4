"""What stands behind and above the samples of a session: segments, limits, deviations, notes."""

from collections.abc import Iterator
from typing import Any

from logger.archive.report.course import PAUSED
from logger.archive.report.measures import told_deviation
from logger.journal.kinds import ZoneLimit
from logger.review.courses import Columns, Run
from logger.review.words import Words
from logger.session.model import Session

Span = tuple[float, float]
_NS_PER_S = 1_000_000_000
_NS_PER_MS = 1_000_000


def marks_of(columns: Columns, session: Session, words: Words) -> dict[str, Any]:
    """Return all marks in JSON's own types; times are seconds on the axis of the samples.

    ``deviations`` stand in the order of their table, None where one lies nowhere. ``clock``
    tells from when on which UTC (ms) the axis has, and how far local time is from it.
    """
    axis = _Axis(columns)
    return {
        "duration_s": columns.duration_s,
        "samples": len(columns),
        "clock": axis.clock(words),
        "segments": list(_segments(axis, session, words)),
        "pauses": axis.spans(PAUSED),
        "limits": list(_limits(axis, session)),
        "deviations": [
            _deviation(axis, segment.number, one, words)
            for segment in session.segments
            for one in segment.deviations
        ],
        "notes": list(_notes(axis, session, words)),
    }


class _Axis:
    """Finds places on the axis of the samples."""

    def __init__(self, columns: Columns) -> None:
        self._runs = columns.runs
        self._duration_s = columns.duration_s

    def spans(self, segment: int) -> list[Span]:
        """Return from where to where a segment's samples reach, stay by stay."""
        found: list[Span] = []
        before: Run | None = None
        for run in self._runs:
            if run.segment == segment:
                goes_on = before is not None and before.segment == segment
                from_s = found.pop()[0] if goes_on else run.from_s
                found.append((round(from_s, 6), round(run.to_s, 6)))
            before = run
        return found

    def interval(self, segment: int, from_ns: int, to_ns: int) -> Span | None:
        """Return where an interval of a segment lies, None if nowhere."""
        found = [
            (max(run.from_s, _on(run, from_ns)), min(run.to_s, _on(run, to_ns)))
            for run in self._runs
            if run.segment == segment
        ]
        inside = [one for one in found if one[0] <= one[1]]
        return (round(inside[0][0], 6), round(inside[-1][1], 6)) if inside else None

    def moment(self, unix_ns: int) -> float:
        """Return where a time lies; what lies outside all samples, at the nearest of them."""
        near = [min(max(_on(run, unix_ns), run.from_s), run.to_s) for run in self._runs]
        away = [abs(_on(run, unix_ns) - at) for run, at in zip(self._runs, near, strict=True)]
        return round(near[away.index(min(away))], 6) if near else 0.0

    def clock(self, words: Words) -> list[list[float]]:
        """Return from when on the axis has which UTC in ms, and local time's offset in s."""
        told: list[list[float]] = []
        for run in self._runs:
            unix_ns = run.utc_ns_at_zero + round(run.from_s * _NS_PER_S)
            offset = words.local(unix_ns).utcoffset()
            away_s = 0.0 if offset is None else offset.total_seconds()
            told.append([run.from_s, unix_ns / _NS_PER_MS, away_s])
        return told


def _on(run: Run, unix_ns: int) -> float:
    return (unix_ns - run.utc_ns_at_zero) / _NS_PER_S


def _segments(axis: _Axis, session: Session, words: Words) -> Iterator[dict[str, Any]]:
    for one in session.segments:
        yield {
            "number": one.number,
            "side": one.side,
            "zone": one.zone,
            "name": words.site(one.side, one.zone),
            "spans": axis.spans(one.number),
        }


def _limits(axis: _Axis, session: Session) -> Iterator[dict[str, Any]]:
    """Yield the plan's envelope of each segment that has one; a bound that it lacks is None."""
    zones = {} if session.plan is None else {one.zone: one for one in session.plan.zones}
    for segment in session.segments:
        limit: ZoneLimit | None = zones.get(segment.zone)
        if limit is not None:
            yield {
                "spans": axis.spans(segment.number),
                "depth_max_mm": limit.depth_max_mm,
                "rate_min_hz": limit.rate_min_hz,
                "rate_max_hz": limit.rate_max_hz,
            }


def _deviation(axis: _Axis, segment: int, one: Any, words: Words) -> dict[str, Any] | None:
    span = axis.interval(segment, one.from_unix_ns, one.to_unix_ns)
    if span is None:
        return None
    what, extreme, limit = told_deviation(one, words)
    of = "rate" if one.what.startswith("rate") else "depth"
    text = f"{what}: {extreme} ({words.word('limit')} {limit})"
    return {"of": of, "from_s": span[0], "to_s": span[1], "text": text}


def _notes(axis: _Axis, session: Session, words: Words) -> Iterator[dict[str, Any]]:
    record = session.record
    told = [(one.time_unix_ns, "note", one.text) for one in session.notes]
    told += [
        (one.time_unix_ns, "review", f"{words.word('reviewed_by')}: {one.name}")
        for one in record.reviews
    ]
    told += [
        (one.time_unix_ns, "signature", f"{one.meaning}: {one.name}") for one in record.signatures
    ]
    for unix_ns, kind, text in sorted(told):
        at_s = axis.moment(unix_ns)
        yield {"at_s": at_s, "kind": kind, "time": str(words.moment(unix_ns)), "text": text}
