"""Making parts of a file in a thread of its own, while those before are packed."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import Full, Queue
from threading import Event
from typing import TypeVar

Part = TypeVar("Part")
_PARTS = 4
_LOOK_EVERY_S = 0.1


@contextmanager
def ahead(make: Callable[[], Iterable[Part]]) -> Iterator[Iterator[Part]]:
    """Give what ``make`` yields, made some parts in advance; what it raises is raised here.

    Whoever leaves before the end makes it stop.
    """
    queue: Queue[Part | None] = Queue(_PARTS)
    left = Event()

    def put(part: Part | None) -> None:
        while not left.is_set():
            try:
                queue.put(part, timeout=_LOOK_EVERY_S)
            except Full:
                continue
            return

    def run() -> None:
        try:
            for part in make():
                put(part)
                if left.is_set():
                    return
        finally:
            put(None)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)

        def parts() -> Iterator[Part]:
            while (part := queue.get()) is not None:
                yield part
            running.result()

        try:
            yield parts()
        finally:
            left.set()
