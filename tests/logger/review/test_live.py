"""The live page and the orders given on it, without script and with one."""

import pytest

from logger.journal import kinds
from logger.journal.reader import JournalReader
from logger.session.orders import KnownPen
from tests.support.consoled import Browser, Consoled, form_token_of, text_of

JSON = {"Accept": "application/json"}
START = {
    "pen": "NP-1",
    "key": "NP-1",
    "client": "C-7",
    "practitioner": "dr.b",
    "side": "left",
    "zone": "anterior-thigh",
}


@pytest.fixture
def consoled(consoled: Consoled) -> Consoled:
    """The same, with a pen that is linked and one that is not."""
    for serial, linked in (("NP-1", True), ("NP-2", False)):
        pen = KnownPen(serial=serial, linked=linked, simulated=False)
        consoled.recorder.pens[serial] = pen
    return consoled


def _told(consoled: Consoled, kind: str) -> list[kinds.Payload]:
    with JournalReader(consoled.data_dir) as reader:
        entries = list(reader.entries(kinds=[kind]))
    return [kinds.decode(entry.kind, entry.payload or b"{}") for entry in entries]


async def _start(browser: Browser) -> str:
    token = form_token_of(await browser.get("/live"))
    answer = await browser.client.post(
        "/live/start", data={"form_token": token, **START}, headers=JSON
    )
    assert answer.status_code == 200, answer.text
    session: str = answer.json()["session"]
    return session


async def test_the_page_shows_every_pen_and_how_it_is_linked(consoled: Consoled) -> None:
    page = await (await consoled.signed_in("dr.b")).get("/live")
    assert "Pen NP-1 linked, recording" in text_of(page)
    assert "Pen NP-2 link lost" in text_of(page)
    assert page.text.count('action="/live/start"') == 1


async def test_a_started_session_names_who_started_it(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    answer = await browser.send("/live/start", "/live", **START)
    assert (answer.status_code, answer.headers["location"]) == (303, "/live")
    started = _told(consoled, "session.started")[-1]
    assert isinstance(started, kinds.SessionStarted)
    assert (started.client, started.account, started.pen) == ("C-7", "dr.b", "NP-1")


@pytest.mark.parametrize(
    ("order", "fields", "kind"),
    [
        ("segment", {"side": "right", "zone": "medial-ankle"}, "segment.started"),
        ("pause", {}, "session.paused"),
        ("note", {"text": "erythema even"}, "session.note"),
        ("stop", {}, "session.stopped"),
    ],
)
async def test_an_order_becomes_an_entry(
    consoled: Consoled, order: str, fields: dict[str, str], kind: str
) -> None:
    browser = await consoled.signed_in("boss")
    session = await _start(browser)
    answer = await browser.send(f"/live/{order}", "/live", session=session, **fields)
    assert answer.status_code == 303
    told = _told(consoled, kind)[-1]
    assert getattr(told, "session", "") == session
    assert getattr(told, "account", "") == "boss"


async def test_a_paused_session_can_be_gone_on_with(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    session = await _start(browser)
    await browser.send("/live/pause", "/live", session=session)
    page = await browser.get("/live")
    assert "Session paused" in text_of(page)
    assert 'action="/live/pause"' not in page.text
    assert (await browser.send("/live/resume", "/live", session=session)).status_code == 303


async def test_without_script_a_refusal_stands_at_the_pen_with_what_was_typed(
    consoled: Consoled,
) -> None:
    browser = await consoled.signed_in("dr.b")
    answer = await browser.send("/live/start", "/live", **START | {"client": "Anna Muster"})
    assert answer.status_code == 409
    assert "'Anna Muster' is no client code" in text_of(answer)
    assert 'value="Anna Muster"' in answer.text


async def test_a_script_is_told_reason_and_mend_of_a_refusal(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    await _start(browser)
    token = form_token_of(await browser.get("/live"))
    answer = await browser.client.post(
        "/live/start", data={"form_token": token, **START}, headers=JSON
    )
    assert answer.status_code == 409
    assert "is not stopped" in answer.json()["reason"]
    assert answer.json()["mend"] == "Stop it first."


async def test_without_a_recorder_the_page_says_so_and_nothing_is_ordered(
    consoled: Consoled,
) -> None:
    browser = await consoled.signed_in("dr.b")
    session = await _start(browser)
    consoled.recorder.runs = False
    page = await browser.get("/live")
    assert "No recorder answers" in text_of(page)
    assert session in text_of(page)
    token = form_token_of(page)
    form = {"form_token": token, "session": session}
    answer = await browser.client.post("/live/stop", data=form, headers=JSON)
    assert answer.status_code == 503
    assert "no recorder is running" in answer.json()["reason"]


async def test_an_auditor_looks_and_has_no_order_to_give(consoled: Consoled) -> None:
    session = await _start(await consoled.signed_in("dr.b"))
    page = await (await consoled.signed_in("audit")).get("/live")
    assert session in text_of(page)
    assert "/live/" not in page.text.replace("/live/feed", "")


async def test_whoever_watches_a_session_is_noted_once_a_sign_in(consoled: Consoled) -> None:
    session = await _start(await consoled.signed_in("dr.b"))
    browser = await consoled.signed_in("audit")
    for _ in range(2):
        await browser.get("/live")
    viewed = [one for one in consoled.noted() if isinstance(one, kinds.SessionViewed)]
    assert [(one.account, one.session) for one in viewed] == [("audit", session)]


async def test_an_order_that_is_none_is_not_found(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    assert (await browser.send("/live/erase", "/live")).status_code == 404


async def test_the_figures_of_the_session_are_shown(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    await _start(browser)
    page = text_of(await browser.get("/live"))
    for told in ("left · anterior thigh", "C-7", "Elapsed", "Nominal punctures", "Segments"):
        assert told in page


async def test_the_page_is_there_in_german(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    browser.client.cookies.set("language", "de")
    assert "verbunden, wird aufgezeichnet" in text_of(await browser.get("/live"))
