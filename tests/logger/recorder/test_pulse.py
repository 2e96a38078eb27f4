"""When a commit is due, and reading on while one takes long."""

import asyncio
import time

from logger.recorder.pulse import Pulse

_LONG_S = 3600.0


async def test_a_commit_is_due_after_the_interval() -> None:
    began_s = time.monotonic()
    await Pulse(0.05, lambda: None).due()
    assert time.monotonic() - began_s >= 0.05


async def test_a_hurry_does_not_wait_for_the_interval() -> None:
    pulse = Pulse(_LONG_S, lambda: None)
    asyncio.get_running_loop().call_soon(pulse.hurry)
    await pulse.due()


async def test_pens_are_read_at_each_interval_of_a_long_commit() -> None:
    reads = asyncio.Semaphore(0)
    pulse = Pulse(0.01, reads.release)
    with pulse.writing():
        for _ in range(3):
            await reads.acquire()


async def test_no_commit_is_due_while_one_is_under_way() -> None:
    reads = asyncio.Semaphore(0)
    pulse = Pulse(0.01, reads.release)
    with pulse.writing():
        due = asyncio.create_task(pulse.due())
        await asyncio.sleep(0)
        await reads.acquire()
        assert not due.done()
    await due
