import pytest

from logger.journal.kinds import SignedIn, SignedOut, SignInFailed
from logger.review.settings import ConsoleSettings
from tests.support.accounts import NOON_NS, PASSWORD, Accounts
from tests.support.consoled import Consoled, form_token_of, text_of


async def test_a_sign_in_and_its_end_are_entries(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    answer = await browser.send("/sign-out", "/sessions")
    assert answer.headers["location"] == "/sign-in"
    assert (await browser.get("/sessions")).status_code == 303
    assert consoled.noted() == [
        SignedIn(account="dr.b", at_unix_ns=NOON_NS),
        SignedOut(account="dr.b", at_unix_ns=NOON_NS, cause="asked"),
    ]


async def test_a_token_that_was_signed_out_opens_nothing(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    token = browser.client.cookies["sign-in"]
    await browser.send("/sign-out", "/sessions")
    thief = consoled.browser()
    thief.client.cookies.set("sign-in", token)
    assert (await thief.get("/sessions")).status_code == 303


async def test_a_wrong_password_is_an_entry_without_what_was_typed(consoled: Consoled) -> None:
    browser = consoled.browser()
    answer = await browser.send("/sign-in", account="dr.b", password="my secret")
    assert answer.status_code == 403
    assert "Account or password is wrong" in answer.text
    assert "my secret" not in answer.text
    assert consoled.noted() == [SignInFailed(account="dr.b", at_unix_ns=NOON_NS)]


async def test_an_account_that_is_none_is_not_named_and_noted_once_a_minute(
    consoled: Consoled,
) -> None:
    browser = consoled.browser()
    answers = [
        await browser.send("/sign-in", account=name, password="x") for name in ("hunter2", "dr.x")
    ]
    wrong = await browser.send("/sign-in", account="dr.b", password="x")
    assert {answer.status_code for answer in answers} == {wrong.status_code}
    consoled.time.pass_by(60)
    await browser.send("/sign-in", account="dr.y", password="x")
    assert [getattr(one, "account", None) for one in consoled.noted()] == ["", "dr.b", ""]


async def test_too_many_wrong_passwords_must_wait(consoled: Consoled) -> None:
    browser = consoled.browser()
    for _ in range(5):
        await browser.send("/sign-in", account="dr.b", password="wrong")
    answer = await browser.send("/sign-in", account="dr.b", password=PASSWORD)
    assert answer.status_code == 429
    assert "Try again in 5.0 s" in answer.text
    consoled.time.pass_by(5)
    answer = await browser.send("/sign-in", account="dr.b", password=PASSWORD)
    assert answer.status_code == 303


async def test_an_idle_sign_in_ends_and_says_so(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    for _ in range(3):
        consoled.time.pass_by(899)
        assert (await browser.get("/sessions")).status_code == 200
    consoled.time.pass_by(900)
    assert (await browser.get("/sessions")).status_code == 303
    ended = consoled.noted()[-1]
    assert isinstance(ended, SignedOut)
    assert ended.cause == "timed_out"


async def test_no_sign_in_outlasts_the_absolute_time_out(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    statuses = []
    for _ in range(41):
        consoled.time.pass_by(880)
        statuses.append((await browser.get("/sessions")).status_code)
    assert statuses == [200] * 40 + [303]


@pytest.mark.parametrize("change", ["password", "close"])
async def test_a_change_of_the_account_ends_its_sign_ins(consoled: Consoled, change: str) -> None:
    browser = await consoled.signed_in("dr.b")
    accounts = Accounts(consoled.data_dir)
    if change == "close":
        accounts.close("dr.b", by="boss")
    else:
        accounts.set_password("dr.b", "another kettle on ice", by="boss")
    assert (await browser.get("/sessions")).status_code == 303
    ended = consoled.noted()[-1]
    assert isinstance(ended, SignedOut)
    assert ended.cause == "account_changed"


async def test_signing_in_leads_back_to_the_page_that_was_asked_for(consoled: Consoled) -> None:
    browser = consoled.browser()
    asked = await browser.get("/sessions?client=C-1&page=2")
    page = await browser.get(asked.headers["location"])
    assert 'name="to" value="/sessions?client=C-1&amp;page=2"' in page.text


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "x"])
async def test_signing_in_leads_nowhere_else(consoled: Consoled, to: str) -> None:
    answer = await consoled.browser().send("/sign-in", account="dr.b", password=PASSWORD, to=to)
    assert answer.headers["location"] == "/"


async def test_a_form_without_its_token_changes_nothing(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    stranger = form_token_of(await consoled.browser().get("/sign-in"))
    for token in ("", stranger):
        answer = await browser.client.post("/sign-out", data={"form_token": token})
        assert answer.status_code == 403
        assert "This form is out of date" in text_of(answer)
    assert (await browser.get("/sessions")).status_code == 200


async def test_a_form_that_is_too_long_or_none_is_refused(consoled: Consoled) -> None:
    browser = consoled.browser()
    long = await browser.client.post("/sign-in", data={"account": "x" * 70_000})
    assert long.status_code == 413
    other = await browser.client.post("/sign-in", json={"account": "x"})
    assert other.status_code == 415


async def test_cookies_are_out_of_reach(consoled: Consoled) -> None:
    answer = await consoled.browser().send("/sign-in", account="dr.b", password=PASSWORD)
    for cookie in answer.headers.get_list("set-cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/" in cookie


async def test_under_tls_cookies_are_of_this_host_alone(consoled: Consoled) -> None:
    files = {"cert_file": "console.pem", "key_file": "console.key"}
    secure = Consoled(consoled.data_dir, ConsoleSettings.model_validate(files))
    answer = await secure.browser().send("/sign-in", account="dr.b", password=PASSWORD)
    for cookie in answer.headers.get_list("set-cookie"):
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
        assert "Domain" not in cookie


async def test_every_answer_tells_the_browser_what_to_refuse(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    for address in ("/sessions", "/sign-in", "/nowhere", "/static/console.css"):
        headers = (await browser.get(address)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        kept = "no-cache" if "static" in address else "no-store"
        assert headers["cache-control"] == kept


async def test_the_language_is_the_browsers_choice(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    answer = await browser.send("/language", "/sessions", language="de", back="/sessions?side=left")
    assert answer.headers["location"] == "/sessions?side=left"
    page = await browser.get("/sessions")
    assert '<html lang="de">' in page.text
    assert "Abmelden" in page.text
