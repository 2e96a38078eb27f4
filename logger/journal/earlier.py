"""What was recovered of files that were set aside, for the reader of their successor."""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from logger.errors import JournalError
from logger.journal.entry import Entry
from logger.journal.files import recovered_path, set_aside_files

_Answer = TypeVar("_Answer")

if TYPE_CHECKING:
    from logger.journal.reader import JournalReader

log = logging.getLogger(__name__)


class Earlier:
    """The recovered files of a data directory, as they are there at each call.

    `needlelog recover` may bring another one at any time. One that cannot be read is told
    in the log once and left out: recording does not end for want of it.
    """

    def __init__(self, data_dir: Path, open_file: "Callable[[Path], JournalReader]") -> None:
        self._data_dir = data_dir
        self._open_file = open_file
        self._readers: dict[Path, JournalReader | None] = {}

    def read(
        self,
        after: int,
        limit: int,
        *,
        kinds: Sequence[str] | None,
        stream: str | None,
        to: int | None,
    ) -> list[Entry]:
        """Return entries as :meth:`JournalReader.read` does, of the first file that has any."""

        def ask(file: "JournalReader") -> list[Entry]:
            found = file.read(after, limit, kinds=kinds, stream=stream, to=to)
            return [replace(entry, journal=file.id) for entry in found]

        return next(filter(None, self._each(ask)), [])

    def newest(self, ask: "Callable[[JournalReader], Entry | None]") -> Entry | None:
        """Return the answer of the newest file that has one."""
        return next(filter(None, self._each(ask, newest_first=True)), None)

    def position_at(self, time_ns: int) -> int | None:
        """Return the first position of that time or later; None if all is earlier."""

        def ask(file: "JournalReader") -> int | None:
            last = file.last()
            return file.position_at(time_ns) if last and last.time_ns >= time_ns else None

        return next(filter(None, self._each(ask)), None)

    def close(self) -> None:
        """Let go of the files; idempotent."""
        for reader in self._readers.values():
            if reader is not None:
                reader.close()

    def _each(
        self, ask: "Callable[[JournalReader], _Answer]", newest_first: bool = False
    ) -> Iterator[_Answer]:
        paths = list(map(recovered_path, set_aside_files(self._data_dir)))
        for path in paths[::-1] if newest_first else paths:
            try:
                reader = self._reader(path)
                if reader is not None:
                    yield ask(reader)
            except JournalError as error:
                log.error("what was recovered is left out: %s", error)
                self._leave_out(path)

    def _leave_out(self, path: Path) -> None:
        reader, self._readers[path] = self._readers.get(path), None
        if reader is not None:
            reader.close()

    def _reader(self, path: Path) -> "JournalReader | None":
        if path not in self._readers:
            if not path.exists():
                return None
            self._readers[path] = self._open_file(path)
        return self._readers[path]
