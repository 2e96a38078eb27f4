"""An event loop in a thread, for laboratories that are no coroutines."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any, TypeVar

_WORK_S = 60.0

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Backstage:
    """What ways and false servers run on."""

    _loop: asyncio.AbstractEventLoop

    def work(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Return what ``work`` returns, done on the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_WORK_S)


@contextmanager
def backstage() -> Iterator[Backstage]:
    """Yield a loop that runs while the context lasts."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield Backstage(loop)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
