"""The legs on the screen: the drawing of the reports, its colours left to the style sheet."""

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files

from markupsafe import Markup

from logger.archive import report
from logger.archive.report.legs import Site

_STYLE = re.compile(r"\s*<style>.*?</style>", re.DOTALL)
_COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)
_ZONE = re.compile(r'class="zone (left|right)-([a-z-]+)"')
_LABEL = re.compile(r'<text class="(label(?: inside)?) (left|right)-([a-z-]+)"([^>]*>)')
_SHADE = re.compile(r"\bshade-(\d)\b")
_LEADER = re.compile(r'class="leader (left|right)-([a-z-]+)"')


def drawing(
    name: str, classes: Mapping[Site, str] | None = None, labels: Mapping[Site, str] | None = None
) -> Markup:
    """Return the legs, front and back, as SVG that says ``name`` to whoever cannot see it.

    Every surface of a zone has ``data-side`` and ``data-zone``, and the classes that
    ``classes`` gives to its site (``shade-0`` to ``shade-4`` colour it); ``labels`` are
    written into the sites, with a class that names the shade behind them (``on-0`` to
    ``on-4``), or led to from there by a line.
    """

    def more(site: Site) -> str:
        return (classes or {}).get(site, "")

    def surface(found: re.Match[str]) -> str:
        site = (found[1], found[2])
        return f'class="zone {escape(more(site))}" data-side="{site[0]}" data-zone="{site[1]}"'

    def label(found: re.Match[str]) -> str:
        site = (found[2], found[3])
        behind = escape("".join(f" on-{number}" for number in _SHADE.findall(more(site))))
        text = escape((labels or {}).get(site, ""))
        return f'<text class="{found[1]}{behind}"{found[4]}{text}'

    def leader(found: re.Match[str]) -> str:
        return f'class="leader{" led" if (found[1], found[2]) in (labels or {}) else ""}"'

    svg = _LEADER.sub(leader, _LABEL.sub(label, _ZONE.sub(surface, _plain())))
    opening = f'<svg class="legs" role="img" aria-label="{escape(name)}"'
    return Markup(svg.replace("<svg", opening, 1))  # noqa: S704 - our own file, the rest escaped


@cache
def _plain() -> str:
    svg = files(report).joinpath("legs.svg").read_text("utf-8")
    return _COMMENT.sub("", _STYLE.sub("", svg))
