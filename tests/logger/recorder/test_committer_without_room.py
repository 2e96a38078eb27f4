"""Group commit while the drive has no room: what waits, and what becomes of it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from logger.errors import CommandRefused, JournalError
from logger.journal.quarantine import Held, Quarantined
from tests.support.committing import NEVER, Room, note
from tests.support.failing_vfs import Trouble, failing_files, out_of_space
from tests.support.ports import PATIENCE_S, eventually


@pytest.fixture
def full(tmp_path: Path) -> Iterator[tuple[Room, Trouble]]:
    """A room whose drive is full as long as ``trouble.at`` is 0."""
    with failing_files(Trouble(NEVER, out_of_space, lasting=True)) as trouble:
        room = Room(tmp_path)
        with room.stored():
            # As in the service, another connection keeps the file's locks meanwhile.
            yield room, trouble
            trouble.at = NEVER
        room.committer.close()
        room.journal.close()


async def test_what_finds_no_room_waits_and_is_committed_in_order(
    full: tuple[Room, Trouble],
) -> None:
    room, trouble = full
    async with room.running():
        trouble.at = 0
        for text in ("a", "b", "c"):
            room.said = [note(text)]
            await eventually(lambda: not room.said)
        await eventually(lambda: len(room.committer.waiting) >= 3)
        assert room.told == []
        trouble.at = NEVER
        await eventually(lambda: not room.committer.waiting)
    assert room.texts == ["a", "b", "c"]
    with room.stored() as reader:
        assert [e.position for e in reader.read(1, 9, kinds=["session.note"])] == [2, 3, 5]


async def test_an_order_is_refused_while_nothing_can_be_saved(full: tuple[Room, Trouble]) -> None:
    room, trouble = full
    trouble.at = 0
    async with room.committer.exclusive():
        with pytest.raises(CommandRefused, match="nothing can be saved now"):
            await room.committer.append([note("ordered")])
        trouble.at = NEVER
        await room.committer.flush()
    assert room.texts == []


async def test_a_flush_is_refused_and_what_it_gathered_waits(full: tuple[Room, Trouble]) -> None:
    room, trouble = full
    trouble.at, room.said = 0, [note("gathered")]
    async with room.committer.exclusive():
        with pytest.raises(CommandRefused, match="Make room"):
            await room.committer.flush()
        assert room.committer.backlog is not None
        trouble.at = NEVER
        await room.committer.finish([note("last")])
    assert room.texts == ["gathered", "last"]


async def test_ending_on_a_full_drive_says_what_is_lost(full: tuple[Room, Trouble]) -> None:
    room, trouble = full
    trouble.at, room.said = 0, [note("gathered")]
    async with room.committer.exclusive():
        with pytest.raises(JournalError, match="entries could not be written and are lost"):
            await room.committer.finish([note("last")])


async def test_the_level_is_full_while_anything_waits(full: tuple[Room, Trouble]) -> None:
    room, trouble = full
    async with room.running():
        trouble.at, room.said = 0, [note("a")]
        await eventually(lambda: bool(room.committer.waiting))
        assert room.committer.disk.level == "full"
        trouble.at = NEVER
        await eventually(lambda: room.levels == ["full", "good"])


async def test_refused_items_wait_with_their_entry(full: tuple[Room, Trouble]) -> None:
    room, trouble = full
    async with room.running():
        trouble.at, room.said = 0, [note("a")]
        room.committer.quarantine([Quarantined("influx", 4, b"line", "no float")])
        await eventually(lambda: bool(room.committer.waiting))
        trouble.at = NEVER
        await eventually(lambda: any(entry.kind == "delivery.rejected" for entry in room.told))
    with room.stored() as reader:
        assert reader.quarantine_held() == {"influx": Held(1, 4)}


async def test_what_waited_is_committed_once_though_cancelled_meanwhile(
    full: tuple[Room, Trouble],
) -> None:
    room, trouble = full
    async with room.running() as task:
        trouble.at, room.said = 0, [note("a")]
        await eventually(lambda: bool(room.committer.waiting))
        with room.stuck() as waits:
            trouble.at = NEVER
            await eventually(waits.is_set)
            task.cancel()
            await asyncio.sleep(0)
        await asyncio.wait([task], timeout=PATIENCE_S)
    async with room.committer.exclusive():
        await room.committer.finish([note("last")])
    with room.stored() as reader:
        notes = reader.read(1, 9, kinds=["session.note"])
    assert [entry.payload for entry in notes] == [note("a").payload, note("last").payload]


async def test_a_cancellation_holds_though_the_commit_finds_no_room(
    full: tuple[Room, Trouble],
) -> None:
    room, trouble = full
    async with room.running() as task:
        with room.stuck() as waits:
            trouble.at, room.said = 0, [note("a")]
            await eventually(waits.is_set)
            task.cancel()
            await asyncio.sleep(0)
        await asyncio.wait([task], timeout=PATIENCE_S)
        assert task.cancelled()
    assert len(room.committer.waiting) == 1
