"""A file system beneath SQLite whose nth write or sync does something else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

_BELOW = "unix"


@dataclass(slots=True)
class Trouble:
    """At the ``at``-th write or sync (from 1), and after it if ``lasting``, ``strike`` is called.

    ``calls`` and ``bytes_written`` count what was asked for.
    ``strike`` gets ``write`` or ``sync`` and the file's name, and may raise, or end the process.
    """

    at: int
    strike: Callable[[str, str], None]
    lasting: bool = False
    calls: int = 0
    bytes_written: int = 0

    def count(self, call: str, file: str) -> None:
        self.calls += 1
        if self.calls == self.at or (self.lasting and self.calls > self.at):
            self.strike(call, file)


class _File(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int], trouble: Trouble) -> None:
        super().__init__(_BELOW, name, flags)
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._name = Path(path or "").name
        self._trouble = trouble

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802 - SQLite's name
        self._trouble.count("write", self._name)
        self._trouble.bytes_written += len(data)
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        self._trouble.count("sync", self._name)
        super().xSync(flags)


class _FileSystem(apsw.VFS):
    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble
        super().__init__("failing", _BELOW, makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's name
        return _File(name, flags, self._trouble)


@contextmanager
def failing_files(trouble: Trouble) -> Iterator[Trouble]:
    """Let files that SQLite opens within the context be struck by ``trouble``."""
    system = _FileSystem(trouble)
    try:
        yield trouble
    finally:
        system.unregister()


def out_of_space(call: str, file: str) -> None:
    """Refuse as a full disk does."""
    raise apsw.FullError(f"no space left to {call} {file}")


def broken_drive(call: str, file: str) -> None:
    """Refuse as a failing drive does."""
    raise apsw.IOError(f"the drive failed to {call} {file}")
