"""The legs of a session, coloured by how long, how deep or how densely each zone was worked on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from logger.archive.report.legs import TIME_SHADES, Site, shading_of
from logger.archive.report.wording import clock_face
from logger.archive.report.zones import ZoneSum
from logger.review.legs import drawing
from logger.review.words import Words

_SHADES = TIME_SHADES
"""Only their number counts here: the style sheet has its own, for light and dark."""


@dataclass(frozen=True, slots=True)
class LegView:
    """One way to colour the legs; ``legend`` gives class and bounds of each shade."""

    name: str
    title: str
    svg: Markup
    legend: Sequence[tuple[str, str]]


def leg_views(sums: Sequence[ZoneSum], words: Words) -> list[LegView]:
    """Return those ways to colour the legs for which something is known."""
    times = {(one.side, one.zone): one.motor_on_s for one in sums if one.motor_on_s > 0}
    depths = {(one.side, one.zone): one.depth_set_mm.mean for one in sums if one.depth_set_mm}
    densities = {
        (one.side, one.zone): one.density_per_cm2 for one in sums if one.density_per_cm2 is not None
    }
    longest_s = max(times.values(), default=0.0)
    step_s = 1.0 if longest_s < 20 else 5.0 if longest_s < 120 else 30.0
    views = [
        _view("time", times, step_s, {site: clock_face(s) for site, s in times.items()}, words),
        _view("depth", depths, 0.1, _numbers(depths, 2, words), words),
        _view("density", densities, 10.0, _numbers(densities, 0, words), words),
    ]
    return [one for one in views if one is not None]


def _numbers(values: Mapping[Site, float], digits: int, words: Words) -> dict[Site, str]:
    return {site: words.number(value, digits) for site, value in values.items()}


def _view(
    name: str,
    values: Mapping[Site, float],
    round_to: float,
    labels: Mapping[Site, str],
    words: Words,
) -> LegView | None:
    if not values:
        return None
    shading = shading_of(list(values.values()), _SHADES, round_to)
    classes = {site: f"worked shade-{shading.shade(value)}" for site, value in values.items()}
    told = "; ".join(f"{words.site(*site)}: {label}" for site, label in labels.items())
    title = words.say(f"legs_{name}")
    alt = words.word("legs_alt", title=title, values=told)
    digits = 1 if round_to < 1 else 0
    bounds = [
        clock_face(step) if name == "time" else words.number(step, digits) for step in shading.steps
    ]
    steps = [*(f"≤ {bound}" for bound in bounds), f"> {bounds[-1]}"]
    legend = [(f"shade-{number}", step) for number, step in enumerate(steps)]
    return LegView(name, title, drawing(alt, classes, labels), legend)
