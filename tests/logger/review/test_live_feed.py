"""What a live page is told as it happens, and until when."""

import asyncio

import pytest

from logger.journal import kinds
from logger.review.pages import live_feed
from logger.session.orders import KnownPen
from tests.support.accounts import Accounts
from tests.support.consoled import Consoled
from tests.support.recorded import Recorded
from tests.support.socketed import Socket
from tests.support.stories import PEN, Story, sample_block

SESSION = "20261122-cd34"


@pytest.fixture
def consoled(consoled: Consoled, monkeypatch: pytest.MonkeyPatch) -> Consoled:
    """The same with a linked pen; who is signed in is looked after more often than in life."""
    monkeypatch.setattr(live_feed, "MIND_EVERY_S", 0.01)
    consoled.recorder.pens[PEN] = KnownPen(serial=PEN, linked=True, simulated=False)
    return consoled


def _tell(consoled: Consoled, *payloads: kinds.Payload) -> None:
    story = Story()
    for payload in payloads:
        story.append(payload, stream=PEN)
    Recorded(consoled.data_dir).tell(story)


async def test_samples_are_told_as_they_are_committed(consoled: Consoled) -> None:
    async with Socket(consoled, await consoled.signed_in("audit")) as socket:
        await socket.told("now")
        story = Story()
        story.samples(sample_block(20, first=10_000, rate_dhz=1230))
        await asyncio.to_thread(Recorded(consoled.data_dir).tell, story)
        (strip,) = (await socket.told("samples"))["strips"]
        assert (strip["pen"], strip["rate_hz"][-1]) == (PEN, 123.0)


async def test_a_page_begins_with_the_last_minutes_and_how_everything_stands(
    consoled: Consoled,
) -> None:
    async with Socket(consoled, await consoled.signed_in("audit")) as socket:
        assert (await socket.told("samples"))["strips"]
        now = await socket.told("now")
        (pen,) = now["pens"]
        assert (pen["key"], pen["shape"], now["answers"]) == (PEN, "free linked", True)
        assert "linked, recording" in pen["standing"]


async def test_an_order_changes_how_things_stand_at_once(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    async with Socket(consoled, browser) as socket:
        await socket.told("now")
        started = kinds.SessionStarted(
            session=SESSION, pen=PEN, client="C-9", practitioner="dr.b",
            side="right", zone="lateral-thigh", nonce="00",
        )  # fmt: skip
        await asyncio.to_thread(_tell, consoled, started)
        while not (pen := (await socket.told("now"))["pens"][0])["site"]:
            pass
        assert pen["shape"] == f"{SESSION} open linked"
        assert pen["site"] == ["right", "lateral-thigh"]
        assert "C-9" in pen["facts"]


async def test_a_recorder_that_goes_and_comes_back_is_seen(
    consoled: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("logger.review.live.hub.ASK_EVERY_S", 0.01)
    async with Socket(consoled, await consoled.signed_in("audit")) as socket:
        consoled.recorder.runs = False
        while (now := await socket.told("now"))["answers"]:
            pass
        assert "No recorder answers" in now["line"]
        assert "link not known now" in now["pens"][0]["standing"]
        assert now["pens"][0]["shape"] == "free linked", "the card stays as it was"
        consoled.recorder.runs = True
        while not (await socket.told("now"))["answers"]:
            pass


async def test_a_sign_in_that_idles_is_not_kept_alive_by_a_page_left_open(
    consoled: Consoled,
) -> None:
    async with Socket(consoled, await consoled.signed_in("audit")) as socket:
        await socket.told("now")
        consoled.time.pass_by(consoled.console.settings.idle_timeout_s)
        assert await socket.ended() == live_feed.SIGNED_OUT


async def test_a_touch_keeps_the_sign_in(consoled: Consoled) -> None:
    browser = await consoled.signed_in("audit")
    half_s = consoled.console.settings.idle_timeout_s * 0.6
    async with Socket(consoled, browser) as socket:
        await socket.told("now")
        consoled.time.pass_by(half_s)
        token = browser.client.cookies["sign-in"]
        signed_in = consoled.console.sign_ins.look_at(token)
        assert signed_in is not None
        socket.say("used")
        while signed_in.seen_s == signed_in.began_s:
            await socket.told("now")
        consoled.time.pass_by(half_s)
    assert (await browser.get("/live")).status_code == 200


async def test_an_account_that_is_closed_sees_no_more(consoled: Consoled) -> None:
    async with Socket(consoled, await consoled.signed_in("audit")) as socket:
        await socket.told("now")
        # Whoever closes the account has the journal to itself: the note of it waits.
        consoled.recorder.runs = False
        await asyncio.to_thread(Accounts(consoled.data_dir).close, "audit", "boss")
        assert await socket.ended() == live_feed.SIGNED_OUT


async def test_each_is_told_in_its_own_language(consoled: Consoled) -> None:
    german = await consoled.signed_in("audit")
    german.client.cookies.set("language", "de")
    async with (
        Socket(consoled, await consoled.signed_in("dr.b")) as one,
        Socket(consoled, german) as other,
    ):
        assert "Saved up to" in (await one.told("now"))["line"]
        assert "Gespeichert bis" in (await other.told("now"))["line"]


async def test_while_nobody_watches_nothing_is_followed(consoled: Consoled) -> None:
    async with Socket(consoled, await consoled.signed_in("audit")) as socket:
        await socket.told("now")
        assert consoled.console.live.is_at_work
    assert not consoled.console.live.is_at_work
