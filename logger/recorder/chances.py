"""Work on the journal that may wait: one piece right after a commit, when the next is not due."""

import asyncio
from collections import deque
from collections.abc import Callable

from logger.errors import CommandRefused, JournalError, JournalUnavailable
from logger.recorder.work_thread import WorkThread


class Chances:
    """Pieces of work in the order in which they were asked for; belongs to the event loop."""

    def __init__(self, thread: WorkThread) -> None:
        self._thread = thread
        self._asked: deque[tuple[Callable[[], object], asyncio.Future[object]]] = deque()

    @property
    def asked(self) -> int:
        """How many pieces of work wait."""
        return len(self._asked)

    async def ask(self, work: Callable[[], object]) -> object:
        """Return the result of ``work``, done on the journal's thread when there is time.

        CommandRefused if the drive has no room for it; JournalError if recording ends.
        """
        done: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._asked.append((work, done))
        return await done

    async def take(self) -> None:
        """Do one piece of work, if any was asked for; JournalError if the journal failed."""
        while self._asked:
            work, done = self._asked.popleft()
            if not done.cancelled():
                await self._do(work, done)
                return

    def end(self, reason: JournalError) -> None:
        """Tell all who wait that nothing more is done."""
        while self._asked:
            done = self._asked.popleft()[1]
            if not done.done():
                done.set_exception(reason)

    async def _do(self, work: Callable[[], object], done: "asyncio.Future[object]") -> None:
        try:
            result = await self._thread.do(work)
        except JournalUnavailable as error:
            if not done.cancelled():
                done.set_exception(CommandRefused(str(error), "Make room on the drive"))
        except JournalError as error:
            if not done.cancelled():
                done.set_exception(error)
            raise
        else:
            if not done.cancelled():
                done.set_result(result)
