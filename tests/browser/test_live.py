"""A treatment in a real browser, with a real recorder and a simulated pen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from drivers.simulator.pace import Pace
from logger.journal import kinds
from tests.support.accounts import PASSWORD, Accounts
from tests.support.console_process import ConsoleProcess
from tests.support.playing import playing
from tests.support.recorder_process import PATIENCE_S, PenTable, RecorderProcess, settings_text
from tests.support.simulated import SimulatedPen, simulated_settings

CHROMIUM = "/usr/bin/chromium"
PLANS = Path(__file__).parents[2] / "config" / "plans.example.toml"
SERIAL = "SIM-000007"
_PATIENCE_MS = PATIENCE_S * 1000

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecorderProcess]:
    """A recorder with a pen that works, and an account of each role."""
    tmp_path = tmp_path_factory.mktemp("live")
    pen = SimulatedPen(tmp_path / "line", simulated_settings(SERIAL))
    settings = f'plans_file = "{PLANS}"\n' + settings_text([PenTable(pen.link)])
    recorder = RecorderProcess(tmp_path, settings)
    recorder.data_dir.mkdir()
    accounts = Accounts(recorder.data_dir)
    accounts.add("boss", "administrator")
    accounts.add("dr.b", "practitioner", by="boss")
    accounts.add("audit", "auditor", by="boss")
    with pen.station, playing([pen.station], Pace()), recorder:
        recorder.until_samples(1)
        yield recorder


@pytest.fixture(scope="module")
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
    """A page on a tablet held upright; what its console complains of fails the test.

    But for orders that were refused, which it tells of by itself.
    """
    size = {"width": 820, "height": 1180}
    context = chromium.new_context(viewport=size, has_touch=True)  # type: ignore[arg-type]  # a TypedDict
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert [one for one in said if "409 (Conflict)" not in one] == []


def _sign_in(page: Page, address: str, account: str) -> Locator:
    """Sign in on the live page; return the pen's card, once it is alive."""
    page.goto(f"{address}live")
    page.get_by_label("Account").fill(account)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").tap()
    card = page.locator(f'[data-serial="{SERIAL}"][data-newest]')
    expect(card).to_be_visible(timeout=_PATIENCE_MS)
    return card


def _zone(card: Locator, side: str, zone: str) -> Locator:
    return card.locator(f'svg .zone[data-side="{side}"][data-zone="{zone}"]').first


def test_a_treatment_is_led_by_touch(recorder: RecorderProcess, address: str, tablet: Page) -> None:
    card = _sign_in(tablet, address, "dr.b")
    expect(card.get_by_label("Client code")).to_be_focused()
    tablet.keyboard.type("C-1042")
    card.get_by_label("Plan").select_option("example@1")
    _zone(card, "left", "anterior-thigh").tap()
    expect(card.get_by_role("radio", name="left")).to_be_checked()
    card.get_by_role("button", name="Start", exact=True).tap()
    expect(card.get_by_text("Session open")).to_be_visible(timeout=_PATIENCE_MS)

    newest = card.get_attribute("data-newest") or ""
    expect(card).not_to_have_attribute("data-newest", newest, timeout=_PATIENCE_MS)
    _zone(card, "right", "posterior-lower-leg").tap()
    moved = card.get_by_text("right · posterior lower leg (calf)").first
    expect(moved).to_be_visible(timeout=_PATIENCE_MS)
    card.get_by_label("Note").fill("erythema even")
    card.get_by_role("button", name="Add").tap()
    expect(card.get_by_label("Note")).to_have_value("", timeout=_PATIENCE_MS)
    card.get_by_text("Stop …").tap()
    card.get_by_role("button", name="Stop it now").tap()
    expect(card.get_by_role("heading", name="Start a session")).to_be_visible(timeout=_PATIENCE_MS)

    told = [one for kind in _LED for one in recorder.payloads(kind)]
    assert [getattr(one, "account", "") for one in told] == ["dr.b"] * 4
    (segment,) = recorder.payloads("segment.started")
    assert isinstance(segment, kinds.SegmentStarted)
    assert (segment.side, segment.zone) == ("right", "posterior-lower-leg")


_LED = ("session.started", "segment.started", "session.note", "session.stopped")


def test_a_refusal_stands_at_the_pen(address: str, tablet: Page) -> None:
    card = _sign_in(tablet, address, "dr.b")
    card.get_by_label("Client code").fill("Anna Muster")
    _zone(card, "left", "anterior-knee").tap()
    card.get_by_role("button", name="Start", exact=True).tap()
    refusal = card.get_by_role("alert")
    expect(refusal).to_contain_text("is no client code", timeout=_PATIENCE_MS)
    expect(card.get_by_label("Client code")).to_have_value("Anna Muster")


def test_the_drawing_is_used_by_keyboard(address: str, tablet: Page) -> None:
    card = _sign_in(tablet, address, "dr.b")
    _zone(card, "right", "lateral-thigh").focus()
    tablet.keyboard.press("ArrowRight")
    tablet.keyboard.press("Enter")
    expect(card.get_by_role("radio", name="right")).to_be_checked()
    expect(card.get_by_label("Zone", exact=True)).to_have_value("anterior-thigh")
    pressed = card.get_by_role("button", name="right anterior thigh", pressed=True)
    expect(pressed.first).to_be_focused()


def test_a_recorder_that_is_killed_and_comes_back_is_seen(
    recorder: RecorderProcess, address: str, tablet: Page
) -> None:
    card = _sign_in(tablet, address, "audit")
    expect(card.get_by_role("button")).to_have_count(0)
    recorder.kill()
    expect(tablet.get_by_text("No recorder answers.").first).to_be_visible(timeout=_PATIENCE_MS)
    expect(card.get_by_text("The figures above are old")).to_be_visible(timeout=_PATIENCE_MS)
    recorder.start()
    expect(tablet.get_by_text("No recorder answers.")).to_have_count(0, timeout=_PATIENCE_MS)
    expect(card.get_by_text("The figures above are old")).to_be_hidden(timeout=_PATIENCE_MS)
