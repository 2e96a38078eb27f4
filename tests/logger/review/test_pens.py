from pathlib import Path

import pytest

from logger.journal.kinds import PenChecked
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.review.pen_facts import checks_of
from tests.support.accounts import NOON_NS
from tests.support.consoled import Consoled, text_of
from tests.support.recorded import Recorded
from tests.support.stories import PEN, Story, host_time, sample_block

_PAGE = f"/pens/{PEN}"
_CHECK = {
    "depth_set_mm": "1,5",
    "gauge_mm": "1.46",
    "gauge": "G-7",
    "at": "2027-01-15T07:30+00:00",
    "remark": "worn tip",
}


def _sessions(data_dir: Path, count: int) -> None:
    """Tell of sessions whose measured depth is 20 or 30 µm short, and of one that is 300 short."""
    for number in range(count):
        short_um = 300 if number == 15 else 20 + number % 2 * 10
        session = f"20261122-{number:04d}"
        story = Story()
        story.identified()
        story.started(session)
        story.samples(
            sample_block(20, first=number * 100, depth_um=1500, measured_um=1500 - short_um)
        )
        story.stopped(session)
        Recorded(data_dir).tell(story)


def _checks(consoled: Consoled) -> list[PenChecked]:
    with JournalReader(consoled.data_dir) as reader:
        return checks_of(reader, PEN)


async def test_pens_are_listed_with_what_they_are(consoled: Consoled) -> None:
    words = text_of(await (await consoled.signed_in("audit")).get("/pens"))
    for told in (PEN, "REF-PEN", "1.4.2", "never"):
        assert told in words


async def test_without_a_pen_the_list_says_so(tmp_path: Path) -> None:
    Journal.open(tmp_path, host_time).close()
    consoled = Consoled(tmp_path)
    consoled.add("boss", "administrator")
    assert "No pen was linked yet" in (await (await consoled.signed_in("boss")).get("/pens")).text


async def test_a_pen_that_is_none_is_not_found(consoled: Consoled) -> None:
    assert (await (await consoled.signed_in("audit")).get("/pens/NP-9")).status_code == 404


async def test_few_sessions_set_no_limits(consoled: Consoled) -> None:
    words = text_of(await (await consoled.signed_in("audit")).get(_PAGE))
    assert "Limits need at least 20 sessions, and there are 1" in words


async def test_a_session_beyond_the_limits_is_told(tmp_path: Path) -> None:
    _sessions(tmp_path, 20)
    consoled = Consoled(tmp_path)
    consoled.add("boss", "administrator")
    page = await (await consoled.signed_in("boss")).get(_PAGE)
    words = text_of(page)
    assert "Individuals chart over 20 sessions: mean −0.039 mm" in words
    assert words.count("beyond the limits") == 1
    assert "20261122-0015 0.2 s −0.300 ⚠ beyond the limits" in words
    assert page.text.count('class="ring"') == 1


@pytest.mark.parametrize("account", ["dr.b", "boss"])
async def test_a_check_with_a_gauge_is_an_entry(consoled: Consoled, account: str) -> None:
    browser = await consoled.signed_in(account)
    answer = await browser.send(f"{_PAGE}/check", _PAGE, **_CHECK)
    assert answer.headers["location"] == f"{_PAGE}#checks"
    (check,) = _checks(consoled)
    assert (check.account, check.depth_set_mm, check.gauge_mm) == (account, 1.5, 1.46)
    assert (check.gauge, check.remark) == ("G-7", "worn tip")
    assert check.at_unix_ns == NOON_NS - 1800 * 10**9
    assert "G-7 1.50 1.46 −0.04 worn tip" in text_of(await browser.get(_PAGE))
    assert "pen checked with a gauge" in text_of(
        await (await consoled.signed_in("audit")).get("/audit/events")
    )


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"depth_set_mm": "deep"}, 'id="depth_set_mm-problem"'),
        ({"gauge_mm": ""}, 'id="gauge_mm-problem"'),
        ({"gauge": ""}, 'id="gauge-problem"'),
        ({"at": "soon"}, 'id="at-problem"'),
        ({"gauge_mm": "nan"}, "is no needle depth"),
        ({"depth_set_mm": "11"}, "is no needle depth"),
        ({"gauge": "my gauge!"}, "is no number of a gauge"),
        ({"at": "2027-01-16T07:30+00:00"}, "still to come"),
    ],
)
async def test_a_check_that_cannot_be_says_what_is_wrong_and_keeps_what_was_typed(
    consoled: Consoled, changed: dict[str, str], problem: str
) -> None:
    browser = await consoled.signed_in("dr.b")
    answer = await browser.send(f"{_PAGE}/check", _PAGE, **_CHECK | changed)
    assert answer.status_code == 409
    assert problem in answer.text
    assert 'value="worn tip"' in answer.text
    assert _checks(consoled) == []


async def test_an_auditor_is_offered_no_form(consoled: Consoled) -> None:
    page = await (await consoled.signed_in("audit")).get(_PAGE)
    assert f"{_PAGE}/check" not in page.text
