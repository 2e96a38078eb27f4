"""What a live page is told as it happens."""

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocketDisconnect

from logger.review.watch import Watch

SIGNED_OUT = 4401
"""The code that closes a feed whose sign-in has ended."""

MIND_EVERY_S = 2.0


async def feed(watch: Watch) -> None:
    """Send all that happens, until the browser goes or the sign-in ends."""
    await watch.socket.accept()
    ended: set[asyncio.Task[None]] = set()
    async with watch.console.live.watching(watch.words.language) as viewer:

        async def send() -> None:
            while True:
                await watch.socket.send_text(await viewer.next())

        parts = [asyncio.create_task(one) for one in (send(), _hear(watch), _mind(watch))]
        try:
            ended, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
    for part in ended:
        if not isinstance(part.exception(), WebSocketDisconnect):
            part.result()


async def _hear(watch: Watch) -> None:
    """Note each word from the page, whatever it says, as a touch; end when the browser goes."""
    while True:
        await watch.socket.receive_text()
        await run_in_threadpool(watch.note_use)


async def _mind(watch: Watch) -> None:
    """Close the socket once the sign-in has ended."""
    while await run_in_threadpool(watch.is_signed_in):
        await watch.console.outside.sleep(MIND_EVERY_S)
    await watch.socket.close(SIGNED_OUT)
