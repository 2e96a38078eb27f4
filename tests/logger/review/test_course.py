"""The samples of a session as its timeline gets them."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from drivers.model import ColumnLayout
from logger.journal.kinds import SessionViewed
from tests.support.archived import archive
from tests.support.consoled import Consoled
from tests.support.recorded import Recorded
from tests.support.reported import treated
from tests.support.stories import SESSION, Story, sample_block

_ADDRESS = f"/sessions/{SESSION}/course"
_CHANNELS = ("depth_set_mm", "depth_measured_mm", "rate_hz", "motor_current_ma")


async def _course(consoled: Consoled, query: str = "") -> Any:
    browser = await consoled.signed_in("audit")
    answer = await browser.get(f"{_ADDRESS}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def _over(tmp_path: Path, story: Story) -> Consoled:
    Recorded(tmp_path).tell(story)
    consoled = Consoled(tmp_path)
    consoled.add("boss", "administrator")
    consoled.add("audit", "auditor")
    return consoled


def _long() -> Story:
    """Return a session of 20 000 samples with one peak, one dip and one hole of one sample."""
    story = Story()
    story.identified()
    story.started()
    depth_um = [1500] * 20_000
    depth_um[7001], depth_um[13003] = 2900, 100
    rate_dhz = [1000] * 20_000
    rate_dhz[9999] = 1490
    numbers = [number + (number >= 10_500) for number in range(20_000)]
    story.samples(sample_block(20_000, sequence=numbers, depth_um=depth_um, rate_dhz=rate_dhz))
    story.stopped()
    return story


async def test_extremes_are_kept_however_few_pixels_there_are(tmp_path: Path) -> None:
    course = await _course(_over(tmp_path, _long()), "width=50")
    assert not course["is_whole"]
    assert len(course["elapsed_s"]) < 500
    known = dict(zip(course["depth_set_mm"], course["elapsed_s"], strict=True))
    assert (known[2.9], known[0.1]) == (70.01, 130.04)
    assert 149.0 in course["rate_hz"]


async def test_a_hole_is_told_and_never_bridged(tmp_path: Path) -> None:
    course = await _course(_over(tmp_path, _long()), "width=50")
    assert course["holes"] == [[104.99, 105.01, 1]]
    at = course["elapsed_s"].index(105.0)
    assert all(course[name][at] is None for name in _CHANNELS)
    assert course["elapsed_s"][at - 1 : at + 2] == [104.99, 105.0, 105.01]


async def test_close_enough_every_single_sample_is_there(tmp_path: Path) -> None:
    course = await _course(_over(tmp_path, _long()), "from=70&to=70.05&width=900")
    assert course["is_whole"]
    assert course["elapsed_s"] == [69.99, 70.0, 70.01, 70.02, 70.03, 70.04, 70.05, 70.06]
    assert course["depth_set_mm"] == [1.5, 1.5, 2.9, 1.5, 1.5, 1.5, 1.5, 1.5]


async def test_what_was_not_measured_is_no_value_and_not_bridged(tmp_path: Path) -> None:
    story = Story()
    story.identified()
    story.started()
    measured_um = [1480] * 4000 + [0xFFFF] * 40 + [1480] * 4000
    story.samples(sample_block(8040, measured_um=measured_um))
    story.stopped()
    course = await _course(_over(tmp_path, story), "width=40")
    values = course["depth_measured_mm"]
    edges = [at for at, pair in enumerate(pairwise(values)) if pair.count(None) == 1]
    assert [course["elapsed_s"][at] for at in edges] == [39.99, 40.39]
    assert course["motor_current_ma"] == [None] * len(values)


async def test_holes_closer_than_a_pixel_do_not_make_the_answer_long(tmp_path: Path) -> None:
    story = Story()
    story.identified()
    story.started()
    story.samples(sample_block(9000, sequence=[2 * number for number in range(9000)]))
    story.stopped()
    course = await _course(_over(tmp_path, story), "width=60")
    assert len(course["elapsed_s"]) < 1000
    assert 60 <= len(course["holes"]) <= 120


async def test_the_whole_session_comes_with_its_marks(consoled: Consoled) -> None:
    course = await _course(consoled, "width=900")
    marks = course["marks"]
    assert marks["duration_s"] == course["to_s"] == pytest.approx(7.39)
    assert [one["name"] for one in marks["segments"]] == [
        "left · anterior thigh",
        "left · anterior lower leg (shin)",
    ]
    assert marks["segments"][1]["spans"] == [[5.4, 7.39]]
    assert marks["pauses"] == [[5.0, 5.39]]
    assert marks["limits"][0]["depth_max_mm"] == 1.5
    assert marks["limits"][1]["rate_min_hz"] == 90.0
    depth, rate = marks["deviations"]
    assert (depth["of"], depth["from_s"], rate["of"], rate["from_s"]) == ("depth", 3.0, "rate", 6.4)
    assert depth["to_s"] == pytest.approx(3.99, abs=0.01)
    assert {one["kind"] for one in marks["notes"]} == {"note", "review", "signature"}
    assert course["holes"] == [[3.99, 4.5, 50]]
    assert course["turns"] == [3.0, 3.99, 4.5, 5.4]


async def test_turns_of_the_rate_dial_are_told_where_the_pen_tells_its_set_rate(
    tmp_path: Path,
) -> None:
    block = sample_block(300)
    rate_set = ColumnLayout("rate_set_hz", "dHz", denominator=10, absent=0xFFFF)
    set_dhz = np.array([0xFFFF] * 10 + [1000] * 90 + [1200] * 200)
    told = replace(
        block,
        layouts=(*block.layouts, rate_set),
        columns={**block.columns, "rate_set_hz": set_dhz},
    )
    story = Story()
    story.identified()
    story.started()
    story.samples(told)
    story.stopped()
    course = await _course(_over(tmp_path, story), "width=900")
    assert course["rate_turns"] == [1.0]
    assert course["turns"] == []


async def test_a_closer_look_comes_without_marks(consoled: Consoled) -> None:
    assert "marks" not in await _course(consoled, "from=1&to=2&width=900")


async def test_a_closer_look_is_no_other_view(consoled: Consoled) -> None:
    await _course(consoled)
    assert not any(isinstance(one, SessionViewed) for one in consoled.noted())


async def test_a_sealed_session_is_drawn_from_its_file_alike(tmp_path: Path) -> None:
    consoled = _over(tmp_path, treated())
    journaled = await _course(consoled, "width=300")
    archive(tmp_path)
    sealed = Consoled(tmp_path)
    assert await _course(sealed, "width=300") == journaled


async def test_a_sealed_file_that_is_not_what_was_sealed_is_not_drawn(tmp_path: Path) -> None:
    consoled = _over(tmp_path, treated())
    journaled = await _course(consoled, "width=300")
    archive(tmp_path)
    file = tmp_path / f"archive/sessions/{SESSION}/samples-1.parquet"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert await _course(Consoled(tmp_path), "width=300") == journaled


async def test_a_session_that_goes_on_is_read_again_after_a_while(tmp_path: Path) -> None:
    story = Story()
    story.identified()
    story.started()
    story.samples(sample_block(100))
    consoled = _over(tmp_path, story)
    assert (await _course(consoled))["marks"]["samples"] == 100
    more = Story()
    more.samples(sample_block(100, first=100))
    Recorded(tmp_path).tell(more)
    assert (await _course(consoled))["marks"]["samples"] == 100
    consoled.time.pass_by(10)
    assert (await _course(consoled))["marks"]["samples"] == 200


async def test_a_session_without_samples_has_an_empty_course(tmp_path: Path) -> None:
    story = Story()
    story.identified()
    story.started()
    story.stopped()
    course = await _course(_over(tmp_path, story))
    assert course["marks"]["samples"] == 0
    assert "elapsed_s" not in course


@pytest.mark.parametrize("query", ["from=x&to=1", "from=nan&to=1", "from=0&to=1e99", "width=inf"])
async def test_an_address_that_asks_for_nothing_is_refused(consoled: Consoled, query: str) -> None:
    browser = await consoled.signed_in("audit")
    assert (await browser.get(f"{_ADDRESS}?{query}")).status_code == 400


@pytest.mark.parametrize(
    "query",
    ["from=5&to=1&width=300", "from=-90&to=-80", "from=900&to=901", "width=-3", "width=1e9"],
)
async def test_a_window_beside_the_session_is_answered(consoled: Consoled, query: str) -> None:
    assert len((await _course(consoled, query))["elapsed_s"]) < 1000


async def test_a_session_that_is_none_has_no_course(consoled: Consoled) -> None:
    browser = await consoled.signed_in("audit")
    assert (await browser.get("/sessions/20200101-none/course")).status_code == 404
