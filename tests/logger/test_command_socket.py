"""Orders over the Unix socket: one line each way, the account taken from the kernel."""

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from logger.command_socket import LINE_LIMIT, SOCKET_NAME, command_server, send_order
from logger.errors import CommandRefused, NotRunning


async def _echo(order: str, arguments: dict[str, Any], actor: str) -> Any:
    return {"order": order, "arguments": arguments, "actor": actor}


async def _refuse(order: str, arguments: dict[str, Any], actor: str) -> Any:
    raise CommandRefused("not now", "Try later")


async def _order(data_dir: Path, order: str = "status", **arguments: Any) -> Any:
    return await asyncio.to_thread(send_order, data_dir, order, arguments)


@asynccontextmanager
async def _connected(data_dir: Path) -> AsyncIterator[tuple[asyncio.StreamReader, Any]]:
    reader, writer = await asyncio.open_unix_connection(data_dir / SOCKET_NAME, limit=1 << 20)
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


async def _raw(data_dir: Path, line: bytes) -> dict[str, Any]:
    async with _connected(data_dir) as (reader, writer):
        writer.write(line)
        answer = msgspec.json.decode(await reader.readline())
    assert isinstance(answer, dict)
    return answer


async def test_an_order_is_answered_with_its_result(tmp_path: Path) -> None:
    async with command_server(tmp_path, _echo):
        answer = await _order(tmp_path, "session", side="left")
    assert (answer["order"], answer["arguments"]) == ("session", {"side": "left"})


async def test_the_actor_is_the_account_that_the_kernel_names(tmp_path: Path) -> None:
    async with command_server(tmp_path, _echo):
        answer = await _order(tmp_path, "session", actor="uid:0-or-so")
    assert answer["actor"] == f"uid:{os.getuid()}"


async def test_a_refusal_keeps_its_words(tmp_path: Path) -> None:
    async with command_server(tmp_path, _refuse):
        with pytest.raises(CommandRefused) as caught:
            await _order(tmp_path)
    assert (caught.value.reason, caught.value.mend) == ("not now", "Try later")


@pytest.mark.parametrize(
    "line", [b"hello\n", b"[]\n", b'{"order": 1}\n', b'{"order": "x", "more": 1}\n', b"\xff\xfe\n"]
)
async def test_what_is_no_order_is_told_so(tmp_path: Path, line: bytes) -> None:
    async with command_server(tmp_path, _echo):
        answer = await _raw(tmp_path, line)
    assert not answer["ok"]
    assert answer["reason"].startswith("not an order: ")


async def test_an_order_that_is_too_long_is_refused(tmp_path: Path) -> None:
    async with command_server(tmp_path, _echo):
        answer = await _raw(tmp_path, b'"' + b"x" * (LINE_LIMIT * 2) + b'"\n')
    assert answer == {"ok": False, "reason": f"an order is at most {LINE_LIMIT} bytes"}


async def test_several_orders_go_over_one_connection(tmp_path: Path) -> None:
    async with command_server(tmp_path, _echo), _connected(tmp_path) as (reader, writer):
        for name in (b"one", b"two"):
            writer.write(b'{"order": "' + name + b'"}\n')
            assert name in await reader.readline()


async def test_a_caller_that_goes_away_harms_nobody(tmp_path: Path) -> None:
    async with command_server(tmp_path, _echo):
        async with _connected(tmp_path) as (_, writer):
            writer.write(b'{"order": "half')
        assert (await _order(tmp_path))["order"] == "status"


async def test_only_its_owner_may_use_the_socket(tmp_path: Path) -> None:
    async with command_server(tmp_path, _echo):
        mode = (tmp_path / SOCKET_NAME).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


async def test_the_socket_goes_with_the_server(tmp_path: Path) -> None:
    async with command_server(tmp_path, _echo):
        assert (tmp_path / SOCKET_NAME).exists()
    assert not (tmp_path / SOCKET_NAME).exists()


async def test_a_socket_that_a_kill_left_behind_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(tmp_path / SOCKET_NAME))
    with pytest.raises(NotRunning):
        await _order(tmp_path)
    async with command_server(tmp_path, _echo):
        assert (await _order(tmp_path))["order"] == "status"


async def test_a_data_directory_with_a_long_path_will_do(tmp_path: Path) -> None:
    data_dir = tmp_path / ("long" * 40)
    data_dir.mkdir()
    async with command_server(data_dir, _echo):
        assert (await _order(data_dir))["order"] == "status"


@pytest.mark.parametrize("place", ["", "none"])
def test_without_a_recorder_the_caller_is_told(tmp_path: Path, place: str) -> None:
    with pytest.raises(NotRunning) as caught:
        send_order(tmp_path / place, "status", {})
    assert caught.value.reason == f"no recorder is running in {tmp_path / place}"
    assert caught.value.mend == "Start it with `needlelog run`"


async def test_a_server_that_ends_meanwhile_is_told(tmp_path: Path) -> None:
    began = asyncio.Event()

    async def hang(order: str, arguments: dict[str, Any], actor: str) -> Any:
        began.set()
        await asyncio.sleep(3600)

    async with command_server(tmp_path, hang):
        asked = asyncio.create_task(_order(tmp_path))
        await began.wait()
    with pytest.raises(CommandRefused, match="ended before it answered"):
        await asked
