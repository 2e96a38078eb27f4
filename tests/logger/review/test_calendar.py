import pytest

from tests.support.consoled import Consoled, text_of
from tests.support.stories import SESSION


async def test_a_session_stands_on_its_day_with_what_is_to_be_seen_to(consoled: Consoled) -> None:
    page = await (await consoled.signed_in("dr.b")).get("/calendar?month=2027-01")
    day = page.text.split('datetime="2027-01-15"')[1].split("</td>")[0]
    assert f'href="/sessions/{SESSION}"' in day
    assert "C-1024" in day
    assert "deviations: 2" in day
    assert "not signed" not in day


async def test_this_month_is_shown_and_leads_to_those_beside_it(consoled: Consoled) -> None:
    page = await (await consoled.signed_in("dr.b")).get("/calendar")
    assert "Calendar: January 2027" in text_of(page)
    assert 'href="/calendar?month=2026-12"' in page.text
    assert 'href="/calendar?month=2027-02"' in page.text
    assert 'aria-current="date"' in page.text


async def test_a_month_without_sessions_says_so(consoled: Consoled) -> None:
    page = await (await consoled.signed_in("dr.b")).get("/calendar?month=2025-03")
    assert "No session was begun in this month" in page.text


@pytest.mark.parametrize("month", ["2026-13", "x", "0001-01", "2026-11-22", "9999-12"])
async def test_a_month_that_is_none_is_told_at_the_field(consoled: Consoled, month: str) -> None:
    page = await (await consoled.signed_in("dr.b")).get(f"/calendar?month={month}")
    assert page.status_code == 400
    assert "Write a month such as 2026-11" in page.text
    assert 'aria-describedby="month-problem"' in page.text
