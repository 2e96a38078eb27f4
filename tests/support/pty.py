"""A pen's end of a pseudo-terminal, for tests that open the other end as a device."""

import array
import fcntl
import os
import pty
import termios
import tty
from typing import Self


class PtyPen:
    """Holds the master; ``path`` is the device to open. Closing it is unplugging."""

    def __init__(self) -> None:
        self._master, slave = pty.openpty()
        self.path = os.ttyname(slave)
        tty.setraw(slave)
        # Held open, so that the device survives being closed and opened again.
        self._slave = slave
        self._plugged = True

    def say(self, data: bytes) -> None:
        """Send ``data`` to whoever has the device open."""
        os.write(self._master, data)

    def waiting_bytes(self) -> int:
        """Return how many bytes of what was said have reached the device and wait there."""
        count = array.array("i", [0])
        fcntl.ioctl(self._slave, termios.FIONREAD, count)
        return count[0]

    def hear(self) -> bytes:
        """Return what was written to the device, waiting for it."""
        return os.read(self._master, 65_536)

    def heard(self) -> bytes:
        """Return what was written to the device so far, b"" if nothing."""
        os.set_blocking(self._master, False)
        try:
            return os.read(self._master, 65_536)
        except BlockingIOError:
            return b""
        finally:
            os.set_blocking(self._master, True)

    def unplug(self) -> None:
        """Take the device away. May be called again."""
        if self._plugged:
            self._plugged = False
            os.close(self._slave)
            os.close(self._master)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()
