"""``needlelog run`` as a service manager starts and ends it."""

import signal
from pathlib import Path

import pytest

from logger.cli.exits import Exit
from logger.command_socket import SOCKET_NAME
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with RecorderProcess(tmp_path, settings_text([])) as recorder:
        code, took_s = recorder.stop(number)
    assert code == 0
    assert took_s < 5
    assert [entry.kind for entry in recorder.entries()] == [
        "journal.opened",
        "service.started",
        "service.stopped",
    ]


def test_its_socket_and_lock_are_free_afterwards(tmp_path: Path) -> None:
    with RecorderProcess(tmp_path, settings_text([])) as recorder:
        recorder.stop()
        recorder.start()
        assert recorder.status() is not None


def test_its_log_tells_a_trouble_once(tmp_path: Path) -> None:
    port = tmp_path / "none"
    recording = {"reconnect_min_s": 0.01, "reconnect_max_s": 0.02}
    settings = settings_text([PenTable(port)], recording=recording)
    with RecorderProcess(tmp_path, settings) as recorder:
        recorder.until(lambda: bool(recorder.pen().trouble), "trouble")
        recorder.stop()
    assert recorder.log == (
        f"WARNING logger.recorder.pen_recorder: {port}: no such device. "
        "Plug the pen in, or choose from `needlelog ports`\n"
    )


def test_a_directory_where_no_socket_can_be_made_is_told_in_one_message(tmp_path: Path) -> None:
    recorder = RecorderProcess(tmp_path, settings_text([]))
    (recorder.data_dir / SOCKET_NAME).mkdir(parents=True)
    recorder.launch()
    recorder.until(lambda: recorder.exit_code is not None, "its end")
    assert recorder.exit_code == Exit.USAGE
    assert recorder.log.count("\n") == 1
    assert "command.sock: the socket for orders cannot be made: Is a directory" in recorder.log
