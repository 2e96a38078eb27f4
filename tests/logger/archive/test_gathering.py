"""What a seal rests on beside the samples is found, near or far, and told once."""

from pathlib import Path

import pytest

from drivers.model import Pen
from logger.archive.gathering import Gathered, gather, latest_before
from logger.journal import kinds
from logger.journal.reader import JournalReader
from tests.support.archived import append_at
from tests.support.recorded import Recorded
from tests.support.stories import EPOCH_NS, PEN, Story


def _up(story: Story, profile: str, pen: str = PEN) -> int:
    return story.append(
        kinds.LinkUp(port="/dev/pen", profile=profile, profile_hash=profile), stream=pen
    )


def _identified(story: Story, firmware: str) -> int:
    pen = Pen(PEN, "", firmware, 1, None, None, None)
    return story.append(kinds.PenIdentified(pen=pen))


def _gathered(recorded: Recorded, first: int, last: int) -> Gathered:
    with JournalReader(recorded.data_dir) as reader:
        return gather(reader, PEN, (first, last), (), lambda _: True)


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path)


def test_each_identity_of_the_pen_is_told_once(recorded: Recorded) -> None:
    for at, (profile, firmware) in enumerate((("npt", "1"), ("npt", "1"), ("npt-line", "2"))):
        story = Story()
        _up(story, profile)
        _identified(story, firmware)
        append_at(recorded.data_dir, story, EPOCH_NS + at)
    pens = _gathered(recorded, 1, 100).pens
    assert [(one.profile, one.firmware) for one in pens] == [("npt", "1"), ("npt-line", "2")]


def test_a_pen_without_a_link_is_told_as_far_as_it_is_known(recorded: Recorded) -> None:
    story = Story()
    _identified(story, "7")
    recorded.tell(story)
    (pen,) = _gathered(recorded, 1, 100).pens
    assert (pen.firmware, pen.profile) == ("7", "")


def test_what_was_in_force_is_found_however_long_ago_it_was_told(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("logger.archive.gathering._WINDOW", 2)
    story = Story()
    _up(story, "npt")
    for _ in range(100):
        story.append(kinds.Gap(cause="sequence", count=1))
    _up(story, "other", pen="NP-2")
    recorded.tell(story)
    with JournalReader(recorded.data_dir) as reader:
        found = latest_before(reader, PEN, ("link.up", "pen.identified"), 100)
    assert [(kind, entry.position) for kind, entry in found.items()] == [("link.up", 2)]


def test_another_pens_entries_are_not_taken(recorded: Recorded) -> None:
    story = Story()
    _up(story, "npt")
    _up(story, "other", pen="NP-2")
    story.append(kinds.Gap(cause="link", count=None), stream="NP-2")
    recorded.tell(story)
    gathered = _gathered(recorded, 1, 100)
    assert [entry.position for entry in gathered.entries] == [2]
    assert gathered.gaps == []


def test_the_latest_of_a_kind_counts(recorded: Recorded) -> None:
    story = Story()
    for profile in ("a", "b", "c"):
        _up(story, profile)
    recorded.tell(story)
    with JournalReader(recorded.data_dir) as reader:
        assert latest_before(reader, PEN, ("link.up",), 3)["link.up"].position == 3
