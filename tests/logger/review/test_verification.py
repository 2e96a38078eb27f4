"""The check of the whole record that the console offers."""

import sqlite3
from pathlib import Path

import httpx

from tests.support.consoled import Browser, Consoled, text_of
from tests.support.recorded import Recorded
from tests.support.reported import treated

_PAGE = "/audit/verification"


async def _checked(browser: Browser) -> httpx.Response:
    """Return the page once the check that was asked for is over."""
    await browser.send(_PAGE, _PAGE)
    return await browser.settled(_PAGE)


async def test_before_the_first_check_it_says_that_there_was_none(consoled: Consoled) -> None:
    page = await (await consoled.signed_in("audit")).get(_PAGE)
    assert "was not checked since the console was started" in page.text


async def test_a_check_says_what_was_found_by_whom_and_when(consoled: Consoled) -> None:
    browser = await consoled.signed_in("audit")
    words = text_of(await _checked(browser))
    # The journal of the fixture is whole; its head is none that the installation signed.
    assert "The journal is whole: " in words
    assert "NOT right: head at position" in words
    assert "The record is not right" in words
    assert "Asked for by audit, 2027-01-15 08:00:00" in words


async def test_a_record_that_is_whole_is_said_to_be_consistent_and_no_more(tmp_path: Path) -> None:
    Recorded(tmp_path).tell(treated())
    consoled = Consoled(tmp_path)
    consoled.add("boss", "administrator")
    words = text_of(await _checked(await consoled.signed_in("boss")))
    assert "Nothing is wrong with the record" in words
    assert "only a head from elsewhere proves" in words
    assert "came after the last signed head" in words


async def test_all_who_may_look_see_the_same_check(consoled: Consoled) -> None:
    await _checked(await consoled.signed_in("audit"))
    assert "Asked for by audit" in (await (await consoled.signed_in("boss")).get(_PAGE)).text


async def test_a_changed_entry_is_found(consoled: Consoled) -> None:
    browser = await consoled.signed_in("audit")
    with sqlite3.connect(consoled.data_dir / "journal.db") as journal:
        journal.execute(
            "UPDATE entry SET actor = 'uid:0' WHERE position ="
            " (SELECT min(position) FROM entry WHERE kind = 'session.amended')"
        )
    journal.close()
    assert "The journal is NOT whole at position" in text_of(await _checked(browser))


async def test_a_journal_that_cannot_be_read_is_told_and_no_verdict_given(
    consoled: Consoled,
) -> None:
    browser = await consoled.signed_in("audit")
    console = consoled.console
    nowhere = consoled.data_dir / "nowhere"
    console.verification.begin(nowhere, "audit", console.outside.now_unix_ns)
    assert "could not be checked" in (await browser.settled(_PAGE)).text
