"""Work on a thread of its own, in order, and not given up once it began."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from logger.recorder.work_thread import WorkThread


@pytest.fixture
def thread() -> Iterator[WorkThread]:
    thread = WorkThread("work")
    yield thread
    thread.close()


async def test_work_is_done_on_one_other_thread(thread: WorkThread) -> None:
    names = [await thread.do(lambda: threading.current_thread().name) for _ in range(3)]
    assert names == ["work"] * 3


async def test_what_work_raises_reaches_who_waits(thread: WorkThread) -> None:
    with pytest.raises(ZeroDivisionError):
        await thread.do(lambda: 1 // 0)
    assert await thread.do(lambda: 1) == 1


async def test_the_result_is_told_on_the_loop_before_anyone_who_waits_goes_on(
    thread: WorkThread,
) -> None:
    told: list[tuple[int, str]] = []

    def then(result: int) -> None:
        told.append((result, threading.current_thread().name))

    assert await thread.do(lambda: 1, then) == 1
    assert told == [(1, threading.current_thread().name)]


async def test_what_telling_raises_reaches_who_waits(thread: WorkThread) -> None:
    with pytest.raises(ZeroDivisionError):
        await thread.do(lambda: 0, lambda zero: 1 // zero)


async def test_the_loop_goes_on_meanwhile(thread: WorkThread) -> None:
    go_on = threading.Event()
    asyncio.get_running_loop().call_later(0.01, go_on.set)
    assert await thread.do(lambda: go_on.wait(60))


async def _noting(thread: WorkThread, work: Callable[[], object], noted: list[object]) -> None:
    """Note the result of ``work`` or its error, then wait for ever."""
    try:
        noted.append(await thread.do(work))
    except ZeroDivisionError as error:
        noted.append(type(error))
    await asyncio.Event().wait()


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize(
    ("outcome", "noted"), [(lambda: 1, 1), (lambda: 1 // 0, ZeroDivisionError)]
)
async def test_a_cancellation_waits_until_the_outcome_is_noted(
    thread: WorkThread, times: int, outcome: Callable[[], object], noted: object
) -> None:
    go_on = threading.Event()
    seen: list[object] = []
    task = asyncio.create_task(_noting(thread, lambda: go_on.wait(60) and outcome(), seen))
    await asyncio.sleep(0)
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0.01)
    assert not task.done()
    go_on.set()
    await asyncio.wait([task])
    assert task.cancelled()
    assert seen == [noted]


async def test_work_is_done_in_order(thread: WorkThread) -> None:
    done: list[int] = []
    await asyncio.gather(*(thread.do(lambda n=n: done.append(n)) for n in range(5)))  # type: ignore[misc]  # binds n
    assert done == list(range(5))


def test_a_thread_that_never_worked_is_closed() -> None:
    WorkThread("idle").close()
