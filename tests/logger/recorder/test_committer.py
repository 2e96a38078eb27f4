"""Group commit into a real journal."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import apsw
import pytest

from logger.errors import JournalError
from logger.journal import kinds
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft, Entry
from logger.journal.quarantine import Quarantined
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from logger.recorder.committer import Committer
from tests.support.failing_vfs import Trouble, failing_files, out_of_space
from tests.support.ports import eventually

INTERVAL_S = 0.02
NEVER_S = 3600.0


def _note(text: str) -> Draft:
    note = kinds.SessionNote(session="s", text=text, nonce="")
    return Draft(kinds.kind_of(note), "NP-1", "uid:1", kinds.encode(note))


class Room:
    """A committer with what it gathers, and what it told of."""

    def __init__(self, data_dir: Path, interval_s: float = INTERVAL_S) -> None:
        self.said: list[Draft] = []
        self.positions: dict[str, Cursor] = {}
        self.told: list[Entry] = []
        self.journal = Journal.open(data_dir, HostClock())
        self.data_dir = data_dir
        self.committer = Committer(
            journal=self.journal,
            gather=self._gather,
            cursors=lambda: self.positions,
            after=self.told.extend,
            now=time.monotonic,
            interval_s=interval_s,
            idle_interval_s=0.5,
        )

    def _gather(self) -> list[Draft]:
        said, self.said = self.said, []
        return said

    @property
    def texts(self) -> list[str]:
        payloads = [kinds.decode(e.kind, e.payload) for e in self.told if e.payload is not None]
        return [one.text for one in payloads if isinstance(one, kinds.SessionNote)]

    def stored(self) -> JournalReader:
        return JournalReader(self.data_dir)

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
        assert reader.quarantine_counts() == {"influx": 2, "mqtt": 1}


async def test_a_journal_that_cannot_be_written_ends_it_loudly(tmp_path: Path) -> None:
    with failing_files(Trouble(1 << 30, out_of_space, lasting=True)) as trouble:
        room = Room(tmp_path)
        try:
            async with room.running() as task:
                trouble.at = 0
                room.said = [_note("a")]
                with pytest.raises(JournalError, match="cannot be written"):
                    await task
            assert room.told == []
        finally:
            trouble.at = 1 << 30
            room.committer.close()
            room.journal.close()
    assert apsw.vfs_names()[0] != "failing"
