"""A stand-in for the recorder behind its real socket: for tests of what is ordered."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from logger.command_socket import command_server

Orders = list[tuple[str, dict[str, Any]]]


@contextmanager
def answering(data_dir: Path, answer: Any) -> Iterator[Orders]:
    """Answer every order with ``answer``, raised if it is an error; yields what was ordered."""
    orders: Orders = []
    listening, ended = threading.Event(), threading.Event()

    async def handle(order: str, arguments: dict[str, Any], actor: str) -> Any:
        orders.append((order, arguments))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def serve() -> None:
        async with command_server(data_dir, handle):
            listening.set()
            await asyncio.to_thread(ended.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert listening.wait(10)
        yield orders
    finally:
        ended.set()
        thread.join()
