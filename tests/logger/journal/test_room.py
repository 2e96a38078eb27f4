"""The reserve, and which failures are for want of room."""

import errno
from pathlib import Path

import apsw
import pytest

from logger.journal.room import RESERVE_FILE, STEPS, Reserve, free_bytes, is_no_room

WHOLE = 800_000
PLENTY = 10 * WHOLE


@pytest.fixture
def reserve(tmp_path: Path) -> Reserve:
    reserve = Reserve(tmp_path, WHOLE)
    reserve.fill(PLENTY)
    return reserve


def test_it_holds_real_blocks(reserve: Reserve, tmp_path: Path) -> None:
    assert reserve.held_bytes == WHOLE
    assert (tmp_path / RESERVE_FILE).stat().st_blocks * 512 >= WHOLE


def test_it_is_given_in_parts(reserve: Reserve) -> None:
    held = []
    while reserve.give():
        held.append(reserve.held_bytes)
    assert held == [WHOLE - part * WHOLE // STEPS for part in range(1, STEPS + 1)]


def test_it_is_made_whole_again_when_there_is_room(reserve: Reserve) -> None:
    reserve.give()
    reserve.fill(WHOLE)
    assert reserve.held_bytes < WHOLE
    reserve.fill(PLENTY)
    assert reserve.held_bytes == WHOLE


def test_a_smaller_setting_gives_the_rest_back(reserve: Reserve, tmp_path: Path) -> None:
    smaller = Reserve(tmp_path, WHOLE // 2)
    smaller.fill(PLENTY)
    assert smaller.held_bytes == WHOLE // 2


def test_a_reserve_that_cannot_be_made_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reserve = Reserve(tmp_path, 1 << 60)
    for _ in range(3):
        reserve.fill(1 << 62)
    assert reserve.held_bytes == 0
    assert len(caplog.records) == 1


def test_a_reserve_that_cannot_even_be_opened_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / RESERVE_FILE).mkdir()
    reserve = Reserve(tmp_path, WHOLE)
    for _ in range(3):
        reserve.fill(PLENTY)
    assert len(caplog.records) == 1


def test_a_drive_that_does_not_answer_wants_no_room(tmp_path: Path) -> None:
    assert not is_no_room(apsw.IOError("disk I/O error"), errno.EIO, tmp_path / "gone")


@pytest.mark.parametrize(
    ("error", "errno_below"),
    [
        (apsw.FullError("database or disk is full"), 0),
        (apsw.IOError("disk I/O error"), errno.ENOSPC),
        (apsw.IOError("disk I/O error"), errno.EDQUOT),
        (OSError(errno.ENOSPC, "No space left on device"), 0),
    ],
)
def test_want_of_room_is_known(error: Exception, errno_below: int, tmp_path: Path) -> None:
    assert is_no_room(error, errno_below, tmp_path)


@pytest.mark.parametrize(
    "error",
    [
        apsw.IOError("disk I/O error"),
        apsw.CantOpenError("unable to open database file"),
        apsw.CorruptError("database disk image is malformed"),
        OSError(errno.EIO, "Input/output error"),
    ],
)
def test_any_other_failure_is_none(error: Exception, tmp_path: Path) -> None:
    assert free_bytes(tmp_path) > 1 << 20
    assert not is_no_room(error, errno.EIO, tmp_path)
