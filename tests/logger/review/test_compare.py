from pathlib import Path

import pytest

from logger.journal.kinds import SegmentStarted, SessionViewed
from tests.support.consoled import Consoled, text_of
from tests.support.recorded import Recorded
from tests.support.stories import SESSION, Story, sample_block


def _visit(session: str, depth_um: int, first: int) -> Story:
    """Return a session that treated one zone on both sides."""
    story = Story()
    story.identified()
    story.started(session)
    story.samples(sample_block(100, first=first, depth_um=depth_um))
    story.append(SegmentStarted(session=session, side="right", zone="anterior-thigh"))
    story.samples(sample_block(100, first=first + 100, depth_um=depth_um + 300))
    story.stopped(session)
    return story


@pytest.fixture
def twice(tmp_path: Path) -> Consoled:
    """A console over two sessions of a client."""
    recorded = Recorded(tmp_path)
    recorded.tell(_visit("20261101-aaaa", 1000, 0))
    recorded.tell(_visit("20261122-bbbb", 1500, 1000))
    consoled = Consoled(tmp_path)
    consoled.add("boss", "administrator")
    return consoled


_BOTH = "/compare?session=20261101-aaaa&session=20261122-bbbb"


async def test_sessions_stand_side_by_side_and_each_was_viewed(twice: Consoled) -> None:
    page = await (await twice.signed_in("boss")).get(_BOTH)
    words = text_of(page)
    assert "1.15 1.00–1.30" in words  # both sides of the first, weighted alike
    assert "1.65 1.50–1.80" in words
    viewed = [one.session for one in twice.noted() if isinstance(one, SessionViewed)]
    assert viewed == ["20261101-aaaa", "20261122-bbbb"]


async def test_a_zone_is_drawn_over_time_and_left_against_right(twice: Consoled) -> None:
    page = await (await twice.signed_in("boss")).get(_BOTH)
    assert "left · anterior thigh: Depth set" in page.text
    assert "Left against right: Depth set" in page.text
    assert 'class="line colour-1 dash-1"' in page.text  # the other side has its own mark
    assert "style=" not in page.text


async def test_the_series_of_one_client_has_its_intervals(twice: Consoled) -> None:
    words = text_of(await (await twice.signed_in("boss")).get("/compare?client=C-17"))
    assert "Series of the client" in words
    assert "Days since the last" in words


async def test_the_distribution_is_counted_when_it_is_asked_for(twice: Consoled) -> None:
    browser = await twice.signed_in("boss")
    assert "Count the samples" in (await browser.get(_BOTH)).text
    page = await browser.get(f"{_BOTH}&distribution=yes")
    words = text_of(page)
    assert "50.0 %" in words  # half of the samples of each lie in one bin
    assert (await browser.get(f"{_BOTH}&distribution=yes")).text.count("50.0 %") == page.text.count(
        "50.0 %"
    )


async def test_what_was_not_chosen_or_is_not_there_is_told(consoled: Consoled) -> None:
    browser = await consoled.signed_in("dr.b")
    assert "No session is chosen yet" in (await browser.get("/compare")).text
    assert "No session matches" in (await browser.get("/compare?session=20200101-none")).text


async def test_the_list_offers_sessions_to_choose(consoled: Consoled) -> None:
    page = await (await consoled.signed_in("dr.b")).get("/sessions")
    assert f'name="session" value="{SESSION}"' in page.text
    assert '<form method="get" action="/compare">' in page.text


async def test_a_single_session_has_nothing_to_compare_with(consoled: Consoled) -> None:
    page = await (await consoled.signed_in("dr.b")).get(f"/compare?session={SESSION}")
    assert "No zone was treated in two of these sessions" in page.text
    assert "None of these sessions treated a zone on both sides" in page.text
