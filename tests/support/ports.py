"""Waiting for ports and for what happens to them, for tests."""

import asyncio
from collections.abc import Callable

from drivers.port import Port

PATIENCE_S = 10.0


async def read_exactly(port: Port, count: int) -> bytes:
    """Return ``count`` bytes from ``port``; fails with a timeout if they do not come."""
    data = b""
    async with asyncio.timeout(PATIENCE_S):
        while len(data) < count:
            data += await port.read()
    return data


async def eventually(happened: Callable[[], bool]) -> None:
    """Return once ``happened()``; fails with a timeout if it does not."""
    async with asyncio.timeout(PATIENCE_S):
        # Threads, descriptors and other processes tell no asyncio event.
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
