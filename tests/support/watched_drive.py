"""Files below SQLite and below ``os``, on a drive that loses what was not synced.

The real files hold what programs see; beside them ``tests.support.unsynced`` keeps what is on
the drive. Between the two stands one counter of calls: at the nth, power goes, the process
dies, the call fails, or it and all after it fail.
"""

import errno
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import apsw

from tests.support.unsynced import File, Folder, Truncate, Write

How = Literal["cut", "kill", "fail", "break"]


class Struck(BaseException):
    """The process is no more; like a real death, nothing in it can catch this."""


class Drive:
    """A directory ``root`` on a drive of its own. After a cut, ``root`` is another path.

    ``strike`` says at which call, from now on, what happens. Once the process is ``dead``,
    what is left of it changes nothing more, until ``restart`` or ``cut``. What fails does so
    for want of room if ``full``, else because the drive is broken.
    """

    def __init__(self, place: Path, chance: random.Random) -> None:
        self._place = place
        self._chance = chance
        self._folder = Folder()
        self._doubtful: set[Path] = set()
        self._cuts = 0
        self.root = place
        self.calls = 0
        self.dead = False
        self.failed = 0
        self.full = False
        self._strike_at = 0
        self._how: How = "cut"
        self._make_root()

    def strike(self, after_calls: int, how: How) -> None:
        self._strike_at = self.calls + after_calls
        self._how = how

    def call(self, do: Callable[[], None], fail: Callable[[], None]) -> None:
        """Carry out one call that changes something; ``fail`` raises what its caller expects."""
        if self.dead:
            return
        self.calls += 1
        broken = self._how == "break" and 0 < self._strike_at < self.calls
        if self.calls != self._strike_at and not broken:
            do()
        elif broken or self._how in ("fail", "break"):
            self.failed += not broken
            fail()
        else:
            if self._chance.random() < 0.5:
                do()
            self.dead = True
            raise Struck(self._how)

    def restart(self) -> None:
        """Go on after a death: the machine ran on, and what was written is seen still."""
        self.dead = False
        self._strike_at = 0

    def cut(self) -> None:
        """Go on after a power cut: what did not reach the drive is gone."""
        self._folder.cut(self._chance)
        self._doubtful.clear()
        self._cuts += 1
        self._make_root()
        self.restart()

    def node(self, path: Path) -> File | Folder | None:
        """Return what programs see at ``path``, None where nothing is or none of ours."""
        if not path.is_relative_to(self.root):
            return None
        node: File | Folder | None = self._folder
        for name in path.relative_to(self.root).parts:
            node = node.entries.get(name) if isinstance(node, Folder) else None
        return node

    def folder(self, path: Path) -> Folder | None:
        """Return the folder that holds ``path``, None where it is none of ours."""
        node = self.node(path.parent)
        return node if isinstance(node, Folder) else None

    def write(self, path: Path, node: File, write: Write) -> None:
        """Note that something was written to the real file."""
        node.pending.append(write)
        self._stamp(path)

    def truncate(self, path: Path, node: File, size: int) -> None:
        """Note that the real file was cut."""
        node.pending.append(Truncate(size))
        self._stamp(path)

    def sync_again(self, path: Path, node: File) -> None:
        """Sync a file that others than SQLite may have written.

        Linux forgets after a failed sync that there is something to write: only what was
        written anew, in whole, reaches the drive by a later sync.
        """
        node.sync()
        if path not in self._doubtful or path.stat().st_mtime_ns:
            node.durable[:] = path.read_bytes()
            self._doubtful.discard(path)

    def fail_sync(self, path: Path, node: File) -> None:
        """Some of what was written is on the drive, and nobody knows that the rest is not."""
        node.settle(self._chance)
        self._doubtful.add(path)
        self._stamp(path)

    def _stamp(self, path: Path) -> None:
        """Let a doubtful file be as old as can be, so that writing it by other ways shows."""
        if path in self._doubtful:
            os.utime(path, (0, 0))

    def _make_root(self) -> None:
        # Not the root before it is made: the drive would watch its own work.
        root = self._place / str(self._cuts)
        root.mkdir()
        for at in self._folder.folders():
            (root / at).mkdir()
        for at, content in self._folder.files():
            (root / at).write_bytes(content)
            if at.suffix == ".db" and self._chance.random() < 0.3:
                (root / f"{at}-shm").write_bytes(self._chance.randbytes(32768))
        self.root = root

    @property
    def error_number(self) -> int:
        """Why a call fails, as the system numbers it."""
        return errno.ENOSPC if self.full else errno.EIO

    def write_failed(self) -> None:
        """Fail as SQLite's own files do."""
        raise apsw.FullError("no room") if self.full else apsw.IOError("the drive failed")

    def sync_failed(self) -> None:
        """Fail as SQLite's own files do, which say so much of the cause."""
        failure: Any = apsw.IOError("the drive failed to sync")
        failure.extendedresult = apsw.SQLITE_IOERR_FSYNC
        raise failure

    def os_failed(self) -> None:
        """Fail as the system's calls do."""
        raise OSError(self.error_number, os.strerror(self.error_number))
