"""Levels of the room on the drive, and who may not begin a session then."""

from pathlib import Path
from unittest.mock import patch

import pytest

from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.room import RESERVE_FILE
from logger.recorder.disk import Disk, DiskState, LevelNews, refuse_without_room
from logger.recorder.settings import DiskSettings

SETTINGS = DiskSettings(warn_below_bytes=1000, refuse_below_bytes=100, reserve_bytes=0)


def _levels(data_dir: Path, *free: int) -> list[str]:
    disk = Disk(data_dir, SETTINGS)
    with patch("logger.recorder.disk.free_bytes", side_effect=free):
        return [disk.look().level for _ in free]


def _state(level: str, free_bytes: int = 90) -> DiskState:
    return DiskState(level, free_bytes, 1000, 100, 0)  # type: ignore[arg-type]  # shorthand


def test_each_mark_changes_the_level(tmp_path: Path) -> None:
    assert _levels(tmp_path, 1000, 999, 100, 99) == ["good", "low", "low", "full"]


def test_a_level_is_left_only_when_there_is_clearly_more_room(tmp_path: Path) -> None:
    assert _levels(tmp_path, 99, 101, 105, 1001, 1050) == ["full", "full", "low", "low", "good"]


def test_it_counts_what_a_user_may_write(tmp_path: Path) -> None:
    state = Disk(tmp_path, SETTINGS).look()
    assert state.free_bytes > 0
    assert (state.warn_below_bytes, state.refuse_below_bytes) == (1000, 100)


def test_tending_makes_the_reserve(tmp_path: Path) -> None:
    disk = Disk(tmp_path, DiskSettings(reserve_bytes=50_000))
    assert disk.tend().reserve_bytes == 50_000
    assert (tmp_path / RESERVE_FILE).stat().st_blocks * 512 >= 50_000


def test_no_session_begins_without_room() -> None:
    with pytest.raises(CommandRefused, match="Make room on it"):
        refuse_without_room(_state("full"))


def test_a_session_begins_while_room_is_low() -> None:
    refuse_without_room(_state("low"))


def test_a_change_is_told_once_to_journal_and_log(caplog: pytest.LogCaptureFixture) -> None:
    news = LevelNews()
    levels = ("good", "low", "low", "full", "full")
    told = [draft for level in levels for draft in news.noticed(_state(level))]
    assert [kinds.decode(draft.kind, draft.payload) for draft in told] == [
        kinds.DiskLevel(level="low", free_bytes=90),
        kinds.DiskLevel(level="full", free_bytes=90),
    ]
    assert len(caplog.records) == 2
