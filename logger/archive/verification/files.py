"""The journal's files as they lie, each with its id, for checks that go across all of them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from logger.journal.entry import Entry
from logger.journal.files import journal_path, recovered_path, set_aside_files
from logger.journal.reader import JournalReader
from logger.journal.recovered import recovered_or_none
from logger.journal.sealing import stored


class JournalFiles:
    """The recovered files of a data directory, oldest first, and the journal in use.

    Given a journal file, that alone. JournalError if one cannot be opened. Payloads that
    were pruned are not fetched from elsewhere.
    """

    def __init__(self, place: Path) -> None:
        damaged = set_aside_files(place) if place.is_dir() else []
        paths = [recovered_path(one) for one in damaged]
        self._stack = ExitStack()
        self.readers: list[JournalReader] = []
        self._lost: set[int] = set()
        for path in (*(one for one in paths if one.exists()), journal_path(place)):
            self.readers.append(self._stack.enter_context(JournalReader(path, stored)))
            recovered = recovered_or_none(path)
            self._lost.update(recovered.lost_payloads if recovered else ())

    @property
    def current(self) -> JournalReader:
        """The journal in use."""
        return self.readers[-1]

    def reader(self, journal: str) -> JournalReader | None:
        """Return the file with that id; None if it is not here."""
        return next((one for one in self.readers if one.id == journal), None)

    def entries(self, kinds: Sequence[str]) -> Iterator[tuple[JournalReader, Entry]]:
        """Yield all entries of ``kinds`` with the file that has them, in order."""
        for reader in self.readers:
            for entry in reader.entries(reader.first_position - 1, kinds=kinds):
                yield reader, entry

    def chain_hashes(self, first: int, last: int) -> dict[int, bytes]:
        """Return the chain hash of each entry from ``first`` to ``last`` by its position."""
        found: dict[int, bytes] = {}
        for reader in self.readers:
            found |= reader.chain_hashes(first, last)
        return found

    def without_payload(self) -> Iterator[tuple[int, str, str]]:
        """Yield position, kind and stream of entries whose payload is gone, but for lost ones."""
        for reader in self.readers:
            for one in reader.without_payload():
                if one[0] not in self._lost:
                    yield one

    def payloads_left(self, pen: str, first: int, last: int) -> Iterator[int]:
        """Yield the positions of a pen's blocks from ``first`` to ``last`` that lie in a file."""
        for reader in self.readers:
            yield from reader.payloads_left(pen, first, last)

    def with_payload(self, positions: Sequence[int]) -> Iterator[int]:
        """Yield those of ``positions`` whose entry still has its payload."""
        for position in positions:
            for reader in self.readers:
                for entry in reader.read(position - 1, 1, to=position):
                    if entry.payload is not None:
                        yield position

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
