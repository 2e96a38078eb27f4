"""Servers that answer what no good broker or database would."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from tests.support.server import HOST

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

CONNECTED = b"\x20\x03\x00\x00\x00"
_CONNECT, _PUBLISH, _PINGREQ = 1, 3, 12
_PING_ANSWER = b"\xd0\x00"
_READ_BYTES = 65_536
_PIECE = b"x" * _READ_BYTES


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[int]:
    """Yield the port at which ``answer`` answers every connection."""
    writers: list[asyncio.StreamWriter] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(OSError, EOFError):
            await answer(reader, writer)
        writer.close()

    server = await asyncio.start_server(connected, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()


def saying(*words: bytes, then_close: bool = False) -> Answer:
    """Return a server that says ``words`` to whatever it hears first, whatever the protocol."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(_READ_BYTES)
        writer.writelines(words)
        await writer.drain()
        if not then_close:
            await _hear_out(reader)

    return answer


def endless(head: bytes) -> Answer:
    """Return a server that says ``head`` and then goes on for ever."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(_READ_BYTES)
        writer.write(head)
        while True:
            writer.write(b"10000\r\n" + _PIECE + b"\r\n")
            await writer.drain()
            # A turn for everyone else: draining gives none as long as there is room.
            await asyncio.sleep(0)

    return answer


def judging(code: int, *, of: bytes = b"", identifier_off_by: int = 0) -> Answer:
    """Return an MQTT 5 broker that answers each publish with reason ``code``.

    Only topics that hold ``of`` are judged so; all others are accepted. The packet
    identifier that it names may be off.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            kind, body = await _packet(reader)
            if kind == _CONNECT:
                writer.write(CONNECTED)
            elif kind == _PINGREQ:
                writer.write(_PING_ANSWER)
            elif kind == _PUBLISH:
                writer.write(_judged(body, code, of, identifier_off_by))

    return answer


def _judged(body: bytes, code: int, of: bytes, identifier_off_by: int) -> bytes:
    end = 2 + int.from_bytes(body[:2], "big")
    judged = of in body[2:end]
    identifier = int.from_bytes(body[end : end + 2], "big") + identifier_off_by * judged
    return b"\x40\x03" + (identifier & 0xFFFF).to_bytes(2, "big") + bytes([code * judged])


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return the type and the body of the next packet (MQTT 5, 2.1)."""
    kind = (await reader.readexactly(1))[0] >> 4
    size, shift = 0, 0
    while True:
        digit = (await reader.readexactly(1))[0]
        size |= (digit & 127) << shift
        shift += 7
        if digit < 128:
            return kind, await reader.readexactly(size)


async def _hear_out(reader: asyncio.StreamReader) -> None:
    while await reader.read(_READ_BYTES):
        continue
