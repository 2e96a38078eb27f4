"""``needlelog status`` as a person calls it."""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from logger.cli.exits import Exit
from logger.status import PenStatus, Status
from tests.support import statuses
from tests.support.answering import answering
from tests.support.command_line import call

STATUS = replace(
    statuses.STATUS,
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
