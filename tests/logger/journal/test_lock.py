"""One needlelog per data directory."""

import os
from pathlib import Path

import pytest

from logger.errors import CommandRefused
from logger.journal.files import LOCK_FILE
from logger.journal.lock import InstanceLock
from logger.journal.writer import Journal
from tests.logger.journal.conftest import SetClock


def test_a_second_instance_is_refused_and_told_who_has_it(
    journal: Journal, data_dir: Path, clock: SetClock
) -> None:
    with pytest.raises(CommandRefused, match=f"process {os.getpid()}") as refused:
        Journal.open(data_dir, clock)

    assert "Stop it first" in refused.value.mend


def test_the_one_refused_does_not_take_the_lock_from_the_first(
    journal: Journal, data_dir: Path, clock: SetClock
) -> None:
    for _ in range(2):
        with pytest.raises(CommandRefused):
            Journal.open(data_dir, clock)


def test_a_lock_given_back_can_be_taken(tmp_path: Path) -> None:
    InstanceLock.take(tmp_path).release()

    with InstanceLock.take(tmp_path):
        assert (tmp_path / LOCK_FILE).read_text() == f"{os.getpid()}\n"


def test_giving_back_twice_does_no_harm(tmp_path: Path) -> None:
    lock = InstanceLock.take(tmp_path)
    lock.release()
    with InstanceLock.take(tmp_path):
        lock.release()

        with pytest.raises(CommandRefused):
            InstanceLock.take(tmp_path)
