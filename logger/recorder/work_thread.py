"""A thread of its own for what may block, fed by the event loop."""

import asyncio
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

Result = TypeVar("Result")


class _Piece(Generic[Result]):
    """A piece of work, and the future of its result."""

    __slots__ = ("done", "loop", "then", "work")

    def __init__(
        self,
        work: Callable[[], Result],
        then: Callable[[Result], object],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.work = work
        self.then = then
        self.loop = loop
        self.done: asyncio.Future[Result] = loop.create_future()

    def carry_out(self) -> None:
        """Do the work and hand the result to the loop; called on the thread."""
        try:
            result = self.work()
        except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it is
            self.loop.call_soon_threadsafe(self._fail, error)
        else:
            self.loop.call_soon_threadsafe(self._succeed, result)

    def again(self) -> "asyncio.Future[Result]":
        """Return a new future of the result, for one who was cancelled while waiting."""
        if self.done.cancelled():
            self.done = self.loop.create_future()
        return self.done

    def _succeed(self, result: Result) -> None:
        try:
            self.then(result)
        except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it is
            self._fail(error)
        else:
            self.again().set_result(result)

    def _fail(self, error: Exception) -> None:
        self.again().set_exception(error)


class WorkThread:
    """Does one piece of work after another, in order.

    An executor would make a future, a lock and a condition of every piece; at five
    commits a second that is a twentieth of what recording one pen costs.
    """

    def __init__(self, name: str) -> None:
        self._pieces: SimpleQueue[_Piece[object] | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    async def do(
        self, work: Callable[[], Result], then: Callable[[Result], object] = lambda _: None
    ) -> Result:
        """Return the result of ``work``, or raise what it raised.

        ``then`` is called with the result on the loop, as soon as it is there: what waits
        for it is so woken together with the caller, and not a turn of the loop later.
        Work that began is not given up, and what it led to may be noted without a pause: a
        cancellation takes effect where the caller waits next.
        """
        if self._thread.ident is None:
            self._thread.start()
        piece = _Piece(work, then, asyncio.get_running_loop())
        self._pieces.put(piece)  # type: ignore[arg-type]  # the queue asks for no result
        cancelled = False
        try:
            while True:
                try:
                    return await piece.again()
                except asyncio.CancelledError:
                    cancelled = True
        finally:
            if cancelled:
                _cancel_anew()

    def close(self) -> None:
        """Wait for what is under way and let the thread go; idempotent."""
        if self._thread.ident is not None:
            self._pieces.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (piece := self._pieces.get()) is not None:
            piece.carry_out()


def _cancel_anew() -> None:
    """Put off a cancellation that was caught to where the current task waits next."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
        task.cancel()
