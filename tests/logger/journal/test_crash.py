"""A writer that is killed: what it acknowledged is there, and the rest is whole."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from logger.journal.cursor import Cursor
from logger.journal.entry import Draft
from logger.journal.reader import JournalReader
from logger.journal.verify import verify
from logger.journal.writer import Journal
from tests.logger.journal.conftest import SetClock
from tests.support.failing_vfs import Trouble, failing_files

_fork = multiprocessing.get_context("fork")
_DRAFTS_OF_A_COMMIT = 3


def _die(call: str, file: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _append_for_ever(data_dir: Path, acknowledged: Connection) -> None:
    drafts = [
        Draft("session.paused", "NP-1", "uid:1000", b'{"session":"20260101-abcd"}')
    ] * _DRAFTS_OF_A_COMMIT
    with Journal.open(data_dir, SetClock()) as journal:
        while True:
            position = journal.append(drafts, {"mqtt": Cursor(journal.last_position, 0)})[
                -1
            ].position
            acknowledged.send(position)


def _append_until_the_nth_call(data_dir: Path, acknowledged: Connection, nth: int) -> None:
    with failing_files(Trouble(nth, _die)):
        _append_for_ever(data_dir, acknowledged)


def _run(target: Callable[..., None], data_dir: Path, *more: int, kill_after_s: float = 0) -> int:
    """Run ``target`` until it dies; return the last position that it acknowledged."""
    ours, theirs = _fork.Pipe(duplex=False)
    process = _fork.Process(target=target, args=(data_dir, theirs, *more))
    process.start()
    theirs.close()
    last = 0
    if kill_after_s:
        last = ours.recv()
        time.sleep(kill_after_s)
        process.kill()
    try:
        while True:
            last = ours.recv()
    except EOFError:
        process.join()
    assert process.exitcode == -signal.SIGKILL
    return last


def _assert_whole(data_dir: Path, acknowledged: int) -> None:
    with Journal.open(data_dir, SetClock()) as journal:
        assert acknowledged <= journal.last_position <= acknowledged + _DRAFTS_OF_A_COMMIT
        assert (journal.last_position - 1) % _DRAFTS_OF_A_COMMIT == 0
    assert verify(data_dir).good


def test_killed_at_any_time_nothing_acknowledged_is_lost(data_dir: Path) -> None:
    chance = random.Random(7)
    for _ in range(12):
        acknowledged = _run(_append_for_ever, data_dir, kill_after_s=chance.uniform(0.001, 0.03))
        _assert_whole(data_dir, acknowledged)


@pytest.mark.parametrize("nth", range(1, 61))
def test_killed_at_the_nth_write_or_sync_nothing_acknowledged_is_lost(
    data_dir: Path, nth: int
) -> None:
    acknowledged = _run(_append_until_the_nth_call, data_dir, nth)

    with Journal.open(data_dir, SetClock()) as journal:
        assert acknowledged <= journal.last_position
        assert (journal.last_position - 1) % _DRAFTS_OF_A_COMMIT == 0
    assert verify(data_dir).good


def test_entries_and_cursors_of_a_commit_are_there_together(data_dir: Path) -> None:
    _run(_append_for_ever, data_dir, kill_after_s=0.01)

    with JournalReader(data_dir) as reader:
        assert reader.cursors()["mqtt"].position == reader.last_position() - _DRAFTS_OF_A_COMMIT


def test_the_lock_goes_with_its_holder(data_dir: Path) -> None:
    _run(_append_for_ever, data_dir, kill_after_s=0.001)

    Journal.open(data_dir, SetClock()).close()
