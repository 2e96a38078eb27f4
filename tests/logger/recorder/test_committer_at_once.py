"""On which thread a commit is made: at once where nobody can miss the loop for a moment."""

import threading
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from logger.errors import JournalError
from logger.recorder import drive
from tests.support.committing import NEVER, Room, note
from tests.support.failing_vfs import Trouble, broken_drive, failing_files
from tests.support.ports import eventually


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    # A look at the drive is the thread's, and would be due on a very slow machine.
    with patch.object(drive, "LOOK_EVERY_S", 3600.0):
        room = Room(tmp_path)
    yield room
    room.committer.close()
    room.journal.close()


async def committed_on(room: Room, text: str) -> str:
    """Have ``text`` committed and return the name of the thread that did it."""
    names = []
    append = room.journal.append

    def watched(*arguments):  # type: ignore[no-untyped-def]  # as the journal's own
        names.append(threading.current_thread().name)
        return append(*arguments)

    with patch.object(room.journal, "append", watched):
        async with room.running():
            room.said = [note(text)]
            await eventually(lambda: text in room.texts)
    return names[0]


async def test_a_calm_recorder_commits_at_once(room: Room) -> None:
    room.calm = True
    assert await committed_on(room, "a") == threading.current_thread().name


async def test_where_a_pen_says_much_a_thread_commits(room: Room) -> None:
    assert await committed_on(room, "a") == "journal"


async def test_after_a_slow_write_a_thread_commits(room: Room) -> None:
    room.calm = True
    with patch.object(drive, "SLOW_S", 0.0):
        await committed_on(room, "slow")
    assert await committed_on(room, "next") == "journal"


async def test_a_drive_that_breaks_ends_it_loudly(tmp_path: Path) -> None:
    with failing_files(Trouble(NEVER, broken_drive, lasting=True)) as trouble:
        room = Room(tmp_path)
        room.calm = True
        try:
            async with room.running() as running:
                trouble.at = 0
                room.said = [note("a")]
                with pytest.raises(JournalError, match="cannot be written"):
                    await running
            assert room.told == []
        finally:
            trouble.at = NEVER
            room.committer.close()
            room.journal.close()
