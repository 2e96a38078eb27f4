"""Group commit: everything that happened since the last one, in one transaction.

One commit at a time, at most one per interval for all pens together. Where nobody can miss
the loop for a moment it is made at once; else on a thread of its own, and pens are read on
while it lasts. What was committed is told to ``after``, on the event loop, in order. What
finds no room on the drive is held and tried again.
"""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from functools import partial

from logger.errors import CommandRefused, JournalError, JournalUnavailable
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft, Entry
from logger.journal.quarantine import Quarantined, QuarantineRoom
from logger.recorder.chances import Chances
from logger.recorder.disk import DiskState, LevelNews
from logger.recorder.drive import Drive
from logger.recorder.pulse import Pulse
from logger.recorder.rejections import rejections
from logger.recorder.waiting import Waiting, WaitingState
from logger.recorder.work_thread import WorkThread

CURSORS_EVERY_S = 5.0
"""A new connection repeats 30 s anyway; a cursor in each commit would cost pages of the drive."""

NO_CURSORS: Mapping[str, Cursor] = {}


@dataclass(slots=True)
class Committer:
    """Owns the journal's only writer.

    ``gather`` returns what there is to say since it was last called; ``read`` keeps what
    pens say while a commit takes long; ``calm`` tells whether they say so little that the
    kernel keeps it for a second; ``cursors`` returns the sinks' newest cursors, which ride
    along every 5 s; ``now`` is a monotonic clock in seconds. An error of the journal is
    final: it reaches whoever waits, and ends :meth:`run`. Want of room is none. ``turns``
    counts the times that :meth:`run` went round: it goes on as long as recording does.
    """

    drive: Drive
    waiting: Waiting
    gather: Callable[[], list[Draft]]
    read: Callable[[], None]
    cursors: Callable[[], Mapping[str, Cursor]]
    after: Callable[[list[Entry]], None]
    now: Callable[[], float]
    interval_s: float
    idle_interval_s: float
    calm: Callable[[], bool] = lambda: False
    quarantine_room: QuarantineRoom = field(default_factory=lambda: QuarantineRoom({}))
    commits: int = 0
    turns: int = 0
    _committed_s: float = 0.0
    _moved_s: float = -math.inf
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _written: dict[str, Cursor] = field(default_factory=dict)
    _quarantined: list[Quarantined] = field(default_factory=list)
    _thread: WorkThread = field(default_factory=lambda: WorkThread("journal"))
    _pulse: Pulse = field(init=False)
    _failure: JournalError | None = None
    _level_news: LevelNews = field(default_factory=LevelNews)
    _news: list[Draft] = field(default_factory=list)
    _chances: Chances = field(init=False)

    def __post_init__(self) -> None:
        self._pulse = Pulse(self.interval_s, self.read)
        self._chances = Chances(self._thread)

    async def run(self) -> None:
        """Commit for ever; ends by cancellation or :class:`logger.errors.JournalError`."""
        while True:
            await self._pulse.due()
            async with self._turn:
                if self._failure is not None:
                    raise self._failure
                await self._commit(self.gather())
                await self._take_chance()
            self.turns += 1

    def hurry(self) -> None:
        """Ask for a commit before its time: a buffer fills up."""
        self._pulse.hurry()

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """Return a context in which nobody else commits: to check a rule and append by it."""
        return self._turn

    async def flush(self) -> list[Entry]:
        """Commit what there is, now; call it inside :meth:`exclusive`.

        CommandRefused if the drive has no room: what there is is held then.
        """
        entries = await self._commit(self.gather(), even_idle=True)
        self._refuse_while_waiting()
        return entries

    async def append(
        self, drafts: Sequence[Draft], released: Sequence[Quarantined] = ()
    ) -> list[Entry]:
        """Commit ``drafts`` alone, now; call it inside :meth:`exclusive`.

        ``released`` leave the quarantine with the same commit. CommandRefused if the drive
        has no room: nothing is appended, now or later.
        """
        self._refuse_while_waiting()
        try:
            return await self._write(list(drafts), released, even_idle=True)
        except JournalUnavailable as error:
            raise _refused(str(error)) from None

    async def empty(self, positions: Sequence[int], released: Sequence[Quarantined] = ()) -> None:
        """Return once the entries at ``positions`` have no payload any more.

        ``released`` leave the quarantine along with them. Done after a commit, so that none
        waits for it: to be asked for a few at a time. CommandRefused if the drive has no room.
        """
        await self._chances.ask(partial(self.drive.write, (), {}, (), released, positions))
        self.quarantine_room.release(released)

    async def tidy(self, pages: int) -> bool:
        """Do as :meth:`logger.journal.writer.Journal.tidy`, after a commit."""
        return bool(await self._chances.ask(partial(self.drive.tidy, pages)))

    async def say(self, drafts: Sequence[Draft]) -> None:
        """Commit ``drafts`` as if gathered: held if there is no room; inside :meth:`exclusive`."""
        await self._commit(list(drafts), even_idle=True)

    async def finish(self, drafts: Sequence[Draft]) -> None:
        """Commit what there is, then ``drafts``; call it inside :meth:`exclusive`.

        JournalError if that cannot be: what was held is lost.
        """
        await self._commit(self.gather(), even_idle=True)
        await self._commit(list(drafts), even_idle=True)
        if self.waiting:
            await self._try_again()
        if self.waiting:
            raise JournalError(
                f"{len(self.waiting)} entries could not be written and are lost: "
                f"{self.waiting.error}"
            )

    def quarantine(self, items: Sequence[Quarantined]) -> None:
        """Make ``items`` durable with the next commit, and an entry that tells of them."""
        self._quarantined.extend(items)

    def close(self) -> None:
        """Wait for a commit under way and let the thread go; nothing is committed after it."""
        self._failure = self._failure or JournalError("recording has ended")
        self._chances.end(self._failure)
        self._thread.close()

    @property
    def disk(self) -> DiskState:
        """How much room the drive has; ``full`` while anything waits for it."""
        state = self.drive.state
        return replace(state, level="full") if self.waiting else state

    @property
    def backlog(self) -> WaitingState | None:
        """What waits for the drive; None if nothing does."""
        return self.waiting.state(self.now()) if self.waiting else None

    async def _commit(self, drafts: list[Draft], *, even_idle: bool = False) -> list[Entry]:
        """Commit ``drafts``, or let them wait behind what waits already."""
        if self._news:
            drafts, self._news = [*drafts, *self._news], []
        if self.waiting:
            self.waiting.add(drafts)
            return await self._try_again() if self.waiting.is_due(self.now()) else []
        try:
            return await self._write(drafts, even_idle=even_idle)
        except JournalUnavailable as error:
            self.waiting.begin(drafts, error, self.now())
            self._note_level()
            return []

    async def _try_again(self) -> list[Entry]:
        """Commit what waits, piece by piece, as far as it goes."""
        entries: list[Entry] = []
        while self.waiting:
            piece = self.waiting.next_commit()
            try:
                entries += await self._on_drive(piece, NO_CURSORS)
            except JournalUnavailable as error:
                self.waiting.put_off(error, self.now())
                break
            self.waiting.committed(piece)
        self._note_level()
        return entries

    async def _write(
        self, drafts: list[Draft], released: Sequence[Quarantined] = (), *, even_idle: bool = False
    ) -> list[Entry]:
        now_s, moved = self.now(), self._moved(even_idle=even_idle)
        refused, kept = self._quarantined, list[Quarantined]()
        if refused:
            self._quarantined, kept = [], self.quarantine_room.take(refused)
            drafts = [*drafts, *rejections(refused, kept)]
        if not drafts:
            idle = even_idle or now_s - self._committed_s >= self.idle_interval_s
            if not (idle and moved):
                if self.drive.is_look_due():
                    await self._on_drive([], NO_CURSORS)
                    self._note_level()
                return []
        try:
            entries = await self._on_drive(drafts, moved, kept, released)
        except JournalUnavailable:
            self._quarantined[:0] = refused
            self.quarantine_room.release(kept)
            raise
        self.quarantine_room.release(released)
        self._note_level()
        if moved:
            self._written.update(moved)
            self._moved_s = now_s
        self._committed_s = now_s
        return entries

    def _moved(self, *, even_idle: bool) -> dict[str, Cursor]:
        """Return the cursors to write; none for a while after some were, unless asked to."""
        if not even_idle and self.now() - self._moved_s < CURSORS_EVERY_S:
            return {}
        written = self._written
        return {name: at for name, at in self.cursors().items() if written.get(name) != at}

    async def _on_drive(
        self,
        drafts: Sequence[Draft],
        cursors: Mapping[str, Cursor],
        quarantined: Sequence[Quarantined] = (),
        released: Sequence[Quarantined] = (),
    ) -> list[Entry]:
        """Write, tell of it and return the entries; a cancellation takes effect after that."""
        if self._failure is not None:
            raise self._failure
        work = partial(self.drive.write, drafts, cursors, quarantined, released)
        try:
            if self.calm() and not self.waiting and self.drive.is_quick():
                # To have it done by the thread costs as much again as to do it.
                entries = work()
                self._tell(entries)
            else:
                with self._pulse.writing():
                    entries = await self._thread.do(work, self._tell)
        except JournalUnavailable:
            raise
        except JournalError as error:
            self._failure = error
            self.hurry()
            raise
        self.commits += bool(drafts or cursors)
        return entries

    def _tell(self, entries: list[Entry]) -> None:
        if entries:
            self.after(entries)

    async def _take_chance(self) -> None:
        if self.waiting or not self._chances.asked:
            return
        try:
            with self._pulse.writing():
                await self._chances.take()
        except JournalError as error:
            self._failure = error
            raise

    def _note_level(self) -> None:
        self._news += self._level_news.noticed(self.disk)

    def _refuse_while_waiting(self) -> None:
        if self.waiting:
            raise _refused(self.waiting.error)


def _refused(reason: str) -> CommandRefused:
    return CommandRefused(f"nothing can be saved now: {reason}", "Make room on the drive")
