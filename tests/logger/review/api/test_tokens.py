"""What a token must be to be taken, and how a call that is refused is answered."""

import pytest

from logger.accounts.orders import RevokeToken
from logger.journal.kinds import SignInFailed
from tests.support.accounts import NOON_NS, Accounts
from tests.support.consoled import Consoled
from tests.support.programs import program_of
from tests.support.stories import SESSION

_NONE = {"Authorization": f"Bearer needlelog_{'ab' * 32}"}


async def test_a_call_without_a_token_says_how_to_get_one(consoled: Consoled) -> None:
    answer = await consoled.browser().get("/api/v1/sessions")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    problem = answer.json()
    assert (problem["title"], problem["status"]) == ("Unauthorized", 401)
    assert "needlelog account token add" in problem["mend"]
    assert consoled.noted() == []


@pytest.mark.parametrize("shown", ["Bearer x", "Basic YTpi", "Bearer", f"bearer  {'ab' * 32}"])
async def test_what_is_no_token_opens_nothing(consoled: Consoled, shown: str) -> None:
    client = consoled.browser().client
    answer = await client.get("/api/v1/sessions", headers={"Authorization": shown})
    assert answer.status_code == 401


async def test_a_token_that_is_revoked_or_has_ended_opens_nothing(consoled: Consoled) -> None:
    accounts = Accounts(consoled.data_dir)
    token_id, _ = accounts.token("dr.b", "auditor")
    program = program_of(consoled, "dr.b", "auditor")
    assert (await program.get("/sessions")).status_code == 200
    consoled.time.pass_by(90 * 86_400)
    assert (await program.get("/sessions")).status_code == 401
    accounts.carry_out(RevokeToken(account="dr.b", token=token_id, by="dr.b"))


async def test_wrong_tokens_are_an_entry_a_minute_and_then_must_wait(consoled: Consoled) -> None:
    program = program_of(consoled, "dr.b", "auditor")
    answers = [await program.get("/pens", headers=_NONE) for _ in range(12)]
    assert [one.status_code for one in answers] == [401] * 10 + [429] * 2
    assert answers[-1].headers["retry-after"] == "60"
    assert consoled.noted() == [SignInFailed(account="", at_unix_ns=NOON_NS)]
    assert (await program.get("/pens")).status_code == 200
    consoled.time.pass_by(60)
    assert (await program.get("/pens", headers=_NONE)).status_code == 401


async def test_a_program_has_no_page_and_a_browser_no_call(consoled: Consoled) -> None:
    program = program_of(consoled, "boss", "administrator")
    page = await program.get(f"http://console/sessions/{SESSION}")
    assert page.status_code == 303
    browser = await consoled.signed_in("boss")
    assert (await browser.get("/api/v1/accounts")).status_code == 401


async def test_an_address_of_no_call_is_a_problem_too(consoled: Consoled) -> None:
    program = program_of(consoled, "boss", "administrator")
    missing = await program.get("/nothing")
    assert missing.status_code == 404
    other = await program.delete("/sessions")
    assert other.status_code == 405
    assert other.headers["allow"]
    assert {missing.headers["content-type"], other.headers["content-type"]} == {
        "application/problem+json"
    }


async def test_a_mistake_of_the_consoles_own_tells_no_more(
    consoled: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    program = program_of(consoled, "boss", "administrator")
    monkeypatch.setattr("logger.review.api.record.read_accounts", broken)
    answer = await program.get("/accounts")
    assert answer.status_code == 500
    assert answer.json()["detail"] == "the console made a mistake"
    assert "secret" not in answer.text
