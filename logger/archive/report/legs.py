"""The drawing of the legs, coloured by a value for each side and zone.

``legs.svg`` is the drawing as data; whoever shows it elsewhere (the console) colours it with
the same rules.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

Site = tuple[str, str]
"""A side and the slug of a zone."""

TIME_SHADES = ("#dcecee", "#a9d0d5", "#6eaeb6", "#357f89", "#0f4c55")
DEPTH_SHADES = ("#f5e6d3", "#e9c497", "#d59a59", "#ad6a2a", "#6b3a0e")
"""From light to dark in even steps of lightness, so that they tell apart in grey too."""
_DARK_FROM = 3
_LABEL = re.compile(r'(<text class="label (?:inside )?([a-z-]+)"[^>]*>)')


@dataclass(frozen=True, slots=True)
class Shading:
    """``steps`` are the upper bounds of the shades but the last, ascending."""

    steps: tuple[float, ...]
    shades: Sequence[str]

    def shade(self, value: float) -> int:
        """Return which shade a value has."""
        return sum(value > step for step in self.steps)


def shading_of(values: Sequence[float], shades: Sequence[str], round_to: float) -> Shading:
    """Return even steps, multiples of ``round_to``, that reach the highest of ``values``."""
    highest = max(values, default=0.0)
    step = max(round_to, round_to * -(-highest // (round_to * len(shades))))
    return Shading(tuple(step * number for number in range(1, len(shades))), shades)


def coloured(values: Mapping[Site, float], labels: Mapping[Site, str], shading: Shading) -> str:
    """Return the drawing as SVG, each site of ``values`` shaded and labelled."""
    drawing = files(__package__).joinpath("legs.svg").read_text("utf-8")
    rules = "".join(_rule(site, shading.shade(value), shading) for site, value in values.items())
    texts = {f"{side}-{zone}": label for (side, zone), label in labels.items()}
    drawing = _LABEL.sub(lambda found: found[1] + escape(texts.get(found[2], "")), drawing)
    return drawing.replace("</style>", f"{rules}</style>", 1)


def _rule(site: Site, shade: int, shading: Shading) -> str:
    name = "-".join(site)
    ink = "#ffffff" if shade >= _DARK_FROM else "#000000"
    return (
        f".zone.{name} {{ fill: {shading.shades[shade]}; }}\n"
        f".label.inside.{name} {{ fill: {ink}; }}\n"
        f".leader.{name} {{ stroke: #555555; }}\n"
    )
