"""When ``needlelog run`` must not start, or cannot: each is one line and an exit code."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.profile import shipped_profiles
from logger.cli.exits import Exit
from logger.journal.files import JOURNAL_FILE
from tests.support.command_line import assert_one_line, call, call_process
from tests.support.recorder_process import RecorderProcess, settings_text


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecorderProcess]:
    with RecorderProcess(tmp_path_factory.mktemp("running"), settings_text([])) as recorder:
        yield recorder


def test_run_tells_bad_settings_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "needlelog.toml").write_text("colour = 1")
    answer = call_process("--config", tmp_path / "needlelog.toml", "run")
    assert_one_line(answer, Exit.USAGE, f"{tmp_path}/needlelog.toml: colour", "Remove it")


def test_a_second_instance_is_refused(running: RecorderProcess) -> None:
    answer = call_process("--config", running.settings_file, "run")
    place = f"another needlelog (process {running.pid}) uses {running.data_dir}"
    assert_one_line(answer, Exit.REFUSED, place, "Stop it first, or name another data directory")


def test_a_second_instance_leaves_the_first_one_answering(running: RecorderProcess) -> None:
    call_process("--config", running.settings_file, "run")
    assert call("--config", running.settings_file, "status").code == Exit.OK


def test_a_data_directory_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = call_process("--data-dir", tmp_path / "file" / "data", "run")
    assert_one_line(answer, Exit.USAGE, str(tmp_path / "file"), "Name one that this user may write")


def test_a_journal_from_a_newer_version_is_refused_untouched(
    running: RecorderProcess, tmp_path: Path
) -> None:
    newer = tmp_path / JOURNAL_FILE
    with sqlite3.connect(running.data_dir / JOURNAL_FILE) as source, sqlite3.connect(newer) as copy:
        source.backup(copy)
        copy.execute("PRAGMA user_version = 99")
    source.close()
    copy.close()
    before = newer.read_bytes()
    answer = call_process("--data-dir", tmp_path, "run")
    assert_one_line(answer, Exit.JOURNAL, str(newer), "newer")
    assert newer.read_bytes() == before


@pytest.mark.parametrize("command", ["session list", "verify"])
def test_a_file_that_is_no_journal_is_one_line(tmp_path: Path, command: str) -> None:
    (tmp_path / JOURNAL_FILE).write_bytes(b"no database at all, but long enough" * 100)
    answer = call_process("--data-dir", tmp_path, *command.split())
    assert answer.code == Exit.JOURNAL
    assert_one_line(answer, Exit.JOURNAL, str(tmp_path), "")


def test_a_port_that_is_no_terminal_is_told_in_the_status(tmp_path: Path) -> None:
    shutil.copy(shipped_profiles()["npt"], tmp_path / "file")
    settings = settings_text([]) + f'[[pens]]\nport = "{tmp_path / "file"}"\n'
    with RecorderProcess(tmp_path, settings) as recorder:
        recorder.until(lambda: bool(recorder.pen().trouble), "trouble")
        assert recorder.pen().trouble.endswith(
            "is no serial port. Choose one from `needlelog ports`"
        )
