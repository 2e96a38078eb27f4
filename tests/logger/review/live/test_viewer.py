"""What a browser is told that takes messages slower than they come."""

import asyncio

from logger.review.live.viewer import Viewer


async def test_a_viewer_is_told_everything_in_order() -> None:
    viewer = Viewer("en")
    viewer.tell("a")
    viewer.tell("b")
    assert [await viewer.next(), await viewer.next()] == ["a", "b"]


async def test_it_waits_for_what_comes() -> None:
    viewer = Viewer("en")
    waiting = asyncio.create_task(viewer.next())
    await asyncio.sleep(0)
    assert not waiting.done()
    viewer.tell("a")
    assert await waiting == "a"


async def test_one_that_is_too_slow_gets_the_newest_and_is_told_how_much_it_missed() -> None:
    viewer = Viewer("en", room=3)
    for message in "abcd":
        viewer.tell(message)
    assert await viewer.next() == '{"kind":"skipped","count":3}'
    assert await viewer.next() == "d"
