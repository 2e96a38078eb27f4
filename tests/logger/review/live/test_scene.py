"""What those who watch are told of a journal that comes, goes and is succeeded by another."""

from pathlib import Path

import msgspec

from logger.journal.files import JOURNAL_FILE
from logger.journal.reader import JournalReader
from logger.review.live.scene import Now, Scene
from logger.review.rendering import template_environment
from tests.support.recorded import Recorded
from tests.support.reported import PLAN
from tests.support.statuses import STATUS
from tests.support.stories import EPOCH_NS, Story, opened, sample_block


def _scene(data_dir: Path) -> Scene:
    return Scene(data_dir, lambda: EPOCH_NS, template_environment())


def _now(scene: Scene) -> Now:
    return msgspec.json.decode(scene.now(["en"])["en"], type=Now)


def test_before_there_is_a_journal_it_is_told_what_is_wrong(tmp_path: Path) -> None:
    scene = _scene(tmp_path)
    assert scene.look() == ("", True)
    assert scene.look() == ("", False), "once is enough"
    assert "there is no journal here" in _now(scene).conditions


def test_a_journal_that_comes_is_followed(tmp_path: Path) -> None:
    scene = _scene(tmp_path)
    scene.look()
    Recorded(tmp_path).tell(opened())
    assert scene.look()[1]
    assert "there is no journal here" not in _now(scene).conditions
    assert [pen.shape for pen in _now(scene).pens] == ["20261122-ab12 open away"]
    scene.close()


def test_another_journal_in_its_place_is_followed_from_its_end(tmp_path: Path) -> None:
    Recorded(tmp_path).tell(opened())
    scene = _scene(tmp_path)
    scene.look()
    for file in tmp_path.iterdir():
        file.rename(file.with_name(f"former-{file.name}"))
    story = Story()
    story.samples(sample_block(5))
    Recorded(tmp_path).tell(story)
    assert (tmp_path / JOURNAL_FILE).exists()
    with JournalReader(tmp_path) as reader:
        scene.hear(msgspec.structs.replace(STATUS, journal=reader.id, sessions=()))
    scene.look()
    assert "NP-000123" in scene.shown()
    assert [pen.shape for pen in _now(scene).pens] == ["free linked"]
    scene.close()


def test_the_envelope_is_that_of_the_zone_that_is_treated(tmp_path: Path) -> None:

    story = Story()
    story.identified()
    story.started(plan=PLAN)
    Recorded(tmp_path).tell(story)
    scene = _scene(tmp_path)
    scene.look()
    (pen,) = _now(scene).pens
    assert pen.site == ("left", "anterior-thigh")
    assert pen.limit["depth_max_mm"] == 1.5
    scene.close()
