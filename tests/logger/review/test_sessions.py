from pathlib import Path

import pytest

from logger.journal.entry import Entry
from logger.session.store import open_sessions
from tests.support.consoled import Consoled, text_of
from tests.support.recorded import Recorded
from tests.support.reported import treated
from tests.support.stories import SESSION, Story


def _many(data_dir: Path, count: int) -> None:
    entries: list[Entry] = []
    for number in range(count):
        story = Story()
        story.identified()
        story.started(f"20261122-{number:04d}")
        story.stopped(f"20261122-{number:04d}")
        entries += story.entries
    Recorded(data_dir).append(entries)
    open_sessions(data_dir)[0].close()


async def test_a_session_stands_in_the_list_with_what_it_was(consoled: Consoled) -> None:
    page = await (await consoled.signed_in("dr.b")).get("/sessions")
    words = text_of(page)
    assert page.status_code == 200
    for told in (SESSION, "C-1024", "dr.b", "gentle@2", "1–1 of 1"):
        assert told in words
    assert 'title="20' in page.text  # UTC at hand


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("client=C-1024", True),
        ("client=C-1042", False),
        ("side=left&zone=anterior-thigh&deviation=any", True),
        ("zone=calf", False),
        ("plan=gentle", True),
        ("since=2200-01-01", False),
    ],
)
async def test_a_search_is_an_address(consoled: Consoled, query: str, found: bool) -> None:
    page = await (await consoled.signed_in("dr.b")).get(f"/sessions?{query}")
    assert (SESSION in page.text) == found
    assert ("No session matches" in page.text) != found


async def test_what_was_chosen_stays_chosen(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    page = await browser.get("/sessions?zone=calf&side=left")
    assert "<option selected>calf</option>" in page.text
    assert '<option value="left" selected>' in page.text


async def test_empty_fields_leave_the_address(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    answer = await browser.get("/sessions?since=&client=C-1024&zone=&page=1")
    assert answer.headers["location"] == "/sessions?client=C-1024"


@pytest.mark.parametrize(
    "query", ["since=yesterday", "since=0001-01-01", "zone=moon", "side=x", "deviation=odd"]
)
async def test_a_search_that_is_none_says_what_is_wrong(consoled: Consoled, query: str) -> None:
    page = await (await consoled.signed_in("dr.b")).get(f"/sessions?{query}")
    assert page.status_code == 400
    assert "The search cannot be understood" in page.text


async def test_what_was_typed_is_shown_as_text(consoled: Consoled) -> None:
    page = await (await consoled.signed_in("dr.b")).get("/sessions?client=<script>x</script>")
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


async def test_a_long_list_has_pages(tmp_path: Path) -> None:
    _many(tmp_path, 60)
    consoled = Consoled(tmp_path)
    consoled.add("boss", "administrator")
    browser = await consoled.signed_in("boss")
    first = await browser.get("/sessions")
    assert "1–50 of 60" in first.text
    assert 'rel="prev"' not in first.text
    second = await browser.get("/sessions?page=2")
    assert "51–60 of 60" in second.text
    assert 'rel="next"' not in second.text
    assert (await browser.get("/sessions?page=9")).headers["location"] == "/sessions?page=2"


async def test_a_simulated_session_is_marked(tmp_path: Path) -> None:
    Recorded(tmp_path).tell(treated("SIM-1"))
    consoled = Consoled(tmp_path)
    consoled.add("boss", "administrator")
    browser = await consoled.signed_in("boss")
    assert "SIMULATED" in (await browser.get("/sessions")).text
    assert "SIMULATED – NO TREATMENT" in (await browser.get(f"/sessions/{SESSION}")).text
