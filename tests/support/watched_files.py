"""What the program under test calls, SQLite's files and ``os``, told to a watched drive."""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import apsw

from tests.support.unsynced import Change, File, Folder, Write
from tests.support.watched_drive import Drive

_BELOW = "unix"
_CALLS = ("open", "mkdir", "replace", "unlink", "fsync", "write", "pwrite")
_WITH_NAME_SYNCED = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL


class _File(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int], drive: Drive) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._path = Path(path or "/nowhere")
        self._drive = drive
        creates = bool(flags[0] & apsw.SQLITE_OPEN_CREATE)
        if creates:
            _create(drive, self._path, drive.write_failed)
        super().__init__(_BELOW, name, flags)
        node = drive.node(self._path)
        self._node = node if isinstance(node, File) else File()
        # As SQLite's own file does: the first sync of a new log syncs its name as well.
        self._name_unsynced = creates and bool(flags[0] & _WITH_NAME_SYNCED)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802 - SQLite's name
        def write(part: bytes) -> None:
            super(_File, self).xWrite(part, offset)
            self._drive.write(self._path, self._node, Write(offset, part))

        def fail() -> None:
            write(bytes(data)[: len(data) // 2])
            self._drive.write_failed()

        self._drive.call(lambda: write(bytes(data)), fail)

    def xLock(self, level: int) -> None:  # noqa: N802 - SQLite's name
        # Read-only files cannot be locked for writing. SQLite takes the error, when it tries
        # that on closing, for "not now"; an exception would come out at its caller.
        try:
            super().xLock(level)
        except apsw.IOError as error:
            raise apsw.BusyError(str(error)) from error

    def xTruncate(self, size: int) -> None:  # noqa: N802 - SQLite's name
        def do() -> None:
            super(_File, self).xTruncate(size)
            self._drive.truncate(self._path, self._node, size)

        self._drive.call(do, self._drive.write_failed)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        def fail() -> None:
            self._drive.fail_sync(self._path, self._node)
            self._drive.sync_failed()

        self._drive.call(self._node.sync, fail)
        folder = self._drive.folder(self._path)
        if self._name_unsynced and folder is not None:
            self._drive.call(folder.sync, self._drive.sync_failed)
            self._name_unsynced = False


class _FileSystem(apsw.VFS):
    def __init__(self, drive: Drive) -> None:
        self._drive = drive
        super().__init__("watched", _BELOW, makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's name
        return _File(name, flags, self._drive)

    def xGetLastError(self) -> tuple[int, str]:  # noqa: N802 - SQLite's name
        return self._drive.error_number, ""

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name
        path = Path(filename)
        folder = self._drive.folder(path)
        if folder is None:
            super().xDelete(filename, syncdir)
            return

        def do() -> None:
            super(_FileSystem, self).xDelete(filename, False)
            folder.change({path.name: None})

        self._drive.call(do, self._drive.write_failed)
        if syncdir:
            self._drive.call(folder.sync, self._drive.sync_failed)


def _create(drive: Drive, path: Path, fail: Any) -> None:
    folder = drive.folder(path)
    if folder is not None and path.name not in folder.entries:
        drive.call(partial(folder.change, {path.name: File()}), fail)


class _Os:
    """Stands before the calls of ``os`` that change names or sync."""

    def __init__(self, drive: Drive) -> None:
        self._drive = drive
        self._open, self._mkdir, self._fsync = os.open, os.mkdir, os.fsync
        self._replace, self._unlink = os.replace, os.unlink
        self._write, self._pwrite = os.write, os.pwrite

    def open(self, path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & os.O_CREAT:
            _create(self._drive, Path(path), self._drive.os_failed)
        node = self._drive.node(Path(path)) if flags & os.O_TRUNC else None
        if isinstance(node, File) and (node.pending or node.durable):
            self._drive.truncate(Path(path), node, 0)
        return self._open(path, flags, *more, **named)

    def write(self, descriptor: int, data: bytes) -> int:
        at = partial(os.lseek, descriptor, 0, os.SEEK_CUR)
        return self._put(descriptor, data, at, partial(self._write, descriptor, data))

    def pwrite(self, descriptor: int, data: bytes, offset: int) -> int:
        really = partial(self._pwrite, descriptor, data, offset)
        return self._put(descriptor, data, lambda: offset, really)

    def mkdir(self, path: Any, *more: Any, **named: Any) -> None:
        change: Change = {Path(path).name: Folder()}
        self._change(path, change, partial(self._mkdir, path, *more, **named))

    def replace(self, source: Any, target: Any, **named: Any) -> None:
        change = {Path(source).name: None, Path(target).name: self._drive.node(Path(source))}
        self._change(source, change, partial(self._replace, source, target, **named))

    def unlink(self, path: Any, **named: Any) -> None:
        self._change(path, {Path(path).name: None}, partial(self._unlink, path, **named))

    def fsync(self, descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        node = self._drive.node(path)
        if isinstance(node, Folder):
            self._drive.call(node.sync, self._drive.os_failed)
        elif node is not None and stat.S_ISREG(os.fstat(descriptor).st_mode):
            self._sync_file(path, node)
        else:
            self._fsync(descriptor)

    def _put(self, descriptor: int, data: bytes, at: Any, really: Any) -> int:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        node = self._drive.node(path)
        if not isinstance(node, File):
            return int(really())

        def do() -> None:
            offset = at()
            really()
            self._drive.write(path, node, Write(offset, bytes(data)))

        self._drive.call(do, self._drive.os_failed)
        return len(data)

    def _sync_file(self, path: Path, node: File) -> None:
        def fail() -> None:
            self._drive.fail_sync(path, node)
            self._drive.os_failed()

        self._drive.call(partial(self._drive.sync_again, path, node), fail)

    def _change(self, path: Any, change: Change, really: Any) -> None:
        folder = self._drive.folder(Path(path))
        if folder is None:
            really()
            return

        def do() -> None:
            really()
            folder.change(change)

        self._drive.call(do, self._drive.os_failed)


@contextmanager
def watched_files(drive: Drive) -> Iterator[None]:
    """Let whatever is opened, made, synced or removed within the context go to ``drive``."""
    system = _FileSystem(drive)
    calls = _Os(drive)
    with ExitStack() as patches:
        patches.callback(system.unregister)
        for name in _CALLS:
            patches.enter_context(patch.object(os, name, getattr(calls, name)))
        patches.enter_context(patch.object(os, "rename", calls.replace))
        yield
