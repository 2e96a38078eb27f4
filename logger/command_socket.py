"""Orders over a Unix socket in the data directory: one JSON line each way.

``{"order": "session.start", "arguments": {...}}`` is answered by
``{"ok": true, "result": ...}`` or ``{"ok": false, "reason": "...", "mend": "..."}``.
The caller's account is taken from the socket (SO_PEERCRED), never from the message.
"""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from logger.errors import CommandRefused, ConfigError, NotRunning

SOCKET_NAME = "command.sock"
LINE_LIMIT = 1 << 16
REPLY_TIMEOUT_S = 15.0

Handler = Callable[[str, dict[str, Any], str], Awaitable[Any]]
"""Carries out ``(order, arguments, actor)``; returns what can be said in JSON."""


class Order(msgspec.Struct, forbid_unknown_fields=True):
    order: str
    arguments: dict[str, Any] = {}


class Reply(msgspec.Struct, omit_defaults=True):
    ok: bool
    result: Any = None
    reason: str = ""
    mend: str = ""


@contextlib.contextmanager
def _reachable(data_dir: Path) -> Iterator[str]:
    """Yield a path to the socket that is short enough for a socket address (108 bytes)."""
    descriptor = os.open(data_dir, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET_NAME}"
    finally:
        os.close(descriptor)


@contextlib.asynccontextmanager
async def command_server(data_dir: Path, handle: Handler) -> AsyncIterator[None]:
    """Listen for orders while the context lasts; the instance lock must be held.

    ConfigError where the data directory takes no socket.
    """
    listener = _listening(data_dir)
    connections: set[asyncio.Task[Any]] = set()

    # No coroutine: asyncio would log the cancellation at the end as an error.
    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.ensure_future(_serve(reader, writer, handle))
        connections.add(serving)
        serving.add_done_callback(connections.discard)

    server = await asyncio.start_unix_server(serve, sock=listener, limit=LINE_LIMIT)
    try:
        yield
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        (data_dir / SOCKET_NAME).unlink(missing_ok=True)


def _listening(data_dir: Path) -> socket.socket:
    """Return the socket, for its owner alone."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    previous = os.umask(0o177)
    try:
        (data_dir / SOCKET_NAME).unlink(missing_ok=True)
        with _reachable(data_dir) as path:
            listener.bind(path)
    except OSError as error:
        listener.close()
        raise ConfigError(
            str(data_dir / SOCKET_NAME),
            f"the socket for orders cannot be made: {error.strerror}",
            "Remove what stands there, or use a data directory on a drive that takes sockets.",
        ) from error
    finally:
        os.umask(previous)
    return listener


async def _serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handler
) -> None:
    actor = _peer(writer)
    with contextlib.closing(writer), contextlib.suppress(ConnectionError):
        while True:
            try:
                line = await reader.readline()
            except ValueError:
                reply = Reply(ok=False, reason=f"an order is at most {LINE_LIMIT} bytes")
                writer.write(msgspec.json.encode(reply) + b"\n")
                return
            if not line.endswith(b"\n"):
                return
            writer.write(msgspec.json.encode(await answer_order(line, actor, handle)) + b"\n")
            await writer.drain()


async def answer_order(line: bytes, actor: str, handle: Handler) -> Reply:
    """Return the answer to one line, whatever it says."""
    try:
        order = msgspec.json.decode(line, type=Order)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Reply(ok=False, reason=f"not an order: {error}")
    try:
        return Reply(ok=True, result=await handle(order.order, order.arguments, actor))
    except CommandRefused as refused:
        return Reply(ok=False, reason=refused.reason, mend=refused.mend)


def _peer(writer: asyncio.StreamWriter) -> str:
    peer: socket.socket = writer.get_extra_info("socket")
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, uid, _ = struct.unpack("3i", credentials)
    return f"uid:{uid}"


def send_order(data_dir: Path, order: str, arguments: dict[str, Any]) -> Any:
    """Return the recorder's result of ``order``; blocks for it.

    Raises :class:`CommandRefused` with the recorder's words, or :class:`NotRunning`.
    """
    line = msgspec.json.encode(Order(order=order, arguments=arguments)) + b"\n"
    try:
        with _reachable(data_dir) as path, socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(REPLY_TIMEOUT_S)
            connection.connect(path)
            connection.sendall(line)
            with connection.makefile("rb") as answers:
                answer = answers.readline()
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError) as error:
        raise NotRunning(
            f"no recorder is running in {data_dir}", "Start it with `needlelog run`"
        ) from error
    except OSError as error:
        raise CommandRefused(
            f"the recorder in {data_dir} does not answer ({error})", "Look at its log"
        ) from error
    try:
        reply = msgspec.json.decode(answer, type=Reply)
    except msgspec.DecodeError:
        raise CommandRefused(
            "the recorder ended before it answered", "Look whether the order was carried out"
        ) from None
    if not reply.ok:
        raise CommandRefused(reply.reason, reply.mend)
    return reply.result
