"""A practitioner's look back in a real browser: by keyboard alone, on a tablet, in the dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.support.accounts import PASSWORD, Accounts
from tests.support.console_process import ConsoleProcess
from tests.support.recorded import Recorded
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.reported import tell_whole_record
from tests.support.stories import SESSION

CHROMIUM = "/usr/bin/chromium"
_TABS_MAX = 60


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[RecorderProcess]:
    """A recorder without a pen, over one session with everything in it."""
    recorder = RecorderProcess(tmp_path, settings_text([PenTable(tmp_path / "none")]))
    tell_whole_record(Recorded(recorder.data_dir))
    accounts = Accounts(recorder.data_dir)
    accounts.add("boss", "administrator")
    accounts.add("dr.b", "practitioner", by="boss")
    with recorder:
        yield recorder


@pytest.fixture
def address(recorder: RecorderProcess) -> Iterator[str]:
    """Where the console answers."""
    with ConsoleProcess(recorder.settings_file) as console:
        yield console.address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's browser; as root it has no sandbox."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tablet(chromium: Browser) -> Iterator[Page]:
    """A page on a tablet held upright, in the dark, that runs no script."""
    context = chromium.new_context(
        viewport={"width": 820, "height": 1180},
        has_touch=True,
        color_scheme="dark",
        java_script_enabled=False,
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def desktop(chromium: Browser) -> Iterator[Page]:
    """A page on a desk; what its console complains of fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    yield page
    context.close()
    assert said == []


def _tab_to(page: Page, target: Locator) -> None:
    """Press the tab key until ``target`` has the focus, as it must within a page."""
    for _ in range(_TABS_MAX):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no tab leads to {target}")


def test_a_session_is_found_and_taken_home_by_keyboard_alone(
    recorder: RecorderProcess, address: str, desktop: Page
) -> None:
    desktop.goto(address)
    expect(desktop.get_by_label("Account")).to_be_focused()
    desktop.keyboard.type("dr.b")
    desktop.keyboard.press("Tab")
    desktop.keyboard.type(PASSWORD)
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("heading", name="Sessions")).to_be_visible()

    _tab_to(desktop, desktop.get_by_label("Client code"))
    desktop.keyboard.type("C-1024")
    desktop.keyboard.press("Enter")
    expect(desktop).to_have_url(f"{address}sessions?client=C-1024")
    _tab_to(desktop, desktop.get_by_role("link", name=SESSION))
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("heading", name=f"Session {SESSION}")).to_be_visible()

    _tab_to(desktop, desktop.get_by_role("link", name="PDF report"))
    with desktop.expect_download() as started:
        desktop.keyboard.press("Enter")
    assert Path(started.value.path()).read_bytes().startswith(b"%PDF-")
    assert started.value.suggested_filename == f"{SESSION}.pdf"

    desktop.reload()
    _tab_to(desktop, desktop.get_by_role("button", name="Sign out"))
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("heading", name="Sign in")).to_be_visible()
    kinds = [one.kind for one in recorder.entries("access.viewed", "access.exported")]
    assert kinds == ["access.viewed", "access.exported", "access.viewed"]


def test_a_tablet_in_the_dark_needs_no_script_and_no_sideways_scrolling(
    address: str, tablet: Page
) -> None:
    tablet.goto(address)
    tablet.get_by_label("Account").fill("dr.b")
    tablet.get_by_label("Password").fill(PASSWORD)
    tablet.get_by_role("button", name="Sign in").tap()
    tablet.get_by_role("button", name="Deutsch").tap()
    expect(tablet.get_by_role("heading", name="Sitzungen")).to_be_visible()
    tablet.get_by_role("link", name=SESSION).tap()
    expect(tablet.get_by_role("heading", name=f"Sitzung {SESSION}")).to_be_visible()
    body = tablet.locator("body")
    assert body.evaluate("one => one.scrollWidth") <= 820
    assert body.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(16, 23, 22)"


def test_what_is_touched_is_large_enough(address: str, desktop: Page) -> None:
    desktop.goto(address)
    desktop.get_by_label("Account").fill("dr.b")
    desktop.get_by_label("Password").fill(PASSWORD)
    desktop.get_by_role("button", name="Sign in").click()
    desktop.get_by_role("link", name=SESSION).click()
    expect(desktop.get_by_role("heading", name=f"Session {SESSION}")).to_be_visible()
    small = desktop.locator("main a, main button, header button, header a").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().height < 44).map(one => one.text)"
    )
    assert small == []
