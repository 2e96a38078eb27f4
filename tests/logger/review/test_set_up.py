from pathlib import Path

import pytest

from logger.accounts.store import read_accounts
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from tests.support.accounts import PASSWORD
from tests.support.consoled import Consoled
from tests.support.stories import host_time


@pytest.fixture
def first_start(tmp_path: Path) -> Consoled:
    """A console where nothing was recorded and nobody has an account."""
    Journal.open(tmp_path, host_time).close()
    return Consoled(tmp_path, set_up=True)


def _form(consoled: Consoled, **others: str) -> dict[str, str]:
    assert consoled.console.set_up is not None
    form = {"code": consoled.console.set_up.text, "account": "anna", "name": "Anna Admin"}
    return form | {"password": PASSWORD, "again": PASSWORD} | others


def _roles(consoled: Consoled) -> dict[str, str]:
    with JournalReader(consoled.data_dir) as reader:
        return {one.id: one.role for one in read_accounts(consoled.data_dir, reader)}


async def test_the_code_makes_the_first_administrator_who_can_sign_in(
    first_start: Consoled,
) -> None:
    browser = first_start.browser()
    assert (await browser.get("/sign-in")).headers["location"] == "/set-up"
    answer = await browser.send("/set-up", "/set-up", **_form(first_start))
    assert answer.headers["location"] == "/sign-in"
    assert _roles(first_start) == {"anna": "administrator"}
    signed_in = await first_start.signed_in("anna")
    assert "No session was recorded yet" in (await signed_in.get("/sessions")).text


async def test_the_code_is_used_once(first_start: Consoled) -> None:
    browser = first_start.browser()
    form = _form(first_start)
    token_page = await browser.get("/set-up")
    assert token_page.status_code == 200
    await browser.send("/set-up", "/set-up", **form)
    answer = await browser.send("/set-up", "/sign-in", **form | {"account": "eve"})
    assert answer.headers["location"] == "/sign-in"
    assert (await browser.get("/set-up")).headers["location"] == "/sign-in"
    assert list(_roles(first_start)) == ["anna"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("code", "AAAA-BBBB-CCCC-DDDD", "This is not the code"),
        ("again", "another kettle", "The two passwords differ"),
        ("account", "Anna Admin", "is no account id"),
        ("name", " ", "the name is empty"),
    ],
)
async def test_what_is_wrong_is_said_and_the_code_lasts(
    first_start: Consoled, field: str, value: str, words: str
) -> None:
    browser = first_start.browser()
    answer = await browser.send("/set-up", "/set-up", **_form(first_start, **{field: value}))
    assert answer.status_code == 409
    assert words in answer.text
    assert PASSWORD not in answer.text
    await browser.send("/set-up", "/set-up", **_form(first_start))
    assert list(_roles(first_start)) == ["anna"]


async def test_a_weak_password_is_refused(first_start: Consoled) -> None:
    weak = {"password": "password", "again": "password"}
    answer = await first_start.browser().send("/set-up", "/set-up", **_form(first_start, **weak))
    assert "among the first that anybody would try" in answer.text
    assert _roles(first_start) == {}


async def test_after_twenty_wrong_codes_no_code_is_taken(first_start: Consoled) -> None:
    browser = first_start.browser()
    for _ in range(20):
        await browser.send("/set-up", "/set-up", **_form(first_start, code="AAAA"))
    answer = await browser.send("/set-up", "/sign-in", **_form(first_start))
    assert answer.headers["location"] == "/sign-in"
    assert _roles(first_start) == {}


async def test_without_a_recorder_nobody_is_made(first_start: Consoled) -> None:
    first_start.recorder.runs = False
    answer = await first_start.browser().send("/set-up", "/set-up", **_form(first_start))
    assert answer.status_code == 503
    assert "No recorder is running" in answer.text
    first_start.recorder.runs = True
    await first_start.browser().send("/set-up", "/set-up", **_form(first_start))
    assert list(_roles(first_start)) == ["anna"]
