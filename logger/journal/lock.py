"""One needlelog per data directory."""

import fcntl
import os
from pathlib import Path
from typing import Self

from logger.errors import CommandRefused
from logger.journal.files import LOCK_FILE


class InstanceLock:
    """The right to append to the journal of a data directory.

    The kernel takes it back when the process ends, however it ends. The file stays; it
    holds the process id of the last holder.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, data_dir: Path) -> Self:
        """Return the held lock; CommandRefused, naming the holder, if another process has it."""
        path = data_dir / LOCK_FILE
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise CommandRefused(
                f"another needlelog (process {holder or 'unknown'}) uses {data_dir}",
                "Stop it first, or name another data directory",
            ) from error
        lock = cls(descriptor)
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        except BaseException:
            lock.release()
            raise
        return lock

    def release(self) -> None:
        """Give the lock back; once is enough, more does no harm."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
