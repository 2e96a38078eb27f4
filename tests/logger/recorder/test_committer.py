"""Group commit into a real journal."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from unittest.mock import patch

import apsw
import pytest

from logger.errors import JournalError
from logger.journal import kinds
from logger.journal.cursor import Cursor
from logger.journal.quarantine import ITEMS_MAX, Held, Quarantined, QuarantineRoom
from tests.support.committing import INTERVAL_S, NEVER, NEVER_S, Room, note
from tests.support.failing_vfs import Trouble, broken_drive, failing_files
from tests.support.ports import PATIENCE_S, eventually


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.committer.close()
    room.journal.close()


async def test_what_was_said_is_committed_within_the_interval(room: Room) -> None:
    async with room.running():
        room.said = [note("a"), note("b")]
        await eventually(lambda: room.texts == ["a", "b"])
    assert room.committer.commits == 1


async def test_what_was_told_is_on_the_drive(room: Room) -> None:
    async with room.running():
        room.said = [note("a")]
        await eventually(lambda: bool(room.told))
    with room.stored() as reader:
        assert reader.last_position() == room.told[-1].position


async def test_nothing_to_say_is_no_commit(room: Room) -> None:
    async with room.running():
        await asyncio.sleep(10 * INTERVAL_S)
    assert room.committer.commits == 0


async def test_a_hurry_does_not_wait_for_the_interval(tmp_path: Path) -> None:
    room = Room(tmp_path, interval_s=NEVER_S)
    try:
        async with room.running():
            room.said = [note("a")]
            room.committer.hurry()
            await eventually(lambda: room.texts == ["a"])
    finally:
        room.committer.close()
        room.journal.close()


async def test_cursors_ride_on_the_next_commit(room: Room) -> None:
    async with room.running():
        room.positions = {"mqtt": Cursor(7, 3)}
        room.said = [note("a")]
        await eventually(lambda: bool(room.told))
    with room.stored() as reader:
        assert reader.cursors() == {"mqtt": Cursor(7, 3)}


async def test_cursors_alone_are_written_when_it_has_been_idle(room: Room) -> None:
    async with room.running():
        room.positions = {"mqtt": Cursor(7, 3)}
        await eventually(lambda: room.committer.commits == 1)
        assert room.told == []
    with room.stored() as reader:
        assert reader.cursors() == {"mqtt": Cursor(7, 3)}


async def test_cursors_that_stand_still_are_not_written_again(room: Room) -> None:
    room.positions = {"mqtt": Cursor(7, 3)}
    async with room.committer.exclusive():
        await room.committer.flush()
        await room.committer.flush()
    assert room.committer.commits == 1


async def test_nobody_commits_in_between_while_it_is_exclusive(room: Room) -> None:
    async with room.running():
        async with room.committer.exclusive():
            room.said = [note("gathered")]
            await asyncio.sleep(5 * INTERVAL_S)
            await room.committer.append([note("ordered")])
        await eventually(lambda: len(room.texts) == 2)
    assert room.texts == ["ordered", "gathered"]


async def test_a_flush_commits_what_was_gathered(room: Room) -> None:
    room.said = [note("a")]
    async with room.committer.exclusive():
        entries = await room.committer.flush()
    assert [entry.position for entry in entries] == [2]


async def test_what_was_refused_is_kept_and_told_for_each_sink(room: Room) -> None:
    room.committer.quarantine(
        [
            Quarantined("influx", 4, b"line", "no float"),
            Quarantined("influx", 9, b"line", "no float"),
            Quarantined("mqtt", 5, b"{}", "too large"),
        ]
    )
    async with room.committer.exclusive():
        entries = await room.committer.flush()
    told = [kinds.decode(entry.kind, entry.payload or b"") for entry in entries]
    assert told == [
        kinds.DeliveryRejected(
            sink="influx", count=2, from_position=4, to_position=9, reason="no float"
        ),
        kinds.DeliveryRejected(
            sink="mqtt", count=1, from_position=5, to_position=5, reason="too large"
        ),
    ]
    with room.stored() as reader:
        assert reader.quarantine_held() == {"influx": Held(2, 8), "mqtt": Held(1, 2)}


async def test_what_finds_no_room_in_quarantine_is_counted_in_the_entry(room: Room) -> None:
    room.committer.quarantine_room = QuarantineRoom({"influx": Held(ITEMS_MAX - 1, 0)})
    room.committer.quarantine([Quarantined("influx", at, b"line", "no float") for at in (4, 5, 6)])
    async with room.committer.exclusive():
        (entry,) = await room.committer.flush()
    told = kinds.decode(entry.kind, entry.payload or b"")
    assert isinstance(told, kinds.DeliveryRejected)
    assert (told.count, told.kept, told.to_position) == (3, 1, 6)
    with room.stored() as reader:
        assert reader.quarantine_held() == {"influx": Held(1, 4)}


async def test_a_journal_that_cannot_be_written_ends_it_loudly(tmp_path: Path) -> None:
    with failing_files(Trouble(NEVER, broken_drive, lasting=True)) as trouble:
        room = Room(tmp_path)
        try:
            async with room.running() as task:
                trouble.at = 0
                room.said = [note("a")]
                with pytest.raises(JournalError, match="cannot be written"):
                    await task
            assert room.told == []
        finally:
            trouble.at = NEVER
            room.committer.close()
            room.journal.close()
    assert apsw.vfs_names()[0] != "failing"


async def test_pens_are_read_while_a_commit_takes_long(room: Room) -> None:
    go_on = Event()
    append = room.journal.append
    with patch.object(room.journal, "append", lambda *a: go_on.wait() and append(*a)):
        async with room.running():
            room.said = [note("a")]
            await eventually(lambda: room.reads >= 3)
            assert room.told == []
            go_on.set()
            await eventually(lambda: room.texts == ["a"])


async def test_a_cancelled_commit_is_still_told(room: Room) -> None:
    go_on = Event()
    append = room.journal.append
    with patch.object(room.journal, "append", lambda *a: go_on.wait() and append(*a)):
        async with room.running() as task:
            room.said = [note("a")]
            await eventually(lambda: room.reads >= 1)
            task.cancel()
            await asyncio.sleep(0)
            go_on.set()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled()
    assert room.texts == ["a"]


async def test_an_order_that_breaks_the_journal_ends_the_service(tmp_path: Path) -> None:
    with failing_files(Trouble(NEVER, broken_drive, lasting=True)) as trouble:
        room = Room(tmp_path)
        async with room.running() as task:
            trouble.at = 0
            async with room.committer.exclusive():
                with pytest.raises(JournalError):
                    await room.committer.append([note("ordered")])
            with pytest.raises(JournalError, match="cannot be written"):
                await task
        trouble.at = NEVER
        room.committer.close()
        room.journal.close()


async def test_an_order_that_comes_after_the_end_is_refused_and_does_not_wait(
    tmp_path: Path,
) -> None:
    room = Room(tmp_path)
    room.committer.close()
    async with room.committer.exclusive(), asyncio.timeout(PATIENCE_S):
        with pytest.raises(JournalError, match="recording has ended"):
            await room.committer.append([note("late")])
    room.journal.close()
