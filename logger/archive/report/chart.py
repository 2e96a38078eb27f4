"""A session's course as shapes on a unit square, small enough to print and true to its peaks.

Time is cut into columns, each a fraction of a millimetre of paper. A column keeps the lowest
and the highest value that fell into it, so no peak is left out, however long the session.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logger.archive.report.course import PAUSED, Course
from logger.archive.report.wording import Wording, clock_face
from logger.session.model import Session

COLUMNS = 960
"""A column is 0.18 mm of an A4 page."""
HOLE_S = 1.0
"""Samples that lie farther apart, with none missing by number, leave a hole too."""
_TICKS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_TICKS_MAX = 9

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the plan in mm or Hz, ``of`` depth or rate, where on the axis it holds."""

    of: str
    value: float
    span: Span


@dataclass(frozen=True, slots=True)
class Scale:
    """From nought to ``top``, with a line every ``step``."""

    top: float
    step: float
    digits: int


DEPTH_STEPS = (0.1, 0.2, 0.5, 1.0, 2.0)
RATE_STEPS = (10.0, 20.0, 50.0, 100.0, 200.0)


def chart(session: Session, course: Course, wording: Wording) -> dict[str, Any] | None:
    """Return the drawing of ``course``; None where there are no samples.

    ``x`` runs from 0 to 1 over the duration, ``y`` from 0 to 1 over the scale.
    """
    if not len(course):
        return None
    axis = _Axis(course)
    limits = _limits(session, axis)
    depth = _scale(course, ("depth_set_mm", "depth_measured_mm"), limits, "depth", DEPTH_STEPS)
    rate = _scale(course, ("rate_hz",), limits, "rate", RATE_STEPS)
    holes = hole_after(course)
    return {
        "duration": clock_face(course.duration_s),
        "ticks": _time_ticks(axis.duration_s),
        "depth": {
            "scale": _ticks(depth, wording),
            "set": envelope(course, "depth_set_mm", holes, depth.top),
            "measured": envelope(course, "depth_measured_mm", holes, depth.top),
            "limits": _drawn(limits, "depth", depth.top),
        },
        "rate": {
            "scale": _ticks(rate, wording),
            "measured": envelope(course, "rate_hz", holes, rate.top),
            "limits": _drawn(limits, "rate", rate.top),
        },
        "segments": [
            {"number": segment.number, "side": segment.side, "from": span[0], "to": span[1]}
            for segment in session.segments
            for span in axis.spans(segment.number)
        ],
        "deviations": _deviations(session, axis),
        "gaps": [axis.hole(int(at)) for at in np.flatnonzero(holes)],
        "pauses": axis.spans(PAUSED),
    }


def hole_after(course: Course) -> NDArray[np.bool_]:
    """Return after which samples something is missing, bool [n]; the last has nothing after it."""
    holes = np.zeros(len(course), dtype=np.bool_)
    holes[:-1] = (course.missing[1:] > 0) | (np.diff(course.elapsed_s) > HOLE_S)
    return holes


def envelope(
    course: Course, channel: str, holes: NDArray[np.bool_], top: float
) -> list[list[list[float]]]:
    """Return unbroken runs of ``[x, lowest, highest]``, a triple a column that has a value."""
    values = course.channels[channel] / top
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return []
    place = course.elapsed_s[known] / max(course.duration_s, 0.001)
    column = np.minimum((place * COLUMNS).astype(np.int64), COLUMNS - 1)
    # A hole within a column ends the run there too; so does a column of values that are absent.
    part = np.cumsum(np.concatenate([[0], holes]))[known]
    apart = (np.diff(column) > 0) | (np.diff(part) > 0)
    starts = np.concatenate([[0], np.flatnonzero(apart) + 1])
    low = np.minimum.reduceat(values[known], starts)
    high = np.maximum.reduceat(values[known], starts)
    runs: dict[int, list[list[float]]] = {}
    for x, lowest, highest, run in zip(
        place[starts].tolist(), low.tolist(), high.tolist(), part[starts].tolist(), strict=True
    ):
        runs.setdefault(run, []).append([round(x, 5), round(lowest, 4), round(highest, 4)])
    return list(runs.values())


class _Axis:
    """Turns rows of samples into spans of the axis of time, which runs from 0 to 1."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.duration_s = max(course.duration_s, 0.001)
        self.stays = course.stays()

    def spans(self, segment: int) -> list[Span]:
        """Return from where to where a segment's samples reach, stay by stay."""
        return [
            self._span(*self.course.elapsed_s[[rows.start, rows.stop - 1]].tolist())
            for rows in self.stays.get(segment, [])
        ]

    def hole(self, after: int) -> Span:
        """Return the span between a sample and the next."""
        return self._span(*self.course.elapsed_s[after : after + 2].tolist())

    def interval(self, segment: int, from_ns: int, to_ns: int) -> Span | None:
        """Return where an interval of a segment lies, None if nowhere."""
        found = self.course.within(self.stays.get(segment, []), from_ns, to_ns)
        return None if found is None else self._span(*found)

    def _span(self, from_s: float, to_s: float) -> Span:
        return round(from_s / self.duration_s, 5), round(to_s / self.duration_s, 5)


def _deviations(session: Session, axis: _Axis) -> list[dict[str, Any]]:
    found = []
    for segment in session.segments:
        for one in segment.deviations:
            span = axis.interval(segment.number, one.from_unix_ns, one.to_unix_ns)
            if span is not None:
                of = "rate" if one.what.startswith("rate") else "depth"
                found.append({"of": of, "from": span[0], "to": span[1]})
    return found


def _limits(session: Session, axis: _Axis) -> list[Limit]:
    """Return the plan's limits for each segment that has some."""
    zones = {} if session.plan is None else {one.zone: one for one in session.plan.zones}
    limits: list[Limit] = []
    for segment in session.segments:
        limit = zones.get(segment.zone)
        if limit is None:
            continue
        told = [("depth", limit.depth_max_mm), ("rate", limit.rate_max_hz)]
        told.append(("rate", limit.rate_min_hz))
        for span in axis.spans(segment.number):
            limits += [Limit(of, value, span) for of, value in told if value is not None]
    return limits


def _drawn(limits: Sequence[Limit], of: str, top: float) -> list[list[float]]:
    return [[*one.span, round(one.value / top, 4)] for one in limits if one.of == of]


def _scale(
    course: Course,
    channels: tuple[str, ...],
    limits: Sequence[Limit],
    of: str,
    steps: tuple[float, ...],
) -> Scale:
    """Return a scale on which every value and limit lies, with room above."""
    values = np.concatenate([course.channels[name] for name in channels])
    known = values[~np.isnan(values)]
    highest = max(
        [
            0.0,
            *([float(known.max())] if len(known) else []),
            *(x.value for x in limits if x.of == of),
        ]
    )
    step = _step(highest * 1.05, steps, 6)
    return Scale(step * max(1, int(np.ceil(highest * 1.05 / step))), step, 1 if step < 1 else 0)


def _step(span: float, steps: Sequence[float], parts: int) -> float:
    """Return the first of ``steps`` of which ``parts`` reach over ``span``.

    Beyond them a multiple of the last: a broken pen may say any number.
    """
    fitting = (one for one in steps if span <= parts * one)
    return next(fitting, steps[-1] * math.ceil(span / (parts * steps[-1])))


def _ticks(scale: Scale, wording: Wording) -> list[dict[str, Any]]:
    count = round(scale.top / scale.step)
    return [
        {"at": number / count, "label": wording.number(number * scale.step, scale.digits)}
        for number in range(count + 1)
    ]


def _time_ticks(duration_s: float) -> list[dict[str, Any]]:
    step = round(_step(duration_s, _TICKS_S, _TICKS_MAX))
    return [
        {"at": at / duration_s, "label": clock_face(at)}
        for at in range(0, int(duration_s) + 1, step)
    ]
