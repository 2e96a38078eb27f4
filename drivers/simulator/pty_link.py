"""A PTY that looks like a pen's port: a link that any program can open by its path."""

import errno
import fcntl
import os
import pty
import select
import termios
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Self

from drivers.errors import ConfigError

_LOOK_AGAIN_S = 0.002
_DRAIN_BLIND_S = 0.3
_DRAIN_LOOKS = 1500
_DRAIN_EMPTY = 25
"""Looks in a row: the kernel hands over late what was written on a busy machine."""


class PtyLink:
    """A symbolic link to the reader's end of a PTY.

    As on a serial port, what is written while nobody has it open is lost; so when the
    last reader has left, the PTY is replaced by a fresh one, without stale bytes or a
    forgotten lock (TIOCEXCL) in it. Open the link anew, not the device behind it.
    """

    def __init__(self, path: Path) -> None:
        """Plug in; ConfigError where ``path`` cannot become the link."""
        self.path = path
        self._master: int | None = None
        self._poll = select.poll()
        self._device = ""
        self._had_reader = False
        _check_path(path)
        self.plug()

    def plug(self) -> None:
        """Make the link appear, to a new device; nothing happens where it is."""
        if self._master is None:
            master, device = _open_pty()
            try:
                _point(self.path, device)
            except ConfigError:
                os.close(master)
                raise
            self._had_reader = False
            self._take(master, device)

    def unplug(self) -> None:
        """Make link and device vanish; whoever reads gets an end of file or EIO."""
        if self._master is None:
            return
        if self.path.is_symlink() and str(self.path.readlink()) == self._device:
            self.path.unlink()
        os.close(self._master)
        self._master = None

    close = unplug

    @property
    def plugged(self) -> bool:
        """Whether the link is there."""
        return self._master is not None

    def has_reader(self) -> bool:
        """Return whether a program has the port open now."""
        if self._master is None:
            return False
        here = not self._events() & select.POLLHUP
        if self._had_reader and not here:
            self._replace(self._master)
        else:
            self._had_reader = here
        return self._had_reader

    def read(self) -> bytes:
        """Return what the reader's side has written, empty for nothing."""
        if self._master is None or not self._events() & select.POLLIN:
            return b""
        try:
            return os.read(self._master, 4096)
        except OSError as error:
            if error.errno == errno.EIO:
                return b""
            raise

    def write(self, data: bytes) -> int:
        """Return how many bytes the PTY took without waiting; 0 while unplugged."""
        taken = 0
        while self._master is not None and taken < len(data):
            try:
                taken += os.write(self._master, data[taken:] if taken else data)
            except BlockingIOError:
                break
        return taken

    def drain(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """Wait, a few seconds at most, until the reader has read all that was written."""
        if not self.has_reader():
            return
        try:
            reader_end = os.open(self._device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            # A reader that holds the port exclusively lets nobody look: give it time.
            sleep(_DRAIN_BLIND_S)
            return
        empty = 0
        for _ in range(_DRAIN_LOOKS):
            waiting = fcntl.ioctl(reader_end, termios.FIONREAD, bytes(4))
            empty = 0 if any(waiting) else empty + 1
            if empty == _DRAIN_EMPTY:
                break
            sleep(_LOOK_AGAIN_S)
        os.close(reader_end)

    def _take(self, master: int, device: str) -> None:
        self._master, self._device = master, device
        self._poll = select.poll()
        self._poll.register(master, select.POLLIN)

    def _events(self) -> int:
        return next((events for _, events in self._poll.poll(0)), 0)

    def _replace(self, old: int) -> None:
        """Swap in a fresh PTY, unless someone opened the old one meanwhile."""
        fresh, fresh_device = _open_pty()
        _point(self.path, fresh_device)
        self._had_reader = not self._events() & select.POLLHUP
        if self._had_reader:
            _point(self.path, self._device)
            os.close(fresh)
        else:
            self._take(fresh, fresh_device)
            os.close(old)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _open_pty() -> tuple[int, str]:
    """Return the master of a new raw PTY and its device; nobody has the device open.

    The device was open once: only from then on does the kernel report a hang-up.
    """
    master, device_end = pty.openpty()
    device = os.ttyname(device_end)
    tty.setraw(device_end)
    os.close(device_end)
    os.set_blocking(master, False)
    return master, device


def _check_path(path: Path) -> None:
    if path.exists() and not path.is_symlink():
        raise ConfigError(f"--link {path}", "exists and is no link", "Name a path that is free.")
    if not path.parent.is_dir():
        raise ConfigError(
            f"--link {path}", f"{path.parent} is no directory", "Make it, or name another path."
        )


def _point(path: Path, device: str) -> None:
    """Make ``path`` a link to ``device`` in one step, whatever link it was before."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(device)
        fresh.replace(path)
    except OSError as error:
        raise ConfigError(
            f"--link {path}", f"cannot be made ({error.strerror})", "Name a path you may write."
        ) from error
