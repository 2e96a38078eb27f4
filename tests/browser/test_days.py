"""The practitioner's day after the treatment, and the administrator's first, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.accounts import PASSWORD, Accounts
from tests.support.console_process import ConsoleProcess
from tests.support.recorded import Recorded
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.reported import tell_whole_record
from tests.support.stories import SESSION

CHROMIUM = "/usr/bin/chromium"
NEW = "green lamp by the sea"


@pytest.fixture
def recorder(tmp_path: Path) -> RecorderProcess:
    """A recorder without a pen, not started yet."""
    return RecorderProcess(tmp_path, settings_text([PenTable(tmp_path / "none")]))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's browser; as root it has no sandbox."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page on a tablet held upright."""
    context = chromium.new_context(viewport={"width": 820, "height": 1180}, has_touch=True)
    yield context.new_page()
    context.close()


def _sign_in(page: Page, address: str, account: str, password: str = PASSWORD) -> None:
    page.goto(f"{address}sign-in")
    page.get_by_label("Account").fill(account)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").tap()


def test_a_practitioner_amends_reviews_signs_and_prints(
    recorder: RecorderProcess, page: Page
) -> None:
    tell_whole_record(Recorded(recorder.data_dir))
    accounts = Accounts(recorder.data_dir)
    accounts.add("boss", "administrator")
    accounts.add("dr.b", "practitioner", by="boss")
    with recorder, ConsoleProcess(recorder.settings_file) as console:
        _sign_in(page, console.address, "dr.b")
        page.get_by_role("link", name=SESSION).tap()

        page.get_by_role("link", name="Clinical form").tap()
        anticoagulants = page.get_by_role("group", name="Anticoagulants")
        anticoagulants.get_by_label("no", exact=True).check()
        page.get_by_role("button", name="Enter this").tap()
        expect(page.get_by_text("The clinical form is on record.")).to_be_visible()

        page.get_by_role("link", name="Amend", exact=True).tap()
        page.get_by_role("link", name="Segment 2: Zone").tap()
        page.get_by_label("New value").select_option("medial-ankle")
        page.get_by_label("Reason").fill("tapped the wrong zone")
        page.get_by_role("button", name="Amend it").tap()
        expect(page.get_by_text("The amendment is on record")).to_be_visible()

        page.get_by_role("link", name="Review", exact=True).tap()
        page.get_by_label("Remark").fill("all well")
        page.get_by_role("button", name="I have reviewed this record").dblclick()
        expect(page.get_by_text("The review is on record.")).to_be_visible()

        page.get_by_role("link", name="Sign", exact=True).tap()
        page.get_by_label("I treated, and this is my record").check()
        page.get_by_label("Your password").fill("not this one")
        page.get_by_role("button", name="Sign this record").tap()
        expect(page.get_by_role("alert")).to_contain_text("This is not your password")
        expect(page.get_by_label("I treated, and this is my record")).to_be_checked()
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Sign this record").tap()
        expect(page.get_by_text("The signature is on record.")).to_be_visible()

        with page.expect_download() as started:
            page.get_by_role("link", name="PDF report").tap()
        assert Path(started.value.path()).read_bytes().startswith(b"%PDF-")
        page.emulate_media(media="print")
        expect(page.get_by_role("heading", name="What to do")).to_be_hidden()
        kinds = ("session.clinical", "session.amended", "session.reviewed", "session.signed")
        told = [one.kind for one in recorder.entries(*kinds)][-4:]
        assert told == list(kinds)
        assert recorder.payloads("session.signed")[-1].account == "dr.b"


def test_an_administrator_sets_up_adds_an_account_and_takes_a_second_factor(
    recorder: RecorderProcess, page: Page
) -> None:
    with recorder, ConsoleProcess(recorder.settings_file) as console:
        page.goto(console.address)
        page.get_by_label("Set-up code").fill(console.code())
        page.get_by_label("Account").fill("anna")
        page.get_by_label("Name").fill("Anna Admin")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        page.get_by_role("button", name="Make this administrator").tap()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        _sign_in(page, console.address, "anna")

        page.get_by_role("link", name="Accounts").tap()
        page.get_by_role("link", name="Add an account").tap()
        page.get_by_label("Account").fill("dr-7")
        page.get_by_label("Name").fill("Dora Seven")
        page.get_by_label("New password").fill(NEW)
        page.get_by_label("The same password again").fill(NEW)
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Add this account").tap()
        expect(page.get_by_text("The account was added.")).to_be_visible()

        page.get_by_role("link", name="Dora Seven").tap()
        page.get_by_role("link", name="Other role").tap()
        page.get_by_label("auditor").check()
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Give this role").tap()
        expect(page.get_by_text("The account has another role.")).to_be_visible()

        page.get_by_role("link", name="Anna Admin administrator").tap()
        page.get_by_role("link", name="Switch on a second factor").tap()
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").tap()
        expect(page.get_by_role("img", name="QR code")).to_be_visible()
        secret = page.locator(".secret").inner_text().replace(" ", "")
        page.get_by_role("textbox", name="Code").fill(pyotp.TOTP(secret).now())
        page.get_by_role("button", name="Switch it on").tap()
        code = page.locator(".codes code").first.inner_text()
        _sign_in(page, console.address, "anna")
        page.get_by_role("textbox", name="Code").fill(code)
        page.get_by_role("button", name="Sign in").tap()
        expect(page.get_by_role("heading", name="Sessions")).to_be_visible()
        proofs = [one.second_factor for one in recorder.payloads("access.signed_in")]
        assert proofs == ["", "recovery"]
