"""The CSV of a bundle: what no entry tells of it must fit, and is judged alike by both."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.model import Anchor, HostTime
from logger.archive.bundle import form
from logger.archive.keys import load
from logger.archive.outside import Outside
from logger.journal import kinds
from tests.support.archived import append_at, archive
from tests.support.bundled import (
    LATER_NS,
    contents_of,
    judged_by_needlelog,
    judged_by_script,
    load_script,
    make_bundle,
    remake,
)
from tests.support.stories import HOST_BOOT, PEN, SESSION, Story, host_time, sample_block

_SUMMER_ENDS_US = round(datetime(2027, 10, 31, 1, tzinfo=UTC).timestamp()) * 1_000_000
_TIME_LOCAL, _TIME_NS, _CORRECTED, _CORRECTED_NS = 1, 2, 5, 6
Change = Callable[[list[list[str]]], None]


@pytest.fixture
def _berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def bundle(tmp_path: Path, _berlin: None) -> Path:
    """Of two blocks across the end of summer time, each by a clock that was wrong otherwise."""
    story = Story()
    story.identified()
    story.started()
    for first, wrong_ns in ((0, 10**9), (4, 3 * 10**9)):
        right = host_time()
        host = HostTime(right.wall_ns - wrong_ns, right.boottime_ns, False)
        anchor = Anchor(0, _SUMMER_ENDS_US - 20_000, 0)
        story.samples(replace(sample_block(4, first=first), host=host, anchor=anchor))
    story.append(_synchronised(), stream="")
    story.stopped()
    return _bundle(story, tmp_path)


def _synchronised() -> kinds.ClockChanged:
    return kinds.ClockChanged(reason="synchronised", host=host_time(), host_boot_id=HOST_BOOT)


def _bundle(story: Story, place: Path) -> Path:
    data_dir = place / "data"
    data_dir.mkdir()
    append_at(data_dir, story, LATER_NS)
    archive(data_dir, LATER_NS)
    return make_bundle(data_dir, place / "bundle.zip")


def _rows(bundle: Path) -> list[list[str]]:
    return [line.split(",") for line in contents_of(bundle)[form.CSV].decode().split("\r\n")]


def _assert_both_find_it_good(bundle: Path) -> None:
    judged, script = judged_by_needlelog(bundle, Outside()), judged_by_script(load_script(), bundle)
    assert judged.good, judged.words
    assert script.good, script.words


def test_local_times_across_a_change_of_the_clock_and_corrected_ones_are_good(
    bundle: Path,
) -> None:
    rows = _rows(bundle)[1:-1]
    assert [row[_TIME_LOCAL][19:] for row in rows[1:3]] == [".990000000+02:00", ".000000000+01:00"]
    assert [int(row[_CORRECTED_NS]) - int(row[_TIME_NS]) for row in rows[3:5]] == [10**9, 3 * 10**9]
    _assert_both_find_it_good(bundle)


def _an_hour_off(rows: list[list[str]]) -> None:
    rows[4][_TIME_LOCAL] = rows[4][_TIME_LOCAL].replace("+01:00", "+02:00")


def _offset_otherwise(rows: list[list[str]]) -> None:
    for row in rows[1:-1]:
        row[_TIME_LOCAL] = row[_TIME_LOCAL].replace("+01:00", "+0100")


def _corrected_otherwise_within_a_block(rows: list[list[str]]) -> None:
    rows[2][_CORRECTED], rows[2][_CORRECTED_NS] = rows[3][_CORRECTED], rows[3][_CORRECTED_NS]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_an_hour_off, "time_local"),
        (_offset_otherwise, "time_local"),
        (_corrected_otherwise_within_a_block, "row 2 of samples.csv has another corrected_time"),
    ],
)
def test_what_does_not_fit_is_refused_by_both(
    bundle: Path, tmp_path: Path, change: Change, named: str
) -> None:
    contents, rows = contents_of(bundle), _rows(bundle)
    change(rows)
    contents[form.CSV] = "\r\n".join(map(",".join, rows)).encode()
    forged = remake(contents, tmp_path / "forged.zip", load(tmp_path / "data"))
    judged = judged_by_needlelog(forged, Outside())
    assert not judged.good
    assert named in judged.words
    assert not judged_by_script(load_script(), forged).good


def test_a_pen_whose_name_csv_must_quote_is_good(tmp_path: Path) -> None:
    name = f'{PEN},"\r\nseven"'
    story = Story()
    story.identified(pen=name)
    story.started(pen=name)
    story.samples(sample_block(30, pen=name))
    story.samples(sample_block(5, first=30, pen=name))
    story.append(kinds.SessionStopped(session=SESSION, reason="ordered"), stream=name)
    _assert_both_find_it_good(_bundle(story, tmp_path))
