"""Group commit: everything that happened since the last one, in one transaction.

One commit at a time, at most one per interval for all pens together, on a thread of its
own so that a slow disk never holds up reading. What was committed is told to ``after``,
on the event loop, in order.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from logger.journal import kinds
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft, Entry
from logger.journal.quarantine import Quarantined
from logger.journal.writer import Journal

ACTOR = "service"
REASON_AT_MOST = 500


@dataclass(slots=True)
class Committer:
    """Owns the journal's only writer.

    ``gather`` returns what there is to say since it was last called; ``cursors`` the
    sinks' newest cursors, which ride along; ``now`` is a monotonic clock in seconds. An
    error of the journal is final: it reaches whoever waits, and ends :meth:`run`.
    """

    journal: Journal
    gather: Callable[[], list[Draft]]
    cursors: Callable[[], Mapping[str, Cursor]]
    after: Callable[[list[Entry]], None]
    now: Callable[[], float]
    interval_s: float
    idle_interval_s: float
    commits: int = 0
    _committed_s: float = 0.0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _hurry: asyncio.Event = field(default_factory=asyncio.Event)
    _written: dict[str, Cursor] = field(default_factory=dict)
    _quarantined: list[Quarantined] = field(default_factory=list)
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="journal")
    )

    async def run(self) -> None:
        """Commit for ever; ends by cancellation or :class:`logger.errors.JournalError`."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.call_later(self.interval_s, self._hurry.set)
            await self._hurry.wait()
            due.cancel()
            self._hurry.clear()
            async with self._turn:
                await self._commit(self.gather())

    def hurry(self) -> None:
        """Ask for a commit before its time: a buffer fills up."""
        self._hurry.set()

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """Return a context in which nobody else commits: to check a rule and append by it."""
        return self._turn

    async def flush(self) -> list[Entry]:
        """Commit what there is, now; call it inside :meth:`exclusive`."""
        return await self._commit(self.gather(), even_idle=True)

    async def append(self, drafts: Sequence[Draft]) -> list[Entry]:
        """Commit ``drafts`` alone, now; call it inside :meth:`exclusive`."""
        return await self._commit(list(drafts), even_idle=True)

    def quarantine(self, items: Sequence[Quarantined]) -> None:
        """Make ``items`` durable with the next commit, and an entry that tells of them."""
        self._quarantined.extend(items)

    def close(self) -> None:
        """Wait for a commit under way and let the thread go."""
        self._thread.shutdown(wait=True)

    async def _commit(self, drafts: list[Draft], even_idle: bool = False) -> list[Entry]:
        now_s = self.now()
        idle = even_idle or now_s - self._committed_s >= self.idle_interval_s
        cursors = dict(self.cursors())
        moved = {name: at for name, at in cursors.items() if self._written.get(name) != at}
        refused, self._quarantined = self._quarantined, []
        drafts = [*drafts, *_rejections(refused)]
        if not drafts and not (idle and moved):
            return []
        entries = await asyncio.get_running_loop().run_in_executor(
            self._thread, self.journal.append, drafts, moved, refused
        )
        self._written.update(moved)
        self._committed_s = now_s
        self.commits += 1
        if entries:
            self.after(entries)
        return entries


def _rejections(refused: Sequence[Quarantined]) -> list[Draft]:
    """Return an entry a sink that tells what was refused."""
    drafts = []
    for sink in sorted({item.sink for item in refused}):
        items = [item for item in refused if item.sink == sink]
        rejected = kinds.DeliveryRejected(
            sink=sink,
            count=len(items),
            from_position=min(item.position for item in items),
            to_position=max(item.position for item in items),
            reason=items[0].reason[:REASON_AT_MOST],
        )
        drafts.append(Draft(kinds.kind_of(rejected), "", ACTOR, kinds.encode(rejected)))
    return drafts
