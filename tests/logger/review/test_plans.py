from pathlib import Path

from logger.journal.writer import Journal
from tests.support.consoled import Consoled, text_of
from tests.support.stories import host_time

_FILE = """
[[plans]]
name = "firm"
version = "1"
note = "for scars"
[[plans.zones]]
zone = "calf"
depth_max_mm = 2.0

[[plans]]
name = "gentle"
version = "2"
[[plans.zones]]
zone = "calf"
depth_max_mm = 0.5
"""


def _with_file(consoled: Consoled, tmp_path: Path, text: str) -> Consoled:
    file = tmp_path / "plans.toml"
    file.write_text(text, encoding="utf-8")
    return Consoled(consoled.data_dir, plans_file=file)


async def test_plans_of_file_and_sessions_are_shown(consoled: Consoled, tmp_path: Path) -> None:
    shown = _with_file(consoled, tmp_path, _FILE)
    words = text_of(await (await shown.signed_in("boss")).get("/plans"))
    assert "firm 1 can be chosen for" in words.replace("Note in the plan: ", "")
    assert "posterior lower leg (calf)" in words
    assert "gentle 2 can be chosen used" in words
    assert "no session can be started with it" in words


async def test_a_plan_that_is_in_no_file_any_more_is_shown_from_its_sessions(
    consoled: Consoled,
) -> None:
    page = await (await consoled.signed_in("dr.b")).get("/plans")
    words = text_of(page)
    assert "gentle 2 not in the file any more used 28 days between sessions" in words
    found = await (await consoled.signed_in("dr.b")).get("/sessions?plan=gentle%402")
    assert 'href="/sessions?plan=gentle%402"' in page.text
    assert found.text.count('th scope="row"') == 1


async def test_a_file_that_is_wrong_is_told_and_hides_nothing(
    consoled: Consoled, tmp_path: Path
) -> None:
    shown = _with_file(consoled, tmp_path, "[[plans]]\nname = 1\n")
    words = text_of(await (await shown.signed_in("boss")).get("/plans"))
    assert "plans.toml" in words
    assert "gentle 2" in words


async def test_without_any_plan_the_page_says_what_to_do(tmp_path: Path) -> None:
    Journal.open(tmp_path, host_time).close()
    empty = Consoled(tmp_path)
    empty.add("boss", "administrator")
    assert "There is no plan yet" in (await (await empty.signed_in("boss")).get("/plans")).text
