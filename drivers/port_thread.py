"""A port without a file descriptor (``rfc2217://``, ``loop://``): a thread reads it."""

import asyncio
import threading
from typing import Self

import serial

from drivers.errors import LinkLost

BUFFER_LIMIT_BYTES = 1 << 20
"""Where the thread stops reading until the loop has taken something."""


class ThreadPort:
    """Reads an open pyserial object in a thread of its own; one task at a time may read.

    The thread owns ``device``: it closes it when the port is closed or the link is lost,
    because pyserial's network handlers sleep in ``close``. It ends within a second then.
    """

    simulated = False

    def __init__(self, name: str, device: serial.SerialBase) -> None:
        self.name = name
        self._device = device
        self._changed = threading.Condition()
        self._buffer = bytearray()
        self._failure: LinkLost | None = None
        self._closed = False
        self._waiter: asyncio.Future[None] | None = None
        threading.Thread(target=self._pump, name=f"port {name}", daemon=True).start()

    async def read(self) -> bytes:
        """Return what arrived, at least one byte, as soon as there is something.

        Raises :class:`LinkLost` when the other end is gone or the port is closed. A
        cancelled read loses nothing.
        """
        # The thread may fill as fast as this task takes; the others want their turn.
        await asyncio.sleep(0)
        while not (data := self.read_now()):
            waiter = self._wait()
            try:
                await waiter
            finally:
                with self._changed:
                    self._waiter = None
        return data

    def read_now(self) -> bytes:
        """Return all that has arrived, b"" for nothing; never waits.

        Raises :class:`LinkLost` as :meth:`read` does.
        """
        with self._changed:
            if self._closed:
                raise LinkLost(f"{self.name}: the port is closed")
            if self._failure is not None and not self._buffer:
                raise self._failure
            data = bytes(self._buffer)
            self._buffer.clear()
            self._changed.notify_all()
            return data

    def write(self, data: bytes) -> None:
        """Send ``data`` whole or raise :class:`LinkLost`. Only ever used to ask for IDENTITY."""
        try:
            self._device.write(data)
        except serial.SerialException as error:
            raise LinkLost(f"{self.name}: cannot write ({error})") from error

    def close(self) -> None:
        """Close the port; a pending read ends with :class:`LinkLost`. May be called again."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            self._wake()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wait(self) -> asyncio.Future[None]:
        """Return what is resolved once a read would give something."""
        with self._changed:
            waiter = self._waiter = asyncio.get_running_loop().create_future()
            if self._closed or self._failure is not None or self._buffer:
                waiter.set_result(None)
            return waiter

    def _pump(self) -> None:
        try:
            while self._has_room():
                self._hand_over(self._device.read(max(1, self._device.in_waiting)))
        except serial.SerialException as error:
            self._fail(LinkLost(f"{self.name}: unplugged ({error})"))
        finally:
            self._device.close()

    def _has_room(self) -> bool:
        """Wait until there is room; return False once the port is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._buffer) < BUFFER_LIMIT_BYTES)
            return not self._closed

    def _hand_over(self, data: bytes) -> None:
        if not data:
            return
        with self._changed:
            self._buffer += data
            self._wake()

    def _fail(self, failure: LinkLost) -> None:
        with self._changed:
            self._failure = failure
            self._wake()

    def _wake(self) -> None:
        # Under the lock: a waiter that is still set has a loop that still runs.
        if self._waiter is not None:
            waiter, self._waiter = self._waiter, None
            waiter.get_loop().call_soon_threadsafe(_resolve, waiter)


def _resolve(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
