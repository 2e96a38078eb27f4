"""A port over a file descriptor: terminals and sockets, read by the event loop itself."""

import asyncio
import errno
import os
from collections.abc import Callable
from typing import Self

from drivers.errors import LinkLost

READ_SIZE_BYTES = 65_536
"""More than any driver buffers, so one call empties the kernel's side."""


class DescriptorPort:
    """Reads a non-blocking descriptor; one task at a time may read.

    ``release`` closes the descriptor; it is called once.

    The descriptor stays with the loop while reads follow one another, which saves two
    system calls a read. The first bytes that come while nobody reads take it out again:
    they wait in the kernel, and the loop does not spin on them.
    """

    simulated = False

    def __init__(self, name: str, fd: int, release: Callable[[], None]) -> None:
        self.name = name
        self._fd = fd
        self._release: Callable[[], None] | None = release
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._held = b""

    async def read(self) -> bytes:
        """Return what arrived, at least one byte, as soon as there is something.

        Raises :class:`LinkLost` when the other end is gone or the port is closed. A
        cancelled read loses nothing: its bytes come with the next one.
        """
        while not self._held:
            waiter = self._wait()
            try:
                await waiter
            finally:
                self._waiter = None
        data, self._held = self._held, b""
        return data

    def read_now(self) -> bytes:
        """Return all that has arrived, b"" for nothing; never waits.

        Raises :class:`LinkLost` as :meth:`read` does. May be called while a read is
        pending, and then takes the bytes before it.
        """
        self._check_open()
        try:
            self._held += self._take()
        except LinkLost:
            if not self._held:
                raise
        data, self._held = self._held, b""
        return data

    def write(self, data: bytes) -> None:
        """Send ``data`` whole or raise :class:`LinkLost`. Only ever used to ask for IDENTITY."""
        self._check_open()
        try:
            sent = os.write(self._fd, data)
        except OSError as error:
            raise LinkLost(f"{self.name}: cannot write ({error.strerror})") from error
        if sent < len(data):
            raise LinkLost(f"{self.name}: took {sent} of {len(data)} bytes")

    def close(self) -> None:
        """Close the port; a pending read ends with :class:`LinkLost`. May be called again."""
        if self._release is None:
            return
        self._leave_loop()
        release, self._release, self._held = self._release, None, b""
        release()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(LinkLost(f"{self.name}: the port was closed"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check_open(self) -> None:
        if self._release is None:
            raise LinkLost(f"{self.name}: the port is closed")

    def _wait(self) -> asyncio.Future[None]:
        self._check_open()
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        if self._loop is not loop:
            self._leave_loop()
            loop.add_reader(self._fd, self._on_readable)
            self._loop = loop
        return self._waiter

    def _on_readable(self) -> None:
        waiter = self._waiter
        if waiter is None or waiter.done():
            self._leave_loop()
            return
        try:
            self._held = self._take()
        except LinkLost as error:
            self._leave_loop()
            waiter.set_exception(error)
            return
        if self._held:
            waiter.set_result(None)

    def _take(self) -> bytes:
        """Return what the kernel holds, b"" for nothing."""
        try:
            data = os.read(self._fd, READ_SIZE_BYTES)
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError as error:
            # EIO is how the kernel tells of it, when it does not say "end of file".
            detail = "" if error.errno == errno.EIO else f" ({error.strerror})"
            raise LinkLost(f"{self.name}: unplugged{detail}") from error
        if not data:
            raise LinkLost(f"{self.name}: unplugged")
        return data

    def _leave_loop(self) -> None:
        if self._loop is not None:
            self._loop.remove_reader(self._fd)
            self._loop = None
