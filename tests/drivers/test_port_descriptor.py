"""Reading devices and sockets with the event loop."""

import asyncio
import contextlib
import os
import socket
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.errors import LinkLost
from drivers.port import Port, open_url
from drivers.profile.schema import PortSettings
from tests.support.ports import PATIENCE_S, eventually, read_exactly
from tests.support.pty import PtyPen

SETTINGS = PortSettings()


async def test_one_read_takes_all_that_waits() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        for _ in range(40):
            pen.say(b"26 bytes of a sample frame")
        await eventually(lambda: pen.waiting_bytes() == 40 * 26)
        assert len(await port.read()) == 40 * 26


async def test_bytes_that_come_one_by_one_all_arrive_in_order() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        received = b""
        for byte in range(256):
            pen.say(bytes([byte]))
            received += await port.read()
        assert received == bytes(range(256))


async def test_a_read_waits_for_the_pen() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        reading = asyncio.create_task(port.read())
        await asyncio.sleep(0)
        assert not reading.done()
        pen.say(b"now")
        assert await reading == b"now"


async def test_unplugging_ends_a_pending_read() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        reading = asyncio.create_task(port.read())
        await asyncio.sleep(0)
        pen.unplug()
        with pytest.raises(LinkLost, match="unplugged"):
            await reading


async def test_an_unplugged_port_says_so_on_every_read() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        pen.unplug()
        for _ in range(3):
            with pytest.raises(LinkLost, match="unplugged"):
                await port.read()


async def test_an_unplugged_port_leaves_the_loop_at_once() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        pen.unplug()
        with pytest.raises(LinkLost):
            await port.read()
        assert registered_count() == 0


async def test_bytes_that_nobody_reads_do_not_keep_the_loop_busy() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        pen.say(b"a")
        await port.read()
        pen.say(b"b")
        await eventually(lambda: registered_count() == 0)
        assert await port.read() == b"b"


async def test_a_cancelled_read_loses_nothing() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        sent = bytes(range(200))
        received = b""
        for byte in sent:
            reading = asyncio.create_task(port.read())
            await asyncio.sleep(0)
            pen.say(bytes([byte]))
            # The bytes are read in this turn of the loop, before the task can go on.
            await asyncio.sleep(0)
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                received += await reading
        received += await read_exactly(port, len(sent) - len(received))
        assert received == sent


async def test_read_now_gives_all_that_arrived_and_never_waits() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        assert port.read_now() == b""
        pen.say(b"one")
        pen.say(b"two")
        assert port.read_now() == b"onetwo"
        assert port.read_now() == b""


async def test_read_now_takes_its_bytes_before_a_pending_read() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        reading = asyncio.create_task(port.read())
        await asyncio.sleep(0)
        pen.say(b"first")
        # One turn later the loop has read the bytes, and the task has not gone on yet.
        await asyncio.sleep(0)
        pen.say(b"second")
        assert port.read_now() == b"firstsecond"
        pen.say(b"third")
        assert await reading == b"third"


async def test_read_now_gives_the_last_bytes_before_it_tells_that_the_link_is_lost(
    server: socket.socket,
) -> None:
    with open_url(url_of(server), SETTINGS) as port:
        with server.accept()[0] as connection:
            connection.sendall(b"last")
        assert await port.read() == b"last"
        with pytest.raises(LinkLost, match="unplugged"):
            port.read_now()


async def test_reading_now_tells_of_an_unplugged_port() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        pen.unplug()
        with pytest.raises(LinkLost, match="unplugged"):
            port.read_now()


async def test_a_spurious_wake_up_is_no_lost_link() -> None:
    with PtyPen() as pen, open_url(pen.path, PortSettings(exclusive=False)) as port:
        reading = asyncio.create_task(port.read())
        await asyncio.sleep(0)
        pen.say(b"taken by someone else")
        thief = os.open(pen.path, os.O_RDWR | os.O_NOCTTY)
        termios.tcflush(thief, termios.TCIFLUSH)
        os.close(thief)
        for _ in range(5):
            await asyncio.sleep(0)
        pen.say(b"kept")
        assert await reading == b"kept"


async def test_closing_ends_a_pending_read() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        reading = asyncio.create_task(port.read())
        await asyncio.sleep(0)
        port.close()
        with pytest.raises(LinkLost, match="closed"):
            await reading
        assert registered_count() == 0


async def test_a_closed_port_neither_reads_nor_writes() -> None:
    with PtyPen() as pen:
        port = open_url(pen.path, SETTINGS)
        port.close()
        port.close()
        with pytest.raises(LinkLost, match="closed"):
            await port.read()
        with pytest.raises(LinkLost, match="closed"):
            port.write(b"\x81")


async def test_opening_and_closing_leaks_no_descriptor() -> None:
    with PtyPen() as pen:
        open_url(pen.path, SETTINGS).close()
        before = open_descriptors()
        for _ in range(5):
            open_url(pen.path, SETTINGS).close()
        assert open_descriptors() == before


def test_a_port_outlives_the_loop_that_read_it() -> None:
    async def read(port: Port) -> bytes:
        return await port.read()

    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        pen.say(b"first")
        assert asyncio.run(read(port)) == b"first"
        pen.say(b"second")
        assert asyncio.run(read(port)) == b"second"


async def test_write_reaches_the_pen() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        port.write(b"\x04\x81\xaa\xbb\x00")
        assert pen.hear() == b"\x04\x81\xaa\xbb\x00"


async def test_writing_to_an_unplugged_pen_is_a_lost_link() -> None:
    with PtyPen() as pen, open_url(pen.path, SETTINGS) as port:
        pen.unplug()
        with pytest.raises(LinkLost, match="cannot write"):
            port.write(b"\x81")


async def test_a_socket_gives_what_the_server_says_from_its_first_byte(
    server: socket.socket,
) -> None:
    with open_url(url_of(server), SETTINGS) as port, server.accept()[0] as connection:
        connection.sendall(b"\x05frame" * 100)
        assert await read_exactly(port, 600) == b"\x05frame" * 100


async def test_a_socket_carries_what_is_written(server: socket.socket) -> None:
    with open_url(url_of(server), SETTINGS) as port, server.accept()[0] as connection:
        port.write(b"\x81")
        assert connection.recv(10) == b"\x81"


async def test_a_socket_server_that_goes_is_a_lost_link(server: socket.socket) -> None:
    with open_url(url_of(server), SETTINGS) as port:
        server.accept()[0].close()
        with pytest.raises(LinkLost, match="unplugged"):
            await asyncio.wait_for(port.read(), PATIENCE_S)


def test_a_socket_that_nobody_serves_can_be_tried_again(server: socket.socket) -> None:
    url = url_of(server)
    server.close()
    with pytest.raises(LinkLost, match="no connection"):
        open_url(url, SETTINGS)


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def url_of(server: socket.socket) -> str:
    return f"socket://127.0.0.1:{server.getsockname()[1]}"


def open_descriptors() -> list[str]:
    return sorted(link.name for link in Path("/proc/self/fd").iterdir())


def registered_count() -> int:
    """Return how many descriptors the running loop watches besides its own."""
    selector = asyncio.get_running_loop()._selector  # type: ignore[attr-defined]
    # asyncio keeps its wake-up socket there too; nothing public tells the number.
    return len(selector.get_map()) - 1
