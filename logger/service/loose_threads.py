"""Threads that hold up nobody's exit."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from typing import Any


class LooseThreads(ThreadPoolExecutor):
    """An event loop's executor that gives each call a thread of its own and waits for none.

    Looking up a name may hang for half a minute where a name server does not answer; an
    executor of the standard library would have the end of the process wait for that.
    What must be finished at the end does not belong here.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Start ``fn`` and return the future of its result."""
        future: Future[Any] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - whoever waits is told, whatever it is
                future.set_exception(error)
            else:
                future.set_result(result)

        Thread(target=work, daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave every call to itself."""
