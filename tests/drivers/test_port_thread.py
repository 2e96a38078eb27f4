"""Ports without a descriptor: a thread reads them."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest
import serial
from serial.rfc2217 import PortManager

from drivers.errors import LinkLost
from drivers.port import open_url
from drivers.port_thread import BUFFER_LIMIT_BYTES, ThreadPort
from drivers.profile.schema import PortSettings
from tests.support.ports import PATIENCE_S, eventually, read_exactly

SETTINGS = PortSettings()

pytestmark = pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")
# pyserial 3.5 starts its RFC 2217 thread in the old way.


async def test_a_loop_gives_back_what_was_written() -> None:
    with open_url("loop://", SETTINGS) as port:
        port.write(b"\x00frame\xff" * 50)
        assert await read_exactly(port, 350) == b"\x00frame\xff" * 50


async def test_a_cancelled_read_loses_nothing() -> None:
    with open_url("loop://", SETTINGS) as port:
        reading = asyncio.create_task(port.read())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
        port.write(b"kept")
        assert await read_exactly(port, 4) == b"kept"


async def test_read_now_gives_all_that_arrived_and_never_waits() -> None:
    with open_url("loop://", SETTINGS) as port:
        assert port.read_now() == b""
        port.write(b"later")
        received = b""
        while received != b"later":
            received += port.read_now()
            await asyncio.sleep(0)


async def test_closing_ends_a_pending_read() -> None:
    port = open_url("loop://", SETTINGS)
    reading = asyncio.create_task(port.read())
    await asyncio.sleep(0)
    port.close()
    port.close()
    with pytest.raises(LinkLost, match="closed"):
        await asyncio.wait_for(reading, PATIENCE_S)


async def test_closing_ends_the_thread_and_the_device() -> None:
    device = serial.serial_for_url("loop://", timeout=0.1)
    port = ThreadPort("to be closed", device)
    assert thread_names("to be closed") == 1
    port.close()
    await eventually(lambda: thread_names("to be closed") == 0)
    assert not device.is_open


async def test_the_thread_never_runs_far_ahead_of_the_reader() -> None:
    source = Fountain()
    received = 0
    ahead = []
    with ThreadPort("fountain", source) as port:
        await eventually(lambda: source.given >= BUFFER_LIMIT_BYTES)
        while received < 3 * BUFFER_LIMIT_BYTES:
            ahead.append(source.given - received)
            received += len(await port.read())
    assert BUFFER_LIMIT_BYTES <= max(ahead) < BUFFER_LIMIT_BYTES + 2 * Fountain.SIZE


async def test_bytes_stay_in_order_through_the_buffer() -> None:
    with ThreadPort("fountain", Fountain()) as port:
        received = await read_exactly(port, 2 * BUFFER_LIMIT_BYTES)
    pattern = bytes(range(251)) * (len(received) // 251 + 1)
    assert received == pattern[: len(received)]


async def test_a_failing_device_is_a_lost_link_after_its_last_bytes() -> None:
    with ThreadPort("failing", Fountain(last_read=2)) as port:
        assert len(await read_exactly(port, 2 * Fountain.SIZE)) == 2 * Fountain.SIZE
        for _ in range(2):
            with pytest.raises(LinkLost, match="unplugged"):
                await port.read()


async def test_rfc2217_gives_what_the_server_says() -> None:
    with Rfc2217Server() as server:
        port = await asyncio.to_thread(open_url, server.url, SETTINGS)
        with port:
            server.say(b"\x00\xff\xfb frame" * 20)
            assert await read_exactly(port, 180) == b"\x00\xff\xfb frame" * 20


async def test_rfc2217_carries_what_is_written() -> None:
    with Rfc2217Server() as server:
        port = await asyncio.to_thread(open_url, server.url, SETTINGS)
        with port:
            port.write(b"\x81\xff")
            await eventually(lambda: server.heard == b"\x81\xff")


async def test_rfc2217_sets_the_port_of_the_server() -> None:
    settings = PortSettings(baud_rate=921_600, parity="E", dtr=False, rts=False)
    with Rfc2217Server() as server:
        port = await asyncio.to_thread(open_url, server.url, settings)
        with port:
            assert (server.device.baudrate, server.device.parity) == (921_600, "E")
            await eventually(lambda: (server.device.dtr, server.device.rts) == (False, False))


async def test_an_rfc2217_server_that_goes_is_a_lost_link() -> None:
    with Rfc2217Server() as server:
        port = await asyncio.to_thread(open_url, server.url, SETTINGS)
        with port:
            server.close()
            with pytest.raises(LinkLost, match="unplugged"):
                await asyncio.wait_for(port.read(), PATIENCE_S)


def test_an_rfc2217_server_that_is_not_there_can_be_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
    with pytest.raises(LinkLost, match="no connection"):
        open_url(f"rfc2217://127.0.0.1:{number}", SETTINGS)


def thread_names(part: str) -> int:
    return sum(part in thread.name for thread in threading.enumerate())


class Fountain:
    """A device that always has bytes, until ``last_read`` reads were made."""

    SIZE = 251 * 64

    def __init__(self, last_read: int | None = None) -> None:
        self.given = 0
        self.in_waiting = self.SIZE
        self._left = last_read

    def read(self, _size: int) -> bytes:
        if self._left is not None:
            if self._left == 0:
                raise serial.SerialException("device disconnected")
            self._left -= 1
        self.given += self.SIZE
        return bytes(range(251)) * 64

    def close(self) -> None:
        self._left = 0


class Rfc2217Server:
    """One client's RFC 2217 server over a looped device, as pyserial's own example does it."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"rfc2217://127.0.0.1:{self._listener.getsockname()[1]}"
        self.device = serial.serial_for_url("loop://", timeout=0)
        self.heard = b""
        self._client: socket.socket | None = None
        self._manager: PortManager | None = None
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> "Rfc2217Server":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
        self._thread.join(PATIENCE_S)
        self._listener.close()

    def say(self, data: bytes) -> None:
        assert self._client is not None
        assert self._manager is not None
        self._client.sendall(b"".join(self._manager.escape(data)))

    def write(self, data: bytes) -> None:
        """Send what the manager answers: it takes this object for its connection."""
        assert self._client is not None
        self._client.sendall(data)

    def close(self) -> None:
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        self._client, _ = self._listener.accept()
        with self._client:
            self._manager = PortManager(self.device, self)
            for data in self._incoming():
                self.heard += b"".join(self._manager.filter(data))

    def _incoming(self) -> Iterator[bytes]:
        assert self._client is not None
        with contextlib.suppress(ConnectionError):
            while data := self._client.recv(1024):
                yield data
