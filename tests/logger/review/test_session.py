import io
import json

import pyarrow.parquet as pq
import pytest

from logger.journal.kinds import SessionExported, SessionViewed, SignedIn, SignedOut
from tests.support.accounts import NOON_NS
from tests.support.consoled import Consoled, text_of
from tests.support.stories import SESSION

_PAGE = f"/sessions/{SESSION}"


async def test_the_page_tells_the_whole_record(consoled: Consoled) -> None:
    words = text_of(await (await consoled.signed_in("audit")).get(_PAGE))
    for told in (
        "C-1024 (amended)",
        "C-1042",
        "digits were swapped",
        "gentle 2",
        "anterior thigh",
        "lot L4471",
        "erythema even",
        "numbers jumped",
        "set depth above",
        "cooling, no sun for 14 days",
        "I treated and reviewed this",
        "Dr Betty Boe",
        "5a5a5a5a",
    ):
        assert told in words, told


async def test_a_local_time_has_its_utc_at_hand(consoled: Consoled) -> None:
    page = await (await consoled.signed_in("audit")).get(_PAGE)
    utc = "2027-01-15T08:00:00Z"
    assert page.text.count(f'<time datetime="{utc}" title="{utc}">') > 3


async def test_a_view_is_an_entry(consoled: Consoled) -> None:
    browser = await consoled.signed_in("audit")
    await browser.get(_PAGE)
    viewed = SessionViewed(account="audit", at_unix_ns=NOON_NS, session=SESSION)
    assert consoled.noted()[-1] == viewed


async def test_a_session_that_is_none_is_not_found_and_not_noted(consoled: Consoled) -> None:
    browser = await consoled.signed_in("audit")
    assert (await browser.get("/sessions/20200101-none")).status_code == 404
    assert not any(isinstance(one, SessionViewed) for one in consoled.noted())


async def test_the_page_speaks_german(consoled: Consoled) -> None:
    browser = await consoled.signed_in("audit")
    await browser.send("/language", "/sessions", language="de", back="/")
    words = text_of(await browser.get(_PAGE))
    assert "Vollständigkeit" in words
    assert "Herunterladen" in words


@pytest.mark.parametrize("form", ["pdf", "csv", "json", "parquet", "fhir"])
async def test_a_download_is_what_the_archive_makes_and_an_entry(
    consoled: Consoled, form: str
) -> None:
    browser = await consoled.signed_in("audit")
    answer = await browser.get(f"{_PAGE}/download/{form}")
    assert answer.status_code == 200
    assert SESSION in answer.headers["content-disposition"]
    assert len(answer.content) == int(answer.headers["content-length"])
    exported = consoled.noted()[-1]
    assert isinstance(exported, SessionExported)
    assert (exported.session, exported.form, exported.account) == (SESSION, form, "audit")
    match form:
        case "pdf":
            assert answer.content.startswith(b"%PDF-")
        case "csv":
            assert answer.text.count("\n") > 600
        case "parquet":
            assert pq.read_table(io.BytesIO(answer.content)).num_rows > 600
        case _:
            assert SESSION in json.dumps(json.loads(answer.text))


async def test_a_bundle_that_cannot_be_made_is_refused_with_the_reason(consoled: Consoled) -> None:
    answer = await (await consoled.signed_in("audit")).get(f"{_PAGE}/download/bundle")
    assert answer.status_code == 409
    assert "This cannot be done now" in answer.text
    assert not any(isinstance(one, SessionExported) for one in consoled.noted())


async def test_without_a_recorder_pages_are_read_and_nothing_leaves(consoled: Consoled) -> None:
    consoled.recorder.runs = False
    browser = await consoled.signed_in("audit")
    page = await browser.get(_PAGE)
    assert page.status_code == 200
    assert "No recorder is running" in page.text
    answer = await browser.get(f"{_PAGE}/download/json")
    assert answer.status_code == 503
    assert "only a recorder writes that" in answer.text
    assert consoled.noted() == []
    consoled.recorder.runs = True
    await browser.send("/sign-out", "/sessions")
    assert [type(one) for one in consoled.noted()] == [SignedIn, SessionViewed, SignedOut]


async def test_rows_of_gaps_breaks_and_notes_lead_to_the_timeline(consoled: Consoled) -> None:
    page = (await (await consoled.signed_in("audit")).get(_PAGE)).text
    for name in ("completeness", "notes"):
        part = page.split(f'<section class="card" id="{name}"')[1].split("</section>")[0]
        assert 'href="#course" data-goes-to="time:18' in part, name
