"""What a pen said without a session is sealed by pen and day, once the day is over."""

from pathlib import Path

import pytest

from drivers.model import SampleBlock
from logger.archive.samples_reading import read_payloads
from logger.journal import kinds
from tests.support.archived import DAY_NS, append_at, archive, read_manifest, seals
from tests.support.recorded import Recorded
from tests.support.stories import EPOCH_NS, PEN, Story, sample_block

DAY, NEXT_DAY = "2027-01-15", "2027-01-16"
TOMORROW_NS, OVERMORROW_NS = EPOCH_NS + DAY_NS, EPOCH_NS + 2 * DAY_NS


def _say(data_dir: Path, *blocks: SampleBlock, time_ns: int = EPOCH_NS) -> None:
    story = Story()
    for block in blocks:
        story.samples(block)
    append_at(data_dir, story, time_ns)


def _assigned(position: int, session: str) -> kinds.SamplesAssigned:
    return kinds.SamplesAssigned(
        session=session,
        from_position=position,
        to_position=position,
        from_unix_ns=EPOCH_NS,
        to_unix_ns=EPOCH_NS + 1,
        side="left",
        zone="shin",
        reason="forgot",
        nonce="00",
        retagged=(
            kinds.Retagged(
                from_position=position,
                to_position=position,
                now=kinds.Tags(session=session, side="left", zone="shin"),
            ),
        ),
    )


def _sealed(data_dir: Path) -> list[tuple[str, int, int]]:
    return [
        (one.name, one.revision, one.samples)
        for one in seals(data_dir)
        if one.subject == "unassigned"
    ]


def test_a_day_is_not_sealed_before_it_is_over(tmp_path: Path) -> None:
    _say(tmp_path, sample_block(20))
    archive(tmp_path, EPOCH_NS)
    assert _sealed(tmp_path) == []


def test_each_pen_and_day_is_sealed_by_itself(tmp_path: Path) -> None:
    _say(tmp_path, sample_block(20), sample_block(5, pen="NP-2"))
    _say(tmp_path, sample_block(7, first=20), time_ns=TOMORROW_NS)
    archive(tmp_path, OVERMORROW_NS)
    assert _sealed(tmp_path) == [
        (f"{PEN}/{DAY}", 1, 20),
        (f"NP-2/{DAY}", 1, 5),
        (f"{PEN}/{NEXT_DAY}", 1, 7),
    ]
    directory = tmp_path / "archive" / "unassigned" / PEN / DAY
    manifest = read_manifest(directory / "manifest-1.json")
    assert (manifest.session, manifest.pen) == (None, PEN)
    assert sum(1 for _ in read_payloads(directory / "samples-1.parquet")) == 1


def test_what_a_session_has_is_not_unassigned(tmp_path: Path) -> None:
    story = Story()
    story.samples(sample_block(20))
    story.started()
    story.samples(sample_block(30, first=20))
    story.stopped()
    story.samples(sample_block(40, first=50))
    append_at(tmp_path, story, EPOCH_NS)
    archive(tmp_path, TOMORROW_NS)
    assert _sealed(tmp_path) == [(f"{PEN}/{DAY}", 1, 60)]


def test_a_day_is_looked_through_once(tmp_path: Path) -> None:
    _say(tmp_path, sample_block(20))
    archive(tmp_path, TOMORROW_NS)
    archive(tmp_path, TOMORROW_NS)
    archive(tmp_path, OVERMORROW_NS)
    assert len(_sealed(tmp_path)) == 1


def test_without_the_note_of_how_far_was_looked_nothing_is_sealed_twice(tmp_path: Path) -> None:
    _say(tmp_path, sample_block(20))
    archive(tmp_path, TOMORROW_NS)
    (tmp_path / "archive" / "looked.json").unlink()
    archive(tmp_path, TOMORROW_NS)
    assert len(_sealed(tmp_path)) == 1


def test_a_clock_that_was_set_back_makes_a_revision_of_the_day(tmp_path: Path) -> None:
    _say(tmp_path, sample_block(20))
    archive(tmp_path, TOMORROW_NS)
    _say(tmp_path, sample_block(5, first=20))
    archive(tmp_path, OVERMORROW_NS)
    assert _sealed(tmp_path) == [(f"{PEN}/{DAY}", 1, 20), (f"{PEN}/{DAY}", 2, 25)]


def test_samples_that_a_session_takes_leave_their_day(tmp_path: Path) -> None:
    story = Story()
    story.samples(sample_block(20))
    story.samples(sample_block(20, first=20))
    story.started()
    story.stopped()
    append_at(tmp_path, story, EPOCH_NS)
    archive(tmp_path, TOMORROW_NS)
    story = Story()
    story.append(_assigned(3, "20261122-ab12"))
    append_at(tmp_path, story, TOMORROW_NS)
    archive(tmp_path, TOMORROW_NS)
    assert _sealed(tmp_path) == [(f"{PEN}/{DAY}", 1, 40), (f"{PEN}/{DAY}", 2, 20)]


def test_a_day_of_which_all_samples_were_assigned_is_sealed_empty(tmp_path: Path) -> None:
    story = Story()
    story.samples(sample_block(20))
    story.started()
    story.stopped()
    append_at(tmp_path, story, EPOCH_NS)
    archive(tmp_path, TOMORROW_NS)
    story = Story()
    story.append(_assigned(2, "20261122-ab12"))
    append_at(tmp_path, story, TOMORROW_NS)
    archive(tmp_path, TOMORROW_NS)
    assert _sealed(tmp_path)[-1] == (f"{PEN}/{DAY}", 2, 0)
    assert not (tmp_path / "archive" / "unassigned" / PEN / DAY / "samples-2.parquet").exists()


def test_what_a_session_gives_back_later_is_sealed_with_its_day(tmp_path: Path) -> None:
    story = Story()
    story.started()
    story.samples(sample_block(20))
    story.samples(sample_block(20, first=20))
    append_at(tmp_path, story, EPOCH_NS)
    archive(tmp_path, TOMORROW_NS)
    story = Story()
    story.append(
        kinds.SessionStopped(session="20261122-ab12", reason="forgotten", ended_position=3)
    )
    append_at(tmp_path, story, TOMORROW_NS)
    archive(tmp_path, TOMORROW_NS)
    assert _sealed(tmp_path) == [(f"{PEN}/{DAY}", 1, 20)]


@pytest.mark.parametrize("pen", ["../../etc", "a/b", ".", "..", "µ 1", "SIM-1"])
def test_whatever_a_pen_calls_itself_its_files_lie_in_the_archive(tmp_path: Path, pen: str) -> None:
    _say(tmp_path, sample_block(20, pen=pen))
    archive(tmp_path, TOMORROW_NS)
    room = tmp_path / "archive" / "unassigned"
    (manifest,) = tmp_path.rglob("manifest-1.json")
    assert manifest.parent.parent.parent == room
    assert _sealed(tmp_path) == [(f"{pen}/{DAY}", 1, 20)]


def test_two_pens_never_share_a_directory(tmp_path: Path) -> None:
    _say(tmp_path, sample_block(20, pen="a b"), sample_block(20, pen="a%20b"))
    _say(tmp_path, sample_block(20, pen="..", first=20), sample_block(20, pen="%2E%2E"))
    archive(tmp_path, TOMORROW_NS)
    assert len(list((tmp_path / "archive" / "unassigned").iterdir())) == len(_sealed(tmp_path)) == 4


def test_a_long_name_of_a_pen_is_no_hindrance(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path)
    story = Story()
    story.samples(sample_block(20, pen="µ" * 64))
    recorded.tell(story)
    archive(tmp_path, TOMORROW_NS)
    assert len(_sealed(tmp_path)) == 1
