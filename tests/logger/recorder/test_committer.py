"""Group commit into a real journal."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import patch

import apsw
import pytest

from logger.errors import CommandRefused, JournalError
from logger.journal import kinds
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft, Entry
from logger.journal.quarantine import ITEMS_MAX, Held, Quarantined, QuarantineRoom
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from logger.recorder.committer import Committer
from logger.recorder.disk import Disk
from logger.recorder.drive import Drive
from logger.recorder.settings import DiskSettings
from logger.recorder.waiting import Waiting
from tests.support.failing_vfs import Trouble, broken_drive, failing_files, out_of_space
from tests.support.ports import PATIENCE_S, eventually

INTERVAL_S = 0.02
NEVER_S = 3600.0
NEVER = 1 << 30
DISK = DiskSettings(reserve_bytes=0)


def _note(text: str) -> Draft:
    note = kinds.SessionNote(session="s", text=text, nonce="")
    return Draft(kinds.kind_of(note), "NP-1", "uid:1", kinds.encode(note))


class Room:
    """A committer with what it gathers, and what it told of."""

    def __init__(self, data_dir: Path, interval_s: float = INTERVAL_S) -> None:
        self.said: list[Draft] = []
        self.positions: dict[str, Cursor] = {}
        self.told: list[Entry] = []
        self.reads = 0
        self.journal = Journal.open(data_dir, HostClock())
        self.data_dir = data_dir
        self.committer = Committer(
            drive=Drive(self.journal, Disk(data_dir, DISK), time.monotonic),
            waiting=Waiting(DISK.hold_bytes),
            gather=self._gather,
            read=self._read,
            cursors=lambda: self.positions,
            after=self.told.extend,
            now=time.monotonic,
            interval_s=interval_s,
            idle_interval_s=0.5,
        )

    def _gather(self) -> list[Draft]:
        said, self.said = self.said, []
        return said

    def _read(self) -> None:
        self.reads += 1

    @property
    def levels(self) -> list[str]:
        payloads = [kinds.decode(e.kind, e.payload) for e in self.told if e.payload is not None]
        return [one.level for one in payloads if isinstance(one, kinds.DiskLevel)]

    @property
    def texts(self) -> list[str]:
        payloads = [kinds.decode(e.kind, e.payload) for e in self.told if e.payload is not None]
        return [one.text for one in payloads if isinstance(one, kinds.SessionNote)]

    def stored(self) -> JournalReader:
        return JournalReader(self.data_dir)

    @contextmanager
    def stuck(self) -> Iterator[Event]:
        """Let each append wait until the context ends; the event tells that one does."""
        waits, go_on, append = Event(), Event(), self.journal.append

        def later(*parts: Any) -> list[Entry]:
            waits.set()
            go_on.wait()
            return append(*parts)

        with patch.object(self.journal, "append", later):
            try:
                yield waits
            finally:
                go_on.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["asyncio.Task[None]"]:
        task = asyncio.create_task(self.committer.run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.committer.close()
    room.journal.close()


async def test_what_was_said_is_committed_within_the_interval(room: Room) -> None:
    async with room.running():
        room.said = [_note("a"), _note("b")]
        await eventually(lambda: room.texts == ["a", "b"])
    assert room.committer.commits == 1


async def test_what_was_told_is_on_the_drive(room: Room) -> None:
    async with room.running():
        room.said = [_note("a")]
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
            room.said = [_note("a")]
            room.committer.hurry()
            await eventually(lambda: room.texts == ["a"])
    finally:
        room.committer.close()
        room.journal.close()


async def test_cursors_ride_on_the_next_commit(room: Room) -> None:
    async with room.running():
        room.positions = {"mqtt": Cursor(7, 3)}
        room.said = [_note("a")]
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
            room.said = [_note("gathered")]
            await asyncio.sleep(5 * INTERVAL_S)
            await room.committer.append([_note("ordered")])
        await eventually(lambda: len(room.texts) == 2)
    assert room.texts == ["ordered", "gathered"]


async def test_a_flush_commits_what_was_gathered(room: Room) -> None:
    room.said = [_note("a")]
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
                room.said = [_note("a")]
                with pytest.raises(JournalError, match="cannot be written"):
                    await task
            assert room.told == []
        finally:
            trouble.at = NEVER
            room.committer.close()
            room.journal.close()
    assert apsw.vfs_names()[0] != "failing"


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
            room.said = [_note(text)]
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
            await room.committer.append([_note("ordered")])
        trouble.at = NEVER
        await room.committer.flush()
    assert room.texts == []


async def test_a_flush_is_refused_and_what_it_gathered_waits(full: tuple[Room, Trouble]) -> None:
    room, trouble = full
    trouble.at, room.said = 0, [_note("gathered")]
    async with room.committer.exclusive():
        with pytest.raises(CommandRefused, match="Make room"):
            await room.committer.flush()
        assert room.committer.backlog is not None
        trouble.at = NEVER
        await room.committer.finish([_note("last")])
    assert room.texts == ["gathered", "last"]


async def test_ending_on_a_full_drive_says_what_is_lost(full: tuple[Room, Trouble]) -> None:
    room, trouble = full
    trouble.at, room.said = 0, [_note("gathered")]
    async with room.committer.exclusive():
        with pytest.raises(JournalError, match="entries could not be written and are lost"):
            await room.committer.finish([_note("last")])


async def test_the_level_is_full_while_anything_waits(full: tuple[Room, Trouble]) -> None:
    room, trouble = full
    async with room.running():
        trouble.at, room.said = 0, [_note("a")]
        await eventually(lambda: bool(room.committer.waiting))
        assert room.committer.disk.level == "full"
        trouble.at = NEVER
        await eventually(lambda: room.levels == ["full", "good"])


async def test_refused_items_wait_with_their_entry(full: tuple[Room, Trouble]) -> None:
    room, trouble = full
    async with room.running():
        trouble.at, room.said = 0, [_note("a")]
        room.committer.quarantine([Quarantined("influx", 4, b"line", "no float")])
        await eventually(lambda: bool(room.committer.waiting))
        trouble.at = NEVER
        await eventually(lambda: any(entry.kind == "delivery.rejected" for entry in room.told))
    with room.stored() as reader:
        assert reader.quarantine_held() == {"influx": Held(1, 4)}


async def test_pens_are_read_while_a_commit_takes_long(room: Room) -> None:
    go_on = Event()
    append = room.journal.append
    with patch.object(room.journal, "append", lambda *a: go_on.wait() and append(*a)):
        async with room.running():
            room.said = [_note("a")]
            await eventually(lambda: room.reads >= 3)
            assert room.told == []
            go_on.set()
            await eventually(lambda: room.texts == ["a"])


async def test_a_cancelled_commit_is_still_told(room: Room) -> None:
    go_on = Event()
    append = room.journal.append
    with patch.object(room.journal, "append", lambda *a: go_on.wait() and append(*a)):
        async with room.running() as task:
            room.said = [_note("a")]
            await eventually(lambda: room.reads >= 1)
            task.cancel()
            await asyncio.sleep(0)
            go_on.set()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled()
    assert room.texts == ["a"]


async def test_what_waited_is_committed_once_though_cancelled_meanwhile(
    full: tuple[Room, Trouble],
) -> None:
    room, trouble = full
    async with room.running() as task:
        trouble.at, room.said = 0, [_note("a")]
        await eventually(lambda: bool(room.committer.waiting))
        with room.stuck() as waits:
            trouble.at = NEVER
            await eventually(waits.is_set)
            task.cancel()
            await asyncio.sleep(0)
        await asyncio.wait([task], timeout=PATIENCE_S)
    async with room.committer.exclusive():
        await room.committer.finish([_note("last")])
    with room.stored() as reader:
        notes = reader.read(1, 9, kinds=["session.note"])
    assert [entry.payload for entry in notes] == [_note("a").payload, _note("last").payload]


async def test_a_cancellation_holds_though_the_commit_finds_no_room(
    full: tuple[Room, Trouble],
) -> None:
    room, trouble = full
    async with room.running() as task:
        with room.stuck() as waits:
            trouble.at, room.said = 0, [_note("a")]
            await eventually(waits.is_set)
            task.cancel()
            await asyncio.sleep(0)
        await asyncio.wait([task], timeout=PATIENCE_S)
        assert task.cancelled()
    assert len(room.committer.waiting) == 1


async def test_an_order_that_breaks_the_journal_ends_the_service(tmp_path: Path) -> None:
    with failing_files(Trouble(NEVER, broken_drive, lasting=True)) as trouble:
        room = Room(tmp_path)
        async with room.running() as task:
            trouble.at = 0
            async with room.committer.exclusive():
                with pytest.raises(JournalError):
                    await room.committer.append([_note("ordered")])
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
            await room.committer.append([_note("late")])
    room.journal.close()
