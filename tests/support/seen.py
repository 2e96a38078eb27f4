"""What a page in Chromium must stand: axe-core's rules, and no scrolling sideways."""

import re
from pathlib import Path

from playwright.sync_api import Page, TimeoutError, expect

from tests.support.recorder_process import PATIENCE_S

_AXE = Path(__file__).parents[2] / "build/web/node_modules/axe-core/axe.min.js"
_FOLLOWS_WITHIN_MS = 10_000
"""A chart is drawn anew a frame after its place has another width."""

_RUN = """() => axe.run(document, {
  runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
  rules: {"landmark-unique": {enabled: true}},
  resultTypes: ["violations"],
}).then(({violations}) => violations.flatMap(
  ({id, nodes}) => nodes.map(({target}) => `${id}: ${target.join(" ")}`)))"""


def settled(page: Page) -> Page:
    """Return the page once what its scripts fetch at first is there."""
    patience_ms = PATIENCE_S * 1000
    expect(page.locator("[data-running]")).to_have_count(0, timeout=patience_ms)
    for timeline in page.locator(".timeline").all():
        expect(timeline).to_contain_class("running", timeout=patience_ms)
    for pen in page.locator(".pen").all():
        expect(pen).to_have_attribute("data-newest", re.compile("."), timeout=patience_ms)
    return page


def violations(page: Page) -> list[str]:
    """Return which rules of WCAG 2.2 AA, or of unique landmarks, the page breaks, and where."""
    # By way of the devtools: the page's own policy lets no script in.
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_RUN)
    return found


def is_too_wide(page: Page) -> bool:
    """Return whether the page has to be scrolled sideways, once what is drawn has followed."""
    try:
        page.wait_for_function(
            "() => document.scrollingElement.scrollWidth <= document.documentElement.clientWidth",
            timeout=_FOLLOWS_WITHIN_MS,
        )
    except TimeoutError:
        return True
    return False
