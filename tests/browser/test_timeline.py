"""The timeline of a session in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response, expect, sync_playwright

from logger.journal import kinds
from tests.support.accounts import PASSWORD, Accounts
from tests.support.console_process import ConsoleProcess
from tests.support.recorded import Recorded
from tests.support.recorder_process import PenTable, settings_text
from tests.support.stories import EPOCH_NS, SESSION, Story, sample_block

CHROMIUM = "/usr/bin/chromium"
_PLAN = kinds.Plan(
    name="gentle",
    version="1",
    zones=(kinds.ZoneLimit(zone="anterior-thigh", depth_max_mm=1.6),),
)


def _story() -> Story:
    """Return 200 s at 100 Hz, too deep from 70 s to 75 s, with a second missing from 120 s on."""
    story = Story()
    story.identified()
    story.started(plan=_PLAN)
    depth_um = [1500] * 7000 + [2000] * 500 + [1500] * 4500
    story.samples(sample_block(12_000, depth_um=depth_um))
    times_ns = (EPOCH_NS + 119_990_000_000, EPOCH_NS + 121_000_000_000)
    told = kinds.Gap(cause="sequence", count=100, from_unix_ns=times_ns[0], to_unix_ns=times_ns[1])
    story.append(told)
    story.samples(sample_block(7900, first=12_100))
    story.stopped()
    return story


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a console answers over that one session; no recorder runs."""
    place = tmp_path_factory.mktemp("timeline")
    settings_file = place / "needlelog.toml"
    settings_file.write_text(settings_text([PenTable(place / "none")]))
    data_dir = place / "data"
    Recorded(data_dir).tell(_story())
    Accounts(data_dir).add("boss", "administrator")
    with ConsoleProcess(settings_file) as console:
        yield console.address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's browser; as root it has no sandbox."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """The session's page, whole on the timeline; what its console complains of fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    page.get_by_label("Account").fill("boss")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{address}sessions/{SESSION}")
    expect(page.locator(".timeline-range")).to_have_text("0:00 – 3:20")
    yield page
    context.close()
    assert said == []


def _is_closer(answer: Response) -> bool:
    return "/course?from=" in answer.url and answer.ok


def test_a_closer_look_gets_finer_samples(page: Page) -> None:
    expect(page.locator(".timeline-panels canvas")).to_have_count(2)
    with page.expect_response(_is_closer) as finer:
        page.get_by_role("button", name="Closer").click(click_count=4)
    assert finer.value.json()["is_whole"]
    expect(page.locator(".timeline-range")).to_have_text("1:33.7 – 1:46.2")
    page.get_by_role("button", name="Whole session").click()
    expect(page.locator(".timeline-range")).to_have_text("0:00 – 3:20")


def test_drawing_over_a_span_looks_at_it(page: Page) -> None:
    box = page.locator(".timeline-panels .u-over").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 3 / 4, box["y"] + 50, steps=5)
    with page.expect_response(_is_closer):
        page.mouse.up()
    expect(page.locator(".timeline-range")).to_have_text(
        re.compile(r"1:(39|40)\.\d – 2:(29|30)\.\d")
    )


def test_a_deviation_of_the_table_leads_to_its_place(page: Page) -> None:
    page.locator("#deviations a.place").click()
    expect(page.locator(".timeline-range")).to_have_text(re.compile(r"1:08\.\d – 1:16\.\d"))
    expect(page.locator("#course")).to_be_in_viewport()


def test_a_gap_of_the_table_leads_to_its_place(page: Page) -> None:
    page.locator("#completeness a.place").first.click()
    expect(page.locator(".timeline-range")).to_have_text("1:59.490 – 2:01.500")
    expect(page.locator("#course")).to_be_in_viewport()


def test_keys_move_the_cursor_and_its_values_are_text(page: Page) -> None:
    page.locator("#deviations a.place").click()
    panels = page.locator(".timeline-panels")
    expect(panels).to_be_focused()
    for _ in range(3):
        panels.press("ArrowRight")
    values = page.locator(".timeline-readout")
    expect(values).to_contain_text("2.000 mm")
    expect(values).to_contain_text("set depth above")
    expect(values).to_contain_text("left · anterior thigh")


def test_without_script_the_page_says_so_and_its_tables_remain(
    chromium: Browser, address: str
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Account").fill("boss")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{address}sessions/{SESSION}")
    expect(page.get_by_text("The timeline needs script")).to_be_visible()
    expect(page.locator("#deviations table").first).to_be_visible()
    page.get_by_role("radio", name="depth").check()
    expect(page.locator(".leg-view.by-depth")).to_be_visible()
    expect(page.locator(".leg-view.by-time")).to_be_hidden()
    context.close()
