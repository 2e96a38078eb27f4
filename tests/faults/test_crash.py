"""The recorder is killed a few times; `make faults` does it two thousand times."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from logger.journal.reader import JournalReader
from tests.faults.crash import kill_round, kill_rows
from tests.faults.crash_calls import (
    ABSENT,
    BESIDES,
    KILLED,
    LOG,
    STOPPED,
    Bench,
    Place,
    bench,
    kill_at,
)
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.server import HOST, free_port

KILLS = 6


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Accounts for all samples at the end."""
    with bench(tmp_path_factory.mktemp("calls"), "calls", seed=1) as made:
        yield made


def test_kills_at_random_moments_lose_nothing_that_was_journaled_or_acknowledged(
    tmp_path: Path,
) -> None:
    found = kill_round(tmp_path, seed=1, kills=KILLS)
    assert all(row.met for row in kill_rows([found]))
    assert found.acknowledged > 0


@pytest.mark.parametrize(
    ("state", "files", "call", "number"),
    [
        (STOPPED, LOG, "pwrite64", 40),
        (STOPPED, LOG, "fdatasync", 7),
        (STOPPED, BESIDES, "unlink", 2),
        (KILLED, LOG, "pwrite64", 1),
        (ABSENT, BESIDES, "pwrite64", 12),
    ],
)
def test_a_kill_at_a_write_or_sync_loses_nothing(
    at: Bench, state: str, files: str, call: str, number: int
) -> None:
    assert kill_at(at, Place(state, files, call), number) is not None


def test_the_first_place_of_a_sink_is_kept_before_anything_can_be_delivered(
    tmp_path: Path,
) -> None:
    mqtt = f'[mqtt]\nhost = "{HOST}"\nport = {free_port()}'
    recorder = RecorderProcess(tmp_path, settings_text([PenTable(tmp_path / "pen")], mqtt))
    recorder.start()
    recorder.kill()
    with JournalReader(recorder.data_dir) as reader:
        assert [(name, at.position) for name, at in reader.cursors().items()] == [("mqtt", 1)]
