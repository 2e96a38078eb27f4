"""Every page on every screen and in each language, and a treatment without a mouse, in Chromium."""

from collections.abc import Iterator
from itertools import product
from typing import Literal

import pytest
from playwright.sync_api import (
    Browser,
    Locator,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from logger.review.routes import ROUTES, Route
from tests.support.accounts import PASSWORD
from tests.support.clinic import ACCOUNTS, FREE_PEN, WITH_FACTOR, Clinic, running_clinic
from tests.support.recorder_process import PATIENCE_S
from tests.support.seen import is_too_wide, settled, violations

CHROMIUM = "/usr/bin/chromium"
_FILES = {
    *("/static/{name}", "/ca.crt", "/sessions/{session_id}/course"),
    *("/sessions/{session_id}/download/{form}", "/audit/trail/{form}", "/audit/report/pdf"),
}
_PAGES = [
    pytest.param(route, id=route.path)
    for route in ROUTES
    if route.method == "GET" and route.path not in _FILES and not route.path.endswith("/csv")
]
_FILLED_IN = {
    "serial": [FREE_PEN],
    "account": [WITH_FACTOR],
    "change": ["role", "password", "close"],
    "what": ["cartridge", "segment.2.from_position"],
}
_QUERIES = {
    "/sessions": ["", "?client=nobody", "?since=never"],
    "/compare": ["", "?client=DEMO-A17", "?client=DEMO-A17&distribution=1"],
    "/calendar": ["", "?month=1999-01", "?month=soon"],
    "/audit/deviations": ["", "?since=2020-01-01&until=2020-01-31", "?since=never"],
    "/audit/unassigned/assign": [f"?pen={FREE_PEN}&from_position=1&to_position=2"],
}
_DESKTOP = ViewportSize(width=1280, height=900)
_TABLET = ViewportSize(width=820, height=1180)
_PHONE = ViewportSize(width=390, height=844)
_LOOKS: list[tuple[str, Literal["light", "dark"], ViewportSize]] = [
    ("en", "light", _DESKTOP),
    ("de", "dark", _TABLET),
]
_TABS_MAX = 150
_PATIENCE_MS = PATIENCE_S * 1000

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    with running_clinic(tmp_path_factory.mktemp("clinic")) as clinic:
        yield clinic


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's browser; as root it has no sandbox."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visitors:
    """Who looks at the pages: a browser context each, signed in once."""

    def __init__(self, chromium: Browser, address: str) -> None:
        self._chromium = chromium
        self._address = address
        self._pages: dict[str, Page] = {}

    def page(self, account: str) -> Page:
        """Return a page for ``account``, empty for whoever has signed in as nobody."""
        if account not in self._pages:
            self._pages[account] = self._signed_in(account)
        return self._pages[account]

    def _signed_in(self, account: str) -> Page:
        page = self._chromium.new_context().new_page()
        if account:
            page.goto(self._address)
            page.get_by_label("Account").fill(account)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
        return page


@pytest.fixture(scope="module")
def visitors(chromium: Browser, clinic: Clinic) -> Visitors:
    return Visitors(chromium, clinic.address)


def _account(route: Route) -> str:
    """Return who may see the page: nobody, if that may be."""
    if route.path == "/sign-in/code":
        return WITH_FACTOR
    return next((account for role, account in ACCOUNTS.items() if role in route.roles), "")


def _addresses(route: Route, clinic: Clinic) -> list[str]:
    """Return the page in all its states that an address has."""
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    at = {"sign": ["reviewed"], "review": ["recorded"], "{session_id}": ["recorded", "signed"]}
    states = at.get(route.path.rpartition("/")[2], ["countersigned"])
    filled_in = {**_FILLED_IN, "session_id": [clinic.sessions[state] for state in states]}
    filled = product(*(filled_in[name] for name in names))
    root = clinic.new_address if route.path == "/set-up" else clinic.address
    return [
        root.rstrip("/") + route.path.format(**dict(zip(names, values, strict=True))) + query
        for values in filled
        for query in _QUERIES.get(route.path, [""])
    ]


@pytest.mark.parametrize("route", _PAGES)
def test_a_page_is_accessible_on_every_screen(
    clinic: Clinic, visitors: Visitors, route: Route
) -> None:
    page = visitors.page(_account(route))
    found = []
    for address, (language, scheme, size) in product(_addresses(route, clinic), _LOOKS):
        page.context.add_cookies([{"name": "language", "value": language, "url": clinic.address}])
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.goto(address)
        assert page.url == address or route.path == "/"
        assert page.locator("html").get_attribute("lang") == language
        found += [f"{address} {language}: {one}" for one in violations(settled(page))]
        for narrow in (_TABLET, _PHONE):
            page.set_viewport_size(narrow)
            if is_too_wide(page):
                found.append(f"{address} {language}: scrolled sideways at {narrow['width']} px")
    assert found == []


def test_a_treatment_needs_no_mouse_from_sign_in_to_review(
    clinic: Clinic, chromium: Browser
) -> None:
    page = chromium.new_context(viewport=_DESKTOP).new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(f"{clinic.address}live")
    expect(page.get_by_label("Account")).to_be_focused()
    page.keyboard.type(ACCOUNTS["practitioner"])
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    card = page.locator(f'[data-serial="{FREE_PEN}"][data-newest]')
    expect(card).to_be_visible(timeout=_PATIENCE_MS)

    _write(page, card.get_by_label("Client code"), "KEY-1")
    _write(page, card.get_by_label("Plan"), "example")
    _tap_a_zone(page, card)
    _press(page, card.get_by_role("button", name="Start", exact=True))
    expect(card.get_by_text("Session open")).to_be_visible(timeout=_PATIENCE_MS)
    session = card.locator(".facts").get_by_role("link").inner_text()

    _tap_a_zone(page, card)
    expect(card.locator("ol.segments > li")).to_have_count(2, timeout=_PATIENCE_MS)
    _press(page, card.get_by_text("Stop …"))
    _press(page, card.get_by_role("button", name="Stop it now"))
    free = card.get_by_role("heading", name="Start a session")
    expect(free).to_be_visible(timeout=_PATIENCE_MS)
    expect(card.locator("h2")).to_be_focused()

    _press(page, page.get_by_role("link", name="Sessions", exact=True))
    _press(page, page.get_by_role("link", name=session))
    _press(page, page.get_by_role("link", name="Review", exact=True))
    _write(page, page.get_by_label("Remark"), "all well")
    _press(page, page.get_by_role("button", name="I have reviewed this record"))
    expect(page.get_by_text("The review is on record.")).to_be_visible(timeout=_PATIENCE_MS)
    page.context.close()
    started = clinic.recorder.payloads("session.started")[-1]
    assert (started.client, started.plan.name) == ("KEY-1", "example")
    assert clinic.recorder.payloads("session.reviewed")[-1].session == session == started.session


def _tap_a_zone(page: Page, card: Locator) -> None:
    """Take the zone of the drawing after the one that is reached by the tab key."""
    _tab_to(page, card.locator('svg .zone[tabindex="0"]'))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")


def _write(page: Page, field: Locator, text: str) -> None:
    _tab_to(page, field)
    page.keyboard.type(text)


def _press(page: Page, target: Locator) -> None:
    _tab_to(page, target)
    page.keyboard.press("Enter")


def _tab_to(page: Page, target: Locator) -> None:
    """Press the tab key until ``target`` has the focus."""
    for _ in range(_TABS_MAX):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no tab leads to {target}")
