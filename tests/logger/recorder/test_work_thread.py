"""Work on a thread of its own, in order, and not given up once it began."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from logger.recorder.work_thread import WorkThread


@pytest.fixture
def thread() -> Iterator[WorkThread]:
    thread = WorkThread("work")
    yield thread
    thread.close()


async def test_work_is_done_on_one_other_thread(thread: WorkThread) -> None:
    names = [(await thread.do(lambda: threading.current_thread().name))[0] for _ in range(3)]
    assert names == ["work"] * 3


async def test_what_work_raises_reaches_who_waits(thread: WorkThread) -> None:
    with pytest.raises(ZeroDivisionError):
        await thread.do(lambda: 1 // 0)
    assert await thread.do(lambda: 1) == (1, False)


async def test_the_loop_goes_on_meanwhile(thread: WorkThread) -> None:
    go_on = threading.Event()
    asyncio.get_running_loop().call_later(0.01, go_on.set)
    assert await thread.do(lambda: go_on.wait(60)) == (True, False)


async def test_a_cancellation_is_told_with_the_result(thread: WorkThread) -> None:
    go_on = threading.Event()
    waiting = asyncio.create_task(thread.do(lambda: go_on.wait(60)))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.sleep(0.01)
    assert not waiting.done()
    go_on.set()
    assert await waiting == (True, True)


async def test_work_is_done_in_order(thread: WorkThread) -> None:
    done: list[int] = []
    await asyncio.gather(*(thread.do(lambda n=n: done.append(n)) for n in range(5)))  # type: ignore[misc]  # binds n
    assert done == list(range(5))


def test_a_thread_that_never_worked_is_closed() -> None:
    WorkThread("idle").close()
