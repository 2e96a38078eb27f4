import re

import httpx
import pytest

from logger.session.model import Session
from logger.session.store import load_sessions
from tests.support.consoled import Browser, Consoled, text_of
from tests.support.recorded import Recorded
from tests.support.reported import session_in
from tests.support.stories import EPOCH_NS, PEN, SESSION, Story, sample_block

_PAGE = f"/sessions/{SESSION}"
_AMEND = f"{_PAGE}/amend"
_WHY = {"reason": "it was so"}


async def _amend(consoled: Consoled, what: str, **fields: str) -> httpx.Response:
    browser = await consoled.signed_in("dr.b")
    return await browser.send(f"{_AMEND}/{what}", _AMEND, **_WHY | fields)


def _session(consoled: Consoled) -> Session:
    return session_in(consoled.data_dir)


@pytest.mark.parametrize(("what", "value", "former"), [
    ("client", "C-7", "C-1024"),
    ("practitioner", "dr.z", "dr.b"),
    ("indication", "scars", "stretch-marks"),
    ("segment.1.side", "right", "left"),
    ("segment.2.zone", "medial-ankle", "anterior-lower-leg"),
])  # fmt: skip
async def test_a_value_is_amended_and_the_former_one_shown(
    consoled: Consoled, what: str, value: str, former: str
) -> None:
    answer = await _amend(consoled, what, now=value)
    assert answer.headers["location"] == f"{_PAGE}?done=amend"
    amendment = _session(consoled).record.amendments[-1]
    told = (amendment.what, amendment.former, amendment.now, amendment.actor, amendment.reason)
    assert told == (what, former, value, "dr.b", "it was so")
    browser = await consoled.signed_in("boss")
    words = text_of(await browser.get(f"{_AMEND}/{what}"))
    assert "Former value" in words
    assert f"<del>{former}</del>" in (await browser.get(_AMEND)).text


async def test_a_cartridge_is_amended_field_by_field(consoled: Consoled) -> None:
    fields = {"scan": "", "lot": "A1", "expires": "2027-12-31", "needles": "12"}
    answer = await _amend(consoled, "cartridge", **fields, serial="", gtin="")
    assert answer.status_code == 303, answer.text
    cartridge = _session(consoled).cartridge
    assert cartridge is not None
    told = (cartridge.lot, cartridge.expiry, cartridge.needle_count, cartridge.udi)
    assert told == ("A1", "2027-12-31", 12, "")


async def test_a_cartridge_that_contradicts_its_scan_is_refused_at_the_field(
    consoled: Consoled,
) -> None:
    answer = await _amend(consoled, "cartridge", scan="(10)L1(17)271231", lot="L2")
    assert answer.status_code == 409
    assert 'id="scan-problem"' in answer.text
    assert "the scan text says L1" in text_of(answer)
    assert 'value="L2"' in answer.text


async def test_a_note_is_amended_and_withdrawn(consoled: Consoled) -> None:
    position = _session(consoled).notes[0].position
    await _amend(consoled, f"note.{position}", now="erythema uneven")
    assert _session(consoled).notes[0].text == "erythema uneven"
    await _amend(consoled, f"note.{position}", now="")
    assert _session(consoled).notes[0].text == ""


@pytest.mark.parametrize("fields", [{"at_position": "5", "at_time": ""}, {"at_time": "3"}])
async def test_a_border_is_amended_by_time_or_position(
    consoled: Consoled, fields: dict[str, str]
) -> None:
    if fields["at_time"]:
        fields = {"at_time": _clock(EPOCH_NS + 3_000_000_000)}
    answer = await _amend(consoled, "segment.2.from_position", **fields)
    assert answer.headers.get("location") == f"{_PAGE}?done=amend", text_of(answer)
    assert _session(consoled).segments[1].from_position == 5
    amendment = _session(consoled).record.amendments[-1]
    assert (amendment.former, amendment.now) == ("11", "5")


async def test_a_border_that_cannot_be_is_told_at_its_field(consoled: Consoled) -> None:
    second = _session(consoled).segments[1]
    earlier = second.from_position - 4
    answer = await _amend(consoled, "segment.2.from_position", at_position=str(earlier), at_time="")
    assert answer.status_code == 409
    assert "is no position of samples" in text_of(answer)
    blocks = await _amend(consoled, "segment.2.from_position", at_position="", at_time="23:59:59")
    assert "no samples were taken then, or later" in text_of(blocks)
    nothing = await _amend(consoled, "segment.2.from_position", at_position="", at_time="")
    assert 'id="at_time-problem"' in nothing.text


@pytest.mark.parametrize(("fields", "field", "words"), [
    ({"now": "C-7", "reason": " "}, "reason", "the reason is missing"),
    ({"now": "Maria Lopez"}, "now", "is no client code"),
    ({"now": "C-1024"}, "now", "already"),
    ({"now": ""}, "now", "the client is missing"),
])  # fmt: skip
async def test_what_is_refused_is_said_at_its_field_and_kept(
    consoled: Consoled, fields: dict[str, str], field: str, words: str
) -> None:
    answer = await _amend(consoled, "client", **fields)
    assert answer.status_code == 409
    assert f'id="{field}-problem"' in answer.text
    assert words in text_of(answer)
    assert f'value="{fields["now"]}"' in answer.text
    assert len(_session(consoled).record.amendments) == 1


async def test_what_cannot_be_amended_has_no_page(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    for what in ("pen", "note.999", "segment.9.side", "started_unix_ns"):
        assert (await browser.get(f"{_AMEND}/{what}")).status_code == 404


async def test_a_note_is_written_under_the_account(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    answer = await browser.send(f"{_PAGE}/note", f"{_PAGE}/note", text="slept well")
    assert answer.headers["location"] == f"{_PAGE}?done=note"
    note = _session(consoled).notes[-1]
    assert (note.text, note.actor) == ("slept well", "dr.b")


async def test_an_empty_note_is_refused(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    answer = await browser.send(f"{_PAGE}/note", f"{_PAGE}/note", text=" ")
    assert answer.status_code == 409
    assert "the note is empty" in text_of(answer)


def _second_visit(consoled: Consoled, client: str = "C-1024") -> str:
    """Append a later session of the same pen; returns its id."""
    story, later = Story(), "20261123-cd34"
    story.started(later)
    story.samples(sample_block(100, first=10_000))
    story.stopped(later)
    Recorded(consoled.data_dir).tell(story)
    return later


def _sessions(consoled: Consoled) -> dict[str, Session]:
    with load_sessions(consoled.data_dir) as sessions:
        found = [sessions.session(row.id) for row in sessions.rows(10)]
    return {one.id: one for one in found if one is not None}


async def _split(browser: Browser, **fields: str) -> httpx.Response:
    return await browser.send(f"{_PAGE}/split", f"{_PAGE}/split", **_WHY | fields)


async def test_a_session_is_split_at_a_time(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    local = re.search(r"(\d\d:\d\d:)\d\d", _clock(EPOCH_NS + 4_000_000_000))
    assert local is not None
    answer = await _split(
        browser, at_time=f"{local[1]}04", at_position="", client="C-9", practitioner=""
    )
    assert answer.headers.get("location") == f"{_PAGE}?done=split", text_of(answer)
    other = next(one for one in _sessions(consoled).values() if one.id != SESSION)
    assert (other.client, other.practitioner, other.record.split_from) == ("C-9", "dr.b", SESSION)


def _clock(unix_ns: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(unix_ns / 1e9, UTC).astimezone().strftime("%H:%M:%S")


async def test_both_parts_of_a_split_lead_to_one_another(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    first = _sessions(consoled)[SESSION]
    answer = await _split(browser, at_position=str(first.segments[1].from_position + 1), at_time="")
    (other,) = set(_sessions(consoled)) - {SESSION}
    page = (await browser.get(answer.headers["location"])).text
    assert f'The new session: <a href="/sessions/{other}">' in page
    assert f'href="/sessions/{SESSION}"' in (await browser.get(f"/sessions/{other}")).text


async def test_a_split_where_nothing_is_is_refused_at_the_field(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    answer = await _split(browser, at_position="1", at_time="")
    assert 'id="at_time-problem"' in answer.text
    assert "there are no samples of pen" in text_of(answer)
    assert 'name="at_position" type="number" value="1"' in answer.text


async def test_a_later_session_is_merged(consoled: Consoled) -> None:
    first = _session(consoled)
    browser = await consoled.signed_in("dr.b")
    await _split(browser, at_position=str(first.segments[1].from_position + 1), at_time="")
    later = next(one for one in _sessions(consoled) if one != SESSION)
    page = await browser.get(f"{_PAGE}/merge")
    assert f'<option value="{later}">' in page.text
    answer = await browser.send(f"{_PAGE}/merge", f"{_PAGE}/merge", merged=later, **_WHY)
    assert answer.headers.get("location") == f"{_PAGE}?done=merge", text_of(answer)
    assert _sessions(consoled)[later].record.merged_into == SESSION
    assert 'class="card do"' not in (await browser.get(f"/sessions/{later}")).text


async def test_sessions_of_two_clients_are_not_merged(consoled: Consoled) -> None:
    later = _second_visit(consoled)
    browser = await consoled.signed_in("dr.b")
    answer = await browser.send(f"{_PAGE}/merge", f"{_PAGE}/merge", merged=later, **_WHY)
    assert answer.status_code == 409
    assert 'id="merged-problem"' in answer.text
    assert "differ in their client" in text_of(answer)
    assert PEN in (await browser.get("/sessions")).text
