"""``needlelog archive seal`` without a recorder, on a real journal."""

from pathlib import Path

import pytest

from logger.cli.exits import Exit
from tests.support.archived import seals
from tests.support.command_line import call
from tests.support.recorded import Recorded
from tests.support.stories import SESSION, Story, sample_block


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    story = Story()
    story.started()
    story.samples(sample_block(20))
    story.stopped()
    Recorded(tmp_path).tell(story)
    return tmp_path


def _seal(data_dir: Path, *options: str) -> tuple[int, str]:
    answer = call("--data-dir", data_dir, "archive", "seal", *options)
    return answer.code, answer.out


def test_it_seals_what_is_due_and_signs_a_head(data_dir: Path) -> None:
    code, out = _seal(data_dir)
    assert code == Exit.OK
    assert f"sealed session {SESSION}: revision 1, 20 samples" in out
    assert "head signed at position" in out
    assert [one.name for one in seals(data_dir)] == [SESSION]


def test_it_says_when_there_is_nothing_to_seal(data_dir: Path) -> None:
    _seal(data_dir)
    assert _seal(data_dir) == (Exit.OK, "nothing to seal\n")


def test_json_tells_the_same(data_dir: Path) -> None:
    answer = call("--data-dir", data_dir, "archive", "seal", "--json").json()
    assert [one["name"] for one in answer["sealed"]] == [SESSION]
    assert answer["failed"] == []


def test_what_cannot_be_sealed_is_named_with_an_exit_code(data_dir: Path) -> None:
    (data_dir / "archive").mkdir(mode=0o700)
    (data_dir / "archive" / "sessions").write_text("in the way")
    code, out = _seal(data_dir)
    assert code == Exit.FOUND_WRONG
    assert f"NOT DONE {SESSION}: " in out


def test_a_directory_without_a_journal_is_refused(tmp_path: Path) -> None:
    answer = call("--data-dir", tmp_path / "none", "archive", "seal")
    assert answer.code == Exit.USAGE
    assert "Traceback" not in answer.err
    assert not (tmp_path / "none").exists()
