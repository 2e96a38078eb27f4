import asyncio

import httpx
import pytest

from logger.accounts.model import AccountRecord
from logger.accounts.store import read_accounts
from logger.journal.kinds import SignInFailed
from logger.journal.reader import JournalReader
from tests.support.accounts import PASSWORD, Accounts
from tests.support.consoled import Browser, Consoled, text_of

NEW = "green lamp by the sea"
_NEW = {"new_password": NEW, "again": NEW}


def _record(consoled: Consoled, account: str) -> AccountRecord:
    with JournalReader(consoled.data_dir) as reader:
        found = read_accounts(consoled.data_dir, reader).find(account)
    assert found is not None
    return found


async def _change(browser: Browser, account: str, change: str, **fields: str) -> httpx.Response:
    address = f"/accounts/{account}/{change}"
    return await browser.send(address, "/accounts", **{"password": PASSWORD} | fields)


async def _add(browser: Browser, **fields: str) -> httpx.Response:
    form = {"account": "dr.n", "name": "Nora New", "role": "practitioner", "password": PASSWORD}
    return await browser.send("/add-account", "/add-account", **form | _NEW | fields)


async def test_the_list_tells_role_state_since_and_last_sign_in(consoled: Consoled) -> None:
    Accounts(consoled.data_dir).close("audit", by="boss")
    browser = await consoled.signed_in("boss")
    words = text_of(await browser.get("/accounts"))
    for told in ("Boss boss administrator open off", "Audit audit auditor closed", "2027-01-15"):
        assert told in words, told


async def test_an_account_is_added_and_signs_in(consoled: Consoled) -> None:
    browser = await consoled.signed_in("boss")
    answer = await _add(browser)
    assert answer.headers.get("location") == "/accounts?done=add", text_of(answer)
    assert (_record(consoled, "dr.n").name, _record(consoled, "dr.n").role) == (
        "Nora New", "practitioner",
    )  # fmt: skip
    page = await consoled.browser().send("/sign-in", account="dr.n", password=NEW)
    assert page.status_code == 303
    assert "The account was added." in (await browser.get("/accounts?done=add")).text


async def test_a_double_click_adds_one_account_and_tells_of_no_error(consoled: Consoled) -> None:
    browser = await consoled.signed_in("boss")
    page = await browser.get("/add-account")
    form = {"account": "dr.n", "name": "N", "role": "auditor", "password": PASSWORD, **_NEW}
    for name in ("form_token", "number"):
        form[name] = page.text.split(f'name="{name}" value="')[-1].split('"')[0]
    answers = await asyncio.gather(
        *(browser.client.post("/add-account", data=form) for _ in range(2))
    )
    assert [one.headers.get("location") for one in answers] == ["/accounts?done=add"] * 2


@pytest.mark.parametrize(("fields", "at", "words"), [
    ({"account": "Nora New"}, "account", "is no account id"),
    ({"account": "dr.b"}, "account", "is there already"),
    ({"again": "another one"}, "again", "The two passwords differ"),
    ({"new_password": "password", "again": "password"}, "new_password", "anybody would try"),
    ({"password": "wrong"}, "password", "This is not your password"),
    ({"name": "N" * 101}, "name", "this is no name"),
])  # fmt: skip
async def test_what_is_refused_is_said_and_kept_without_passwords(
    consoled: Consoled, fields: dict[str, str], at: str, words: str
) -> None:
    answer = await _add(await consoled.signed_in("boss"), **fields)
    assert answer.status_code == 409
    assert words in text_of(answer)
    assert f'id="{at}-problem"' in answer.text
    assert f'value="{fields.get("name", "Nora New")}"' in answer.text
    assert not any(secret in answer.text for secret in (NEW, PASSWORD, "another one"))


async def test_a_name_and_a_role_are_changed(consoled: Consoled) -> None:
    browser = await consoled.signed_in("boss")
    assert (await _change(browser, "dr.b", "name", name="Dr Betty")).status_code == 303
    assert (await _change(browser, "dr.b", "role", role="auditor")).status_code == 303
    assert (_record(consoled, "dr.b").name, _record(consoled, "dr.b").role) == (
        "Dr Betty", "auditor",
    )  # fmt: skip


async def test_an_account_is_closed_and_reopened_with_a_new_password(consoled: Consoled) -> None:
    browser = await consoled.signed_in("boss")
    assert (await _change(browser, "dr.b", "close")).status_code == 303
    assert _record(consoled, "dr.b").closed
    page = await browser.get("/accounts/dr.b")
    assert "/accounts/dr.b/reopen" in page.text
    assert "/accounts/dr.b/role" not in page.text
    assert (await _change(browser, "dr.b", "reopen", **_NEW)).status_code == 303
    assert Accounts(consoled.data_dir, consoled.time.now_ns).sign_in("dr.b", NEW).id == "dr.b"


async def test_the_last_administrator_stays(consoled: Consoled) -> None:
    browser = await consoled.signed_in("boss")
    for change, fields in (("close", {}), ("role", {"role": "auditor"})):
        answer = await _change(browser, "boss", change, **fields)
        assert answer.status_code == 409
        assert "is the last administrator" in text_of(answer)


async def test_a_change_takes_the_administrators_password(consoled: Consoled) -> None:
    browser = await consoled.signed_in("boss")
    answer = await _change(browser, "dr.b", "close", password="wrong")
    assert answer.status_code == 409
    assert not _record(consoled, "dr.b").closed
    assert isinstance(consoled.noted()[-1], SignInFailed)


async def test_a_new_password_is_set_and_then_changed_by_its_holder(consoled: Consoled) -> None:
    boss = await consoled.signed_in("boss")
    assert (await _change(boss, "dr.b", "password", **_NEW)).status_code == 303
    browser = consoled.browser()
    await browser.send("/sign-in", account="dr.b", password=NEW)
    own = {"new_password": "my own blue lamp", "again": "my own blue lamp"}
    answer = await browser.send("/account/password", "/account/password", password=NEW, **own)
    assert answer.headers["location"] == "/sign-in?done=password"
    page = await browser.get("/sign-in?done=password")
    assert "Your password was changed" in page.text
    accounts = Accounts(consoled.data_dir, consoled.time.now_ns)
    assert accounts.sign_in("dr.b", "my own blue lamp").id == "dr.b"


@pytest.mark.parametrize(("fields", "words"), [
    ({"password": "wrong", **_NEW}, "This is not your password"),
    ({"password": PASSWORD, "new_password": NEW, "again": "x"}, "The two passwords differ"),
    ({"password": PASSWORD, "new_password": "dr.b", "again": "dr.b"}, "character(s)"),
])  # fmt: skip
async def test_the_own_password_is_not_changed_to_or_by_a_wrong_one(
    consoled: Consoled, fields: dict[str, str], words: str
) -> None:
    browser = await consoled.signed_in("dr.b")
    answer = await browser.send("/account/password", "/account/password", **fields)
    assert answer.status_code == 409
    assert words in text_of(answer)
    assert Accounts(consoled.data_dir, consoled.time.now_ns).sign_in("dr.b").id == "dr.b"


async def test_an_account_that_must_wait_is_unlocked(consoled: Consoled) -> None:
    for _ in range(6):
        await consoled.browser().send("/sign-in", account="dr.b", password="wrong")
    boss = await consoled.signed_in("boss")
    assert "waits 5.0 s" in text_of(await boss.get("/accounts"))
    assert "/accounts/dr.b/unlock" in (await boss.get("/accounts/dr.b")).text
    assert (await _change(boss, "dr.b", "unlock")).status_code == 303
    assert "waits" not in text_of(await boss.get("/accounts"))
    assert await consoled.signed_in("dr.b")


async def test_the_own_sign_ins_are_shown_and_nobody_elses(consoled: Consoled) -> None:
    await consoled.browser().send("/sign-in", account="dr.b", password="wrong")
    await consoled.signed_in("boss")
    browser = await consoled.signed_in("dr.b")
    words = text_of(await browser.get("/account"))
    assert "wrong password or code" in words
    assert words.count("signed in") == 1


async def test_an_account_or_change_that_is_none_is_not_found(consoled: Consoled) -> None:
    browser = await consoled.signed_in("boss")
    for address in ("/accounts/nobody", "/accounts/nobody/close", "/accounts/dr.b/fame"):
        assert (await browser.get(address)).status_code == 404


async def test_without_a_recorder_nothing_is_changed(consoled: Consoled) -> None:
    browser = await consoled.signed_in("boss")
    consoled.recorder.runs = False
    answer = await _change(browser, "dr.b", "close")
    assert answer.status_code == 503
    assert not _record(consoled, "dr.b").closed
