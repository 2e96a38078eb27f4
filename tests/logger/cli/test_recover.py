"""``needlelog recover``: what it prints, when it refuses, and that once is enough."""

from pathlib import Path

import apsw
import pytest

from logger.cli.exits import Exit
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft
from logger.journal.files import JOURNAL_FILE, recovered_path, set_aside_name
from logger.journal.writer import Journal
from logger.session.store import open_sessions
from tests.support.command_line import call
from tests.support.stories import Story, host_time, sample_block


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Make a journal of which one page in the middle is damaged, and its successor."""
    data_dir = tmp_path / "data"
    story = Story(encoded=True)
    story.identified()
    story.started()
    for number in range(60):
        values = [(number * 7919 + at * 104729) % 32768 for at in range(60)]
        story.samples(sample_block(60, first=60 * number, rate_dhz=values))
    drafts = [Draft(one.kind, one.stream, one.actor, one.payload or b"") for one in story.entries]
    with Journal.open(data_dir, host_time) as journal:
        journal.append(drafts, {"mqtt": Cursor(40, 40)})
        store, _ = open_sessions(data_dir)
        store.close()
    _zero(data_dir / JOURNAL_FILE, page=10)
    with Journal.open(data_dir, host_time) as journal:
        store, _ = open_sessions(data_dir, journal.append)
        store.close()
    return data_dir


def _zero(path: Path, page: int) -> None:
    with path.open("r+b") as file:
        file.seek(page * 2048)
        file.write(bytes(2048))


def test_it_says_what_came_back_what_is_missing_and_how_to_go_on(data_dir: Path) -> None:
    answer = call("--data-dir", data_dir, "recover")

    assert answer.code == Exit.OK
    assert "brought back" in answer.out
    assert "MISSING" in answer.out
    assert "needlelog queue replay mqtt --since 41" in answer.out


def test_it_tells_a_program_in_json(data_dir: Path) -> None:
    (one,) = call("--data-dir", data_dir, "recover", "--json").json()["recovered"]

    assert one["source"] == set_aside_name(1)
    assert one["entries"] + one["missing"] == one["last"] == 63
    assert one["missing"] or one["lost_payloads"]
    assert one["cursors"] == {"mqtt": 40}


def test_again_it_says_the_same_and_changes_nothing(data_dir: Path) -> None:
    first = call("--data-dir", data_dir, "recover", "--json")
    content = recovered_path(data_dir / set_aside_name(1)).read_bytes()

    assert call("--data-dir", data_dir, "recover", "--json").out == first.out
    assert recovered_path(data_dir / set_aside_name(1)).read_bytes() == content


def test_what_is_missing_is_no_tampering(data_dir: Path) -> None:
    call("--data-dir", data_dir, "recover")
    answer = call("--data-dir", data_dir, "verify")

    assert answer.code == Exit.OK
    assert "MISSING" in answer.out
    assert "BAD" not in answer.out


def test_a_recovered_file_that_was_altered_is_found(data_dir: Path) -> None:
    call("--data-dir", data_dir, "recover")
    connection = apsw.Connection(str(recovered_path(data_dir / set_aside_name(1))))
    connection.execute("UPDATE entry SET actor = 'uid:0' WHERE position = 50")
    connection.close()
    answer = call("--data-dir", data_dir, "verify")

    assert answer.code == Exit.FOUND_WRONG
    assert "BAD at position 50" in answer.out


def test_one_file_can_be_named(data_dir: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere.db"
    copy.write_bytes((data_dir / set_aside_name(1)).read_bytes())

    assert call("recover", copy).code == Exit.OK
    assert recovered_path(copy).exists()


def test_the_journal_in_use_is_left_alone(data_dir: Path) -> None:
    answer = call("recover", data_dir / JOURNAL_FILE)

    assert answer.code == Exit.REFUSED
    assert "in use" in answer.err


def test_a_whole_journal_is_not_set_aside_by_order(data_dir: Path) -> None:
    answer = call("--data-dir", data_dir, "recover", "--set-aside")

    assert answer.code == Exit.REFUSED
    assert "whole" in answer.err


def test_a_damaged_journal_is_set_aside_by_order(data_dir: Path) -> None:
    connection = apsw.Connection(str(data_dir / JOURNAL_FILE))
    connection.execute("UPDATE entry SET payload = x'00'")
    connection.close()

    assert call("--data-dir", data_dir, "recover", "--set-aside").code == Exit.OK
    Journal.open(data_dir, host_time).close()
    assert (data_dir / set_aside_name(2)).exists()


def test_without_anything_set_aside_there_is_nothing_to_do(tmp_path: Path) -> None:
    Journal.open(tmp_path, host_time).close()

    assert "nothing to recover" in call("--data-dir", tmp_path, "recover").out


def test_a_directory_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    answer = call("--data-dir", tmp_path / "nowhere", "recover")

    assert answer.code == Exit.USAGE
    assert "this cannot be used: No such file or directory" in answer.err


def test_a_file_is_recovered_before_its_successor_is_begun(data_dir: Path) -> None:
    (data_dir / JOURNAL_FILE).unlink()
    answer = call("--data-dir", data_dir, "recover")

    assert answer.code == Exit.OK
    assert "brought back" in answer.out
