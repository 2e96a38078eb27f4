"""The auditor's day in a real browser: deviations, a tampered journal, a look on paper, exports."""

import csv
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.accounts import PASSWORD, Accounts
from tests.support.console_process import ConsoleProcess
from tests.support.recorded import Recorded
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.reported import tell_whole_record
from tests.support.stories import SESSION

CHROMIUM = "/usr/bin/chromium"
_PERIOD = "since=2027-01-01&until=2027-01-31"


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[RecorderProcess]:
    """A recorder without a pen, over one session with everything in it."""
    recorder = RecorderProcess(tmp_path, settings_text([PenTable(tmp_path / "none")]))
    tell_whole_record(Recorded(recorder.data_dir))
    accounts = Accounts(recorder.data_dir)
    accounts.add("boss", "administrator")
    accounts.add("eve", "auditor", by="boss")
    with recorder:
        yield recorder


@pytest.fixture
def page(recorder: RecorderProcess) -> Iterator[Page]:
    """A page on a desk where the auditor has signed in; its complaints fail the test."""
    said: list[str] = []
    with ConsoleProcess(recorder.settings_file) as console, sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        page = browser.new_page(base_url=console.address)
        page.on("console", lambda message: said.append(message.text))
        page.goto("/")
        page.get_by_label("Account").fill("eve")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Audit", exact=True).click()
        yield page
        browser.close()
    assert said == []


def test_an_auditor_finds_deviations_and_a_tampered_journal_and_takes_them_home(
    recorder: RecorderProcess, page: Page, tmp_path: Path
) -> None:
    page.get_by_label("From").fill("2027-01-01")
    page.get_by_label("To").fill("2027-01-31")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("navigation", name="Audit").get_by_role("link", name="Deviations").click()
    expect(page.get_by_role("row").filter(has_text="2.400 mm")).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV, all rows").click()
    rows = list(csv.reader(Path(started.value.path()).read_text("utf-8").splitlines()))
    assert [row[0] for row in rows[1:]] == [SESSION, SESSION]

    paper = tmp_path / "deviations.pdf"
    page.pdf(path=paper)
    assert paper.read_bytes().startswith(b"%PDF-")
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="CSV, all rows")).to_be_hidden()
    expect(page.get_by_role("navigation", name="Audit")).to_be_hidden()
    expect(page.get_by_role("table")).to_be_visible()
    page.emulate_media(media="screen")

    page.get_by_role("link", name=SESSION).first.click()
    expect(page.get_by_role("heading", name=f"Session {SESSION}")).to_be_visible()

    with sqlite3.connect(recorder.data_dir / "journal.db") as journal:
        journal.execute("UPDATE entry SET actor = 'uid:0' WHERE kind = 'session.amended'")
    journal.close()
    page.get_by_role("link", name="Audit", exact=True).click()
    page.get_by_role("navigation", name="Audit").get_by_role("link", name="Verification").click()
    page.get_by_role("button", name="Check the whole record").click()
    expect(page.get_by_role("heading", name="The record is not right")).to_be_visible()
    expect(page.get_by_text("The journal is NOT whole at position")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Asked for by eve")).to_be_visible()

    page.goto(f"/audit?{_PERIOD}")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Trail, CSV").click()
    assert taken.value.suggested_filename == "audit-trail-2027-01-01.csv"
    page.get_by_role("link", name="Sign-ins and views").first.click()
    kinds = [one.kind for one in recorder.entries("access.viewed", "access.exported")]
    assert kinds == ["access.exported", "access.viewed", "access.exported"]
