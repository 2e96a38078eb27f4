"""Room on the drive: whether a failure is for want of it, and a reserve for the last of it."""

import errno
import logging
import os
from pathlib import Path

import apsw

log = logging.getLogger(__name__)

RESERVE_FILE = "needlelog.reserve"
STEPS = 8
"""The reserve is given in so many parts: another program that fills the drive gets one, not all."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_NOTHING_LEFT_BYTES = 1 << 18
"""Too little for the files that SQLite must make to open a journal."""


def free_bytes(directory: Path) -> int:
    """Return how many bytes this user may still write to the drive of ``directory``."""
    drive = os.statvfs(directory)
    return drive.f_bavail * drive.f_frsize


def is_no_room(error: Exception, errno_below: int, directory: Path) -> bool:
    """Return whether ``error`` of SQLite or the system means that the drive, or a quota, is full.

    ``errno_below`` is what the connection says of the system's last error. Where SQLite
    could not make or stretch a file of its own it keeps no such number, so the room tells.
    """
    if isinstance(error, apsw.FullError):
        return True
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    if not isinstance(error, apsw.IOError | apsw.CantOpenError):
        return False
    return errno_below in NO_ROOM or _is_nothing_left(directory)


def _is_nothing_left(directory: Path) -> bool:
    try:
        return free_bytes(directory) < _NOTHING_LEFT_BYTES
    except OSError:
        # A drive that does not even say how full it is wants something else than room.
        return False


class Reserve:
    """Blocks of the drive held by a file, to be given back when nothing else is left.

    Nothing it does may fail a commit: what goes wrong is logged, and there is less.
    """

    def __init__(self, directory: Path, whole_bytes: int) -> None:
        self._path = directory / RESERVE_FILE
        self._whole_bytes = whole_bytes
        self._trouble = ""

    @property
    def held_bytes(self) -> int:
        """How much it holds now."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def fill(self, free: int) -> None:
        """Make it whole if as much as the whole is left over; ``free`` is in bytes."""
        held = self.held_bytes
        if held > self._whole_bytes:
            self._resize(self._whole_bytes)
        elif held < self._whole_bytes and free - (self._whole_bytes - held) >= self._whole_bytes:
            self._stretch(held)

    def give(self) -> bool:
        """Give a part of it to the drive; False if there is none left."""
        held = self.held_bytes
        if not held:
            return False
        part = max(1, self._whole_bytes // STEPS)
        return self._resize(max(0, held - part))

    def _stretch(self, held: int) -> None:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            self._tell(f"the reserve {self._path} cannot be made: {error.strerror}")
            return
        try:
            os.posix_fallocate(descriptor, held, self._whole_bytes - held)
            self._trouble = ""
        except OSError as error:
            os.ftruncate(descriptor, held)
            self._tell(f"the reserve {self._path} cannot be made: {error.strerror}")
        finally:
            os.close(descriptor)

    def _resize(self, size: int) -> bool:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            self._tell(f"the reserve {self._path} cannot be given: {error.strerror}")
            return False
        try:
            os.ftruncate(descriptor, size)
            # Some file systems lend freed blocks again only once they noted it.
            os.fsync(descriptor)
        except OSError as error:
            self._tell(f"the reserve {self._path} cannot be given: {error.strerror}")
            return False
        finally:
            os.close(descriptor)
        return True

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            log.warning("%s", trouble)
        self._trouble = trouble
