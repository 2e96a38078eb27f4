"""``needlelog status`` as a person calls it."""

from pathlib import Path

import msgspec

from logger.cli.exits import Exit
from logger.status import ClockStatus, DriveStatus, PenStatus, Status
from tests.support.answering import answering
from tests.support.command_line import call

DRIVE = DriveStatus(
    level="good",
    free_bytes=5_000_000_000,
    warn_below_bytes=2_000_000_000,
    refuse_below_bytes=500_000_000,
    reserve_bytes=32_000_000,
)
STATUS = Status(
    version="0.1.0",
    site="clinic",
    journal="0123456789abcdef",
    saved_position=90,
    saved_unix_ns=0,
    saved_age_s=0.5,
    clock=ClockStatus(synchronised=True),
    drive=DRIVE,
    pens=(PenStatus(state="waiting", port="/dev/pen", profile="npt"),),
    sessions=(),
    sinks=(),
)


def test_it_is_told_in_lines(tmp_path: Path) -> None:
    with answering(tmp_path, msgspec.to_builtins(STATUS)) as orders:
        answer = call("--data-dir", tmp_path, "status")
    assert orders == [("status", {})]
    assert "pen ?: waiting on /dev/pen (npt)" in answer.out.splitlines()


def test_it_can_be_json(tmp_path: Path) -> None:
    with answering(tmp_path, msgspec.to_builtins(STATUS)):
        answer = call("--data-dir", tmp_path, "status", "--json")
    assert msgspec.convert(answer.json(), Status) == STATUS


def test_without_a_recorder_the_exit_code_is_4(tmp_path: Path) -> None:
    assert call("--data-dir", tmp_path, "status").code == Exit.NOT_RUNNING
