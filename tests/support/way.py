"""The way to a server, which a laboratory can slow down, cut or lead astray."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from tests.support.server import HOST, free_port

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_PIECE_BYTES = 1 << 16
_SLOW_PIECES_A_S = 20
_GONE = (OSError, asyncio.IncompleteReadError, EOFError)


class Way:
    """Listens at ``host`` and carries every connection to a port of the loopback.

    ``rate_bytes_s`` bounds what passes towards the server. ``answer``, if set, answers
    new connections in the server's place.
    """

    def __init__(self, host: str, server_port: int) -> None:
        self.host = host
        self.port = free_port()
        self.rate_bytes_s: int | None = None
        self.answer: Answer | None = None
        self._server_port = server_port
        self._listener: asyncio.Server | None = None
        self._carrying: set[asyncio.Task[None]] = set()

    async def open(self, certificate: tuple[Path, Path] | None = None) -> None:
        """Listen, over TLS where there is a ``certificate`` (the file and its key) to show."""
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
        self._listener = await asyncio.start_server(
            self._connected, self.host, self.port, ssl=context
        )

    async def close(self) -> None:
        """Listen no more and cut every connection."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        await self.cut()

    async def cut(self) -> None:
        """Cut every connection; new ones are welcome."""
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The task that asyncio made for this callback complains when it is cancelled.
        task = asyncio.create_task(self._serve(reader, writer))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(*_GONE):
                if self.answer is not None:
                    await self.answer(reader, writer)
                else:
                    await self._carry(reader, writer)
        finally:
            if not writer.transport.is_closing():
                writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(HOST, self._server_port)
        try:
            await _until_one_ends(self._forward(reader, to_server), _copy(from_server, writer))
        finally:
            to_server.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(self._piece_bytes()):
            writer.write(data)
            await writer.drain()
            if self.rate_bytes_s is not None:
                await asyncio.sleep(len(data) / self.rate_bytes_s)

    def _piece_bytes(self) -> int:
        rate = self.rate_bytes_s
        return _PIECE_BYTES if rate is None else max(1, rate // _SLOW_PIECES_A_S)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_PIECE_BYTES):
        writer.write(data)
        await writer.drain()


async def _until_one_ends(*works: Awaitable[None]) -> None:
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
