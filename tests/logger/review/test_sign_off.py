import asyncio
import re

import httpx
import pytest

from logger.session.model import Session
from logger.session.state_hash import state_hash
from tests.support.accounts import PASSWORD
from tests.support.consoled import Browser, Consoled, text_of
from tests.support.reported import session_in
from tests.support.stories import SESSION

_PAGE = f"/sessions/{SESSION}"
_REVIEW, _SIGN = f"{_PAGE}/review", f"{_PAGE}/sign"
_NOTE = f"{_PAGE}/note"


def hidden(page: httpx.Response, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return found[1]


async def _amended(browser: Browser) -> None:
    """Change the record, so that its reviews and signatures cover it no more."""
    answer = await browser.send(
        f"{_PAGE}/amend/client", f"{_PAGE}/amend", now="C-7", reason="it was another"
    )
    assert answer.status_code == 303, answer.text


async def _review(browser: Browser, **fields: str) -> httpx.Response:
    shown = hidden(await browser.get(_REVIEW), "state_hash")
    return await browser.send(_REVIEW, _REVIEW, **{"state_hash": shown, "remark": ""} | fields)


async def _sign(browser: Browser, **fields: str) -> httpx.Response:
    shown = hidden(await browser.get(_SIGN), "state_hash")
    form = {"state_hash": shown, "meaning": "approval", "password": PASSWORD}
    return await browser.send(_SIGN, _SIGN, **form | fields)


def _session(consoled: Consoled) -> Session:
    return session_in(consoled.data_dir)


async def _to_be_reviewed(consoled: Consoled) -> Browser:
    browser = await consoled.signed_in("dr.b")
    await _amended(browser)
    return browser


async def test_a_review_covers_the_state_that_was_shown(consoled: Consoled) -> None:
    browser = await _to_be_reviewed(consoled)
    answer = await _review(browser, remark="looks complete")
    assert answer.headers["location"] == f"{_PAGE}?done=review"
    review = _session(consoled).record.reviews[-1]
    told = (review.account, review.remark, review.state_hash)
    assert told == ("dr.b", "looks complete", state_hash(_session(consoled)))
    words = text_of(await browser.get(answer.headers["location"]))
    assert "The review is on record." in words


async def test_two_accounts_sign_one_after_the_other(consoled: Consoled) -> None:
    consoled.add("dr.c", "practitioner")
    first = await _to_be_reviewed(consoled)
    await _review(first)
    assert (await _sign(first, meaning="authorship")).status_code == 303
    assert _session(consoled).record.review_state == "signed"
    assert "/sign" not in (await first.get(_PAGE)).text.replace("/sign-out", "")
    second = await consoled.signed_in("dr.c")
    assert (await _sign(second)).status_code == 303
    record = _session(consoled).record
    assert record.review_state == "countersigned"
    valid = [(one.account, one.meaning) for one in record.signatures if one.valid]
    assert valid == [("dr.b", "authorship"), ("dr.c", "approval")]


async def test_nothing_is_signed_that_changed_since_it_was_shown(consoled: Consoled) -> None:
    browser = await _to_be_reviewed(consoled)
    await _review(browser)
    shown = hidden(await browser.get(_SIGN), "state_hash")
    await browser.send(_NOTE, _NOTE, text="one thing more")
    answer = await browser.send(
        _SIGN, _SIGN.replace("sign", "note"), state_hash=shown, meaning="review", password=PASSWORD
    )
    assert answer.status_code == 409
    assert "is not as it was shown: it was changed meanwhile" in answer.text
    assert "one thing more" in answer.text
    assert hidden(answer, "state_hash") == state_hash(_session(consoled)) != shown
    assert PASSWORD not in answer.text
    assert not any(one.valid for one in _session(consoled).record.signatures)


async def test_what_was_written_is_kept_where_a_review_is_refused(consoled: Consoled) -> None:
    browser = await _to_be_reviewed(consoled)
    answer = await _review(browser, state_hash="00", remark="all <well>")
    assert answer.status_code == 409
    assert "all &lt;well&gt;</textarea>" in answer.text


async def test_a_wrong_password_signs_nothing_and_is_noted(consoled: Consoled) -> None:
    browser = await _to_be_reviewed(consoled)
    await _review(browser)
    answer = await _sign(browser, password="my secret", meaning="responsibility")
    assert answer.status_code == 409
    assert "This is not your password" in answer.text
    assert "my secret" not in answer.text
    assert re.search(r'value="responsibility"[^>]* checked', answer.text)
    assert _session(consoled).record.review_state == "reviewed"
    assert getattr(consoled.noted()[-2], "account", "") == "dr.b"
    assert type(consoled.noted()[-2]).__name__ == "SignInFailed"


async def test_too_many_wrong_passwords_must_wait(consoled: Consoled) -> None:
    browser = await _to_be_reviewed(consoled)
    await _review(browser)
    for _ in range(5):
        await _sign(browser, password="wrong")
    answer = await _sign(browser)
    assert answer.status_code == 429
    assert "Try again in 5.0 s" in answer.text
    consoled.time.pass_by(5)
    assert (await _sign(browser)).status_code == 303


async def test_what_was_not_reviewed_offers_no_signature(consoled: Consoled) -> None:
    browser = await _to_be_reviewed(consoled)
    page = await browser.get(_PAGE)
    assert f'href="{_REVIEW}"' in page.text
    assert f'href="{_SIGN}"' not in page.text
    assert (await browser.get(_SIGN)).status_code == 409


async def test_a_meaning_that_is_none_is_refused(consoled: Consoled) -> None:
    browser = await _to_be_reviewed(consoled)
    await _review(browser)
    answer = await _sign(browser, meaning="fame")
    assert answer.status_code == 409
    assert "is no meaning of a signature" in answer.text


@pytest.mark.parametrize(("account", "names"), [
    ("dr.b", {"review", "clinical", "note", "amend", "split", "merge"}),
    ("boss", {"review", "clinical", "note", "amend", "split", "merge"}),
    ("audit", set()),
])  # fmt: skip
async def test_the_page_offers_what_the_role_may(
    consoled: Consoled, account: str, names: set[str]
) -> None:
    await _to_be_reviewed(consoled)
    page = await (await consoled.signed_in(account)).get(_PAGE)
    assert set(re.findall(rf'href="{_PAGE}/(\w+)"', page.text)) == names


async def test_a_double_click_reviews_once(consoled: Consoled) -> None:
    browser = await _to_be_reviewed(consoled)
    page = await browser.get(_REVIEW)
    form = {name: hidden(page, name) for name in ("state_hash", "form_token", "number")}
    before = len(_session(consoled).record.reviews)
    answers = await asyncio.gather(*(browser.client.post(_REVIEW, data=form) for _ in range(3)))
    assert {one.status_code for one in answers} == {303}
    assert len(_session(consoled).record.reviews) == before + 1


async def test_without_a_recorder_the_form_keeps_what_was_typed(consoled: Consoled) -> None:
    browser = await _to_be_reviewed(consoled)
    shown = hidden(await browser.get(_REVIEW), "state_hash")
    consoled.recorder.runs = False
    answer = await browser.send(_REVIEW, _REVIEW, state_hash=shown, remark="as it should be")
    assert answer.status_code == 503
    assert "No recorder is running" in answer.text
    assert "as it should be" in answer.text


async def test_what_was_refused_may_be_sent_again_from_the_same_page(consoled: Consoled) -> None:
    browser = await _to_be_reviewed(consoled)
    page = await browser.get(_REVIEW)
    form = {name: hidden(page, name) for name in ("state_hash", "form_token", "number")}
    consoled.recorder.runs = False
    assert (await browser.client.post(_REVIEW, data=form)).status_code == 503
    consoled.recorder.runs = True
    assert (await browser.client.post(_REVIEW, data=form)).status_code == 303


async def test_one_browsers_answer_is_not_anothers(consoled: Consoled) -> None:
    browser = await _to_be_reviewed(consoled)
    other = await consoled.signed_in("boss")
    number = hidden(await browser.get(_NOTE), "number")
    for one in (browser, other):
        await one.send(_NOTE, _NOTE, text="seen", number=number)
    assert [note.actor for note in _session(consoled).notes[-2:]] == ["dr.b", "boss"]
