import re

import httpx
import pyotp
import pytest

from logger.accounts.model import AccountRecord
from logger.accounts.store import read_accounts
from logger.journal.kinds import AccountChanged, SignedIn, SignInFailed, decode
from logger.journal.reader import JournalReader
from tests.support.accounts import PASSWORD
from tests.support.consoled import Browser, Consoled, text_of

_ON, _CONFIRM = "/account/factor-on", "/account/factor-confirm"
_STEP_S = 30
_S = 1_000_000_000


def _record(consoled: Consoled) -> AccountRecord:
    with JournalReader(consoled.data_dir) as reader:
        found = read_accounts(consoled.data_dir, reader).find("dr.b")
    assert found is not None
    return found


def _code(consoled: Consoled, secret: str) -> str:
    return pyotp.TOTP(secret).at(consoled.time.now_ns // _S)


async def _begun(browser: Browser) -> tuple[httpx.Response, str, str]:
    """Return the page with the QR code, its number and its secret."""
    page = await browser.send(_ON, _ON, password=PASSWORD)
    made = re.search(r'name="made" value="(\w+)"', page.text)
    secret = re.search(r"secret\">([A-Z2-7 ]+)<", page.text)
    assert made is not None and secret is not None, text_of(page)
    return page, made[1], secret[1].replace(" ", "")


async def _switched_on(consoled: Consoled) -> tuple[str, list[str]]:
    """Switch it on for ``dr.b``; return the secret and the recovery codes."""
    browser = await consoled.signed_in("dr.b")
    _, made, secret = await _begun(browser)
    page = await browser.send(_CONFIRM, _ON, made=made, code=_code(consoled, secret))
    codes = re.findall(r'<code class="code">([A-Z2-9-]+)</code>', page.text)
    assert len(codes) == 8, text_of(page)
    consoled.time.pass_by(_STEP_S)
    return secret, codes


async def _half(consoled: Consoled) -> Browser:
    """Return a browser in which the password was given."""
    browser = consoled.browser()
    answer = await browser.send("/sign-in", account="dr.b", password=PASSWORD, to="/account")
    assert answer.headers["location"] == "/sign-in/code"
    return browser


async def _enter(browser: Browser, code: str) -> httpx.Response:
    return await browser.send("/sign-in/code", "/sign-in/code", code=code)


async def test_a_second_factor_is_switched_on_by_a_code_of_it(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    page, made, secret = await _begun(browser)
    assert "<svg role=" in page.text
    assert "style=" not in page.text
    assert _record(consoled).second_factor == ""
    answer = await browser.send(_CONFIRM, _ON, made=made, code=_code(consoled, secret))
    assert "Recovery codes" in answer.text
    assert secret not in answer.text
    assert _record(consoled).second_factor != ""
    with JournalReader(consoled.data_dir) as reader:
        (*_, entry) = reader.entries(kinds=["account.changed"])
    told = decode(entry.kind, entry.payload or b"")
    assert isinstance(told, AccountChanged)
    assert (told.what, told.former, told.now, told.by) == ("second_factor", "off", "on", "dr.b")
    assert secret.encode() not in (entry.payload or b"")


async def test_it_takes_the_password_to_begin(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    answer = await browser.send(_ON, _ON, password="wrong")
    assert answer.status_code == 409
    assert "<svg role=" not in answer.text


async def test_a_wrong_code_switches_nothing_on_and_may_be_tried_again(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    _, made, secret = await _begun(browser)
    answer = await browser.send(_CONFIRM, _ON, made=made, code="000000")
    assert answer.status_code == 409
    assert 'id="code-problem"' in answer.text
    assert _record(consoled).second_factor == ""
    answer = await browser.send(_CONFIRM, _ON, made=made, code=_code(consoled, secret))
    assert answer.status_code == 200


async def test_a_secret_that_another_account_was_shown_is_not_taken(consoled: Consoled) -> None:
    _, made, secret = await _begun(await consoled.signed_in("dr.b"))
    other = await consoled.signed_in("audit")
    answer = await other.send(_CONFIRM, _ON, made=made, code=_code(consoled, secret))
    assert answer.headers["location"] == _ON


async def test_a_secret_is_not_waited_for_longer_than_a_quarter_of_an_hour(
    consoled: Consoled,
) -> None:
    browser = await consoled.signed_in("dr.b")
    _, made, secret = await _begun(browser)
    for _ in range(2):
        consoled.time.pass_by(450)
        await browser.get("/account")
    answer = await browser.send(_CONFIRM, _ON, made=made, code=_code(consoled, secret))
    assert answer.headers["location"] == _ON


async def test_signing_in_takes_the_code_after_the_password(consoled: Consoled) -> None:
    secret, _ = await _switched_on(consoled)
    browser = await _half(consoled)
    assert (await browser.get("/sessions")).status_code == 303
    answer = await _enter(browser, _code(consoled, secret))
    assert answer.headers["location"] == "/account"
    assert "Recovery codes left 8" in text_of(await browser.get("/account"))
    signed_in = consoled.noted()[-1]
    assert signed_in == SignedIn(
        account="dr.b", at_unix_ns=consoled.time.now_ns, second_factor="code"
    )


async def test_a_code_signs_in_once(consoled: Consoled) -> None:
    secret, _ = await _switched_on(consoled)
    code = _code(consoled, secret)
    assert (await _enter(await _half(consoled), code)).status_code == 303
    answer = await _enter(await _half(consoled), code)
    assert answer.status_code == 403
    assert "was used already" in answer.text
    assert isinstance(consoled.noted()[-1], SignInFailed)


async def test_a_recovery_code_signs_in_once(consoled: Consoled) -> None:
    _, codes = await _switched_on(consoled)
    assert (await _enter(await _half(consoled), codes[0].lower())).status_code == 303
    assert getattr(consoled.noted()[-1], "second_factor", "") == "recovery"
    assert (await _enter(await _half(consoled), codes[0])).status_code == 403


async def test_wrong_codes_must_wait_and_a_new_password_step_forgives_none(
    consoled: Consoled,
) -> None:
    secret, _ = await _switched_on(consoled)
    for _ in range(5):
        assert (await _enter(await _half(consoled), "000000")).status_code == 403
    answer = await _enter(await _half(consoled), _code(consoled, secret))
    assert answer.status_code == 429
    assert "Try again in 5.0 s" in answer.text
    consoled.time.pass_by(5)
    assert (await _enter(await _half(consoled), _code(consoled, secret))).status_code == 303


async def test_the_password_step_is_forgotten_after_five_minutes(consoled: Consoled) -> None:
    secret, _ = await _switched_on(consoled)
    browser = await _half(consoled)
    page = await browser.get("/sign-in/code")
    token = page.text.split('name="form_token" value="')[-1].split('"')[0]
    consoled.time.pass_by(300)
    form = {"form_token": token, "code": _code(consoled, secret)}
    answer = await browser.client.post("/sign-in/code", data=form)
    assert answer.headers["location"] == "/sign-in"


async def test_without_the_password_step_there_is_no_code_page(consoled: Consoled) -> None:
    await _switched_on(consoled)
    answer = await consoled.browser().get("/sign-in/code")
    assert answer.headers["location"] == "/sign-in"


async def test_its_holder_switches_it_off(consoled: Consoled) -> None:
    secret, _ = await _switched_on(consoled)
    browser = await _half(consoled)
    await _enter(browser, _code(consoled, secret))
    wrong = await browser.send("/account/factor-off", "/account/factor-off", password="wrong")
    assert wrong.status_code == 409
    answer = await browser.send("/account/factor-off", "/account/factor-off", password=PASSWORD)
    assert answer.headers["location"] == "/sign-in?done=factor"
    assert await consoled.signed_in("dr.b")


async def test_an_administrator_switches_it_off_and_the_journal_says_who(
    consoled: Consoled,
) -> None:
    await _switched_on(consoled)
    boss = await consoled.signed_in("boss")
    assert "/accounts/dr.b/factor" in (await boss.get("/accounts/dr.b")).text
    answer = await boss.send("/accounts/dr.b/factor", "/accounts", password=PASSWORD)
    assert answer.headers["location"] == "/accounts?done=factor"
    assert await consoled.signed_in("dr.b")


@pytest.mark.parametrize("code", ["", "1", "abcdef", "x" * 5000])
async def test_whatever_is_typed_as_a_code_is_answered(consoled: Consoled, code: str) -> None:
    await _switched_on(consoled)
    assert (await _enter(await _half(consoled), code)).status_code == 403
