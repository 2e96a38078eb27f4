"""Charts as figures that a template draws as SVG: places in pixels, texts as they stand there.

Values stand above one another at places along the axis, one place for each name. A table
beside a chart has its numbers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Literal

WIDTH, HEIGHT = 760, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 14, 34
_RIGHT_OF_LIMITS = 150
_APART = 15
_TICKS = 5
_LETTER = 7
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
STYLES = 4
"""So many colours there are, and as many marks, each with a dash: 12 series differ in one."""

LimitKind = Literal["centre", "limit"]


@dataclass(frozen=True, slots=True)
class Point:
    """A value at the place of a name, maybe with the range around it; ``is_out`` is marked so."""

    at: int
    value: float
    low: float | None = None
    high: float | None = None
    is_out: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """Values that belong together, in the order of their places."""

    label: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Limit:
    """A line across, with its name at the end."""

    label: str
    value: float
    kind: LimitKind


@dataclass(frozen=True, slots=True)
class Mark:
    """A point in pixels; ``told`` is what it says to whoever points at it."""

    x: float
    y: float
    low: float | None
    high: float | None
    is_out: bool
    told: str


@dataclass(frozen=True, slots=True)
class Line:
    """A series in pixels: the numbers of its colour and its mark; ``path`` joins its marks."""

    label: str
    colour: int
    mark: int
    path: str
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Chart:
    """All that is drawn; ticks are a place and a text.

    Limits are a place, that of their text, the text and its kind.
    """

    lines: Sequence[Line]
    rises: Sequence[tuple[float, str]]
    names: Sequence[tuple[float, str]]
    limits: Sequence[tuple[float, float, str, LimitKind]]
    unit: str
    right: int
    left: int = _LEFT
    bottom: int = HEIGHT - _BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def chart(
    names: Sequence[str],
    series: Sequence[Series],
    unit: str,
    written: Callable[[float, int], str],
    limits: Sequence[Limit] = (),
) -> Chart | None:
    """Return the chart of ``series`` over ``names``; None where there is no value.

    ``written`` writes a number with so many digits behind the point.
    """
    points = [point for one in series for point in one.points]
    known = [value for one in points for value in (one.value, one.low, one.high)]
    values = [value for value in known if value is not None]
    if not values:
        return None
    values += [one.value for one in limits]
    ticks, digits = _ticks(min(values), max(values))
    right = WIDTH - (_RIGHT_OF_LIMITS if limits else _RIGHT)
    scale = _Scale(ticks[0], ticks[-1], (right - _LEFT) / len(names))

    def told(label: str, point: Point) -> str:
        return f"{label}, {names[point.at]}: {written(point.value, digits + 1)} {unit}"

    # Names that would run into one another are left out, evenly.
    every = ceil(max(map(len, names)) * _LETTER / scale.span)
    return Chart(
        lines=[_line(number, one, scale, told) for number, one in enumerate(series)],
        rises=[(scale.y(tick), written(tick, digits)) for tick in ticks],
        names=[(scale.x(at), name) for at, name in enumerate(names) if at % every == 0],
        limits=_apart([(scale.y(one.value), one.label, one.kind) for one in limits]),
        unit=unit,
        right=right,
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """From ``low`` at the bottom to ``high`` at the top; a name takes ``span`` pixels."""

    low: float
    high: float
    span: float

    def x(self, at: int) -> float:
        return round(_LEFT + self.span * (at + 0.5), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)


def _line(number: int, series: Series, scale: _Scale, told: Callable[[str, Point], str]) -> Line:
    marks = [
        Mark(
            scale.x(one.at),
            scale.y(one.value),
            None if one.low is None else scale.y(one.low),
            None if one.high is None else scale.y(one.high),
            one.is_out,
            told(series.label, one),
        )
        for one in series.points
    ]
    path = "M" + " L".join(f"{place.x} {place.y}" for place in marks) if marks else ""
    colour, shape = number % STYLES, (number + number // STYLES) % STYLES
    return Line(series.label, colour, shape, path, marks)


def _apart(
    limits: Sequence[tuple[float, str, LimitKind]],
) -> list[tuple[float, float, str, LimitKind]]:
    """Return the limits from top to bottom, each with a place for its text below the one above."""
    placed: list[tuple[float, float, str, LimitKind]] = []
    for y, label, kind in sorted(limits):
        lowest = placed[-1][1] + _APART if placed else y
        placed.append((y, max(y, lowest), label, kind))
    return placed


def _ticks(low: float, high: float) -> tuple[list[float], int]:
    """Return round values from below ``low`` to above ``high``, and the digits they need."""
    reach = high - low or max(abs(high), 1.0) / 10
    rough = reach / _TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(one * power for one in _STEPS if one * power >= rough)
    is_odd = abs(step / 10.0 ** floor(log10(step)) - 2.5) < 1e-9
    digits = max(0, is_odd - floor(log10(step)))
    first, last = floor(low / step), ceil(high / step)
    if first == last:
        first, last = first - 1, last + 1
    return [number * step for number in range(first, last + 1)], digits
