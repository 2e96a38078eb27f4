"""The reserve comes to the help of a commit, and the room is looked at now and then."""

import errno
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from logger.errors import JournalError, JournalFull
from logger.journal.entry import Draft
from logger.journal.room import STEPS
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from logger.recorder.disk import Disk
from logger.recorder.drive import LOOK_EVERY_S, Drive
from logger.recorder.settings import DiskSettings
from tests.support.failing_vfs import Trouble, failing_files, out_of_space

NEVER = 1 << 30
RESERVE = 80_000
DRAFT = Draft("session.paused", "NP-1", "uid:1", b'{"session":"s"}')


class Bench:
    """A drive whose next write finds no room where ``trouble`` says so."""

    def __init__(self, data_dir: Path, trouble: Trouble) -> None:
        self.trouble = trouble
        self.now_s = 0.0
        self.journal = Journal.open(data_dir, HostClock())
        disk = Disk(data_dir, DiskSettings(reserve_bytes=RESERVE))
        self.drive = Drive(self.journal, disk, lambda: self.now_s)

    def write(self) -> list[int]:
        return [entry.position for entry in self.drive.write([DRAFT], {}, (), ())]

    def tend(self) -> None:
        self.now_s += LOOK_EVERY_S
        self.drive.write([], {}, (), ())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with failing_files(Trouble(NEVER, out_of_space)) as trouble:
        bench = Bench(tmp_path, trouble)
        yield bench
        trouble.at = NEVER
        bench.journal.close()


def test_the_reserve_is_made_when_the_room_is_looked_at(bench: Bench) -> None:
    assert bench.drive.state.reserve_bytes == 0
    bench.tend()
    assert bench.drive.state.reserve_bytes == RESERVE


def test_a_commit_without_room_is_made_with_the_help_of_the_reserve(bench: Bench) -> None:
    bench.tend()
    bench.trouble.at = bench.trouble.calls + 1
    assert bench.write() == [2]
    assert bench.drive.state.reserve_bytes == RESERVE - RESERVE // STEPS


def test_without_a_reserve_it_is_refused_and_may_be_made_later(bench: Bench) -> None:
    bench.trouble.at = bench.trouble.calls + 1
    with pytest.raises(JournalFull):
        bench.write()
    assert bench.write() == [2]


def test_all_of_the_reserve_is_used_before_it_is_refused(bench: Bench) -> None:
    bench.tend()
    bench.trouble.at, bench.trouble.lasting = 0, True
    with pytest.raises(JournalFull):
        bench.write()
    assert bench.drive.state.reserve_bytes == 0


def test_a_drive_that_no_longer_says_how_full_it_is_ends_it_loudly(bench: Bench) -> None:
    gone = OSError(errno.ESTALE, "Stale file handle")
    with (
        patch("logger.recorder.disk.free_bytes", side_effect=gone),
        pytest.raises(JournalError, match="does not answer"),
    ):
        bench.trouble.at = bench.trouble.calls + 1
        bench.write()
