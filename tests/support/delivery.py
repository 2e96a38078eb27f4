"""Running a pump against a list of entries, with what it needs around it."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from drivers.model import HostTime
from logger.journal.cursor import Cursor
from logger.journal.quarantine import Quarantined
from logger.sinks.pump import Pump
from logger.sinks.sink import Sink
from tests.support.journaled import EPOCH_US, ListJournal

PATIENCE_S = 30.0
FROM_THE_FIRST = Cursor(0, 0)


class Delivery:
    """A pump over ``journal``, its quarantine, and its task while ``running``.

    Waits before an attempt are cut short, so that tests need not sit them out.
    """

    def __init__(
        self,
        journal: ListJournal,
        sink: Sink,
        *,
        cursor: Cursor | None = FROM_THE_FIRST,
        refused: Sequence[Quarantined] = (),
        patience: float = 0.05,
    ) -> None:
        self.journal = journal
        self.quarantined: list[Quarantined] = []
        self._patience = patience
        self.waits_s: list[float] = []
        self.pump = Pump(
            sink,
            journal,
            journal.session_entries,
            self._quarantine,
            cursor=cursor,
            refused=refused,
            clock=clock,
            sleep=self._sleep,
            rng=random.Random(1),
        )

    def _quarantine(self, items: Sequence[Quarantined]) -> None:
        self.quarantined += items

    async def _sleep(self, wait_s: float) -> None:
        self.waits_s.append(wait_s)
        await asyncio.sleep(min(wait_s, self._patience))

    @asynccontextmanager
    async def running(self) -> "AsyncIterator[asyncio.Task[None]]":
        """Run the pump; its own errors come out at the end."""
        task = asyncio.create_task(self.pump.run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if not task.cancelled():
                task.result()

    async def delivered(self) -> None:
        """Return once the sink accepted everything appended so far."""
        last = self.journal.last_position
        await self.until(lambda: self.pump.cursor.position >= last)

    async def state(self, wanted: str) -> None:
        """Return once the pump is in the state ``wanted``."""
        await self.until(lambda: self.pump.status().state == wanted)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return once ``condition`` holds; the pump tells nobody, so it is asked for it."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110 - a pump's state is polled, by design
                await asyncio.sleep(0.005)


def clock() -> HostTime:
    """Return the moment at which :class:`ListJournal` has recorded everything."""
    return HostTime(EPOCH_US * 1000, 0, True)
