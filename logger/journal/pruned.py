"""Blocks that were pruned, given their payloads back for whoever reads the journal.

``payloads.pruned`` entries say in which sealed file a block lies. What a file gives is
believed if it is what the entry's hash was made of, and left out otherwise.
"""

import logging
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock

from msgspec.structs import replace

from logger.errors import JournalError, PayloadsAway
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.sealed_files import SealedFiles

log = logging.getLogger(__name__)

PRUNED = "payloads.pruned"
CHUNKS_KEPT = 12
"""As many pieces of files, some 500 kB each, are kept for those who read on."""

ReadPruned = Callable[[int], Sequence[Entry]]
"""Returns the entries of :data:`PRUNED` beyond a position."""


@dataclass(frozen=True, slots=True)
class _Place:
    first: int
    last: int
    file: str


class PrunedBlocks:
    """Finds the payloads of pruned blocks. May be used from any thread.

    ``waits``: whether whoever asks waits for the file to be read, half a second at first.
    If not, PayloadsAway is raised, and :meth:`fetch`, called elsewhere, gets what was
    wanted last.
    """

    def __init__(self, data_dir: Path, *, waits: bool = True) -> None:
        self._data_dir = data_dir
        self._waits = waits
        self._files = SealedFiles(data_dir)
        self._places: dict[str, list[_Place]] = {}
        self._known_to = 0
        self._chunks: OrderedDict[tuple[str, int], dict[int, bytes]] = OrderedDict()
        self._wanted: tuple[str, int] | None = None
        self._told: set[str] = set()
        self._lock = Lock()

    def filled(self, entries: list[Entry], read_pruned: ReadPruned) -> list[Entry]:
        """Return ``entries`` with the payloads of those blocks that are in a sealed file.

        Where one would have to be waited for: those before it, or PayloadsAway.
        """
        if not any(one.payload is None and one.kind == kinds.SAMPLES for one in entries):
            return entries
        # Whoever may not wait does not wait either for one who reads a file just now.
        if not self._lock.acquire(blocking=self._waits):
            raise PayloadsAway("a sealed file is being read")
        try:
            return self._with_payloads(entries, read_pruned)
        finally:
            self._lock.release()

    def fetch(self) -> None:
        """Read what was wanted last; for a thread that may wait."""
        with self._lock:
            if self._wanted is not None:
                self._read(*self._wanted)
                self._wanted = None
                # The process takes more memory than the recorder itself: it does not stay.
                self._files.close()

    def close(self) -> None:
        """Let go of everything; idempotent."""
        self._files.close()

    def _with_payloads(self, entries: list[Entry], read_pruned: ReadPruned) -> list[Entry]:
        found: list[Entry] = []
        is_learned = False
        for entry in entries:
            if entry.payload is not None or entry.kind != kinds.SAMPLES:
                found.append(entry)
                continue
            if not is_learned and next(self._candidates(entry), None) is None:
                self._learn(read_pruned)
                is_learned = True
            try:
                found.append(self._filled(entry))
            except PayloadsAway:
                if not found:
                    raise
                break
        return found

    def _learn(self, read_pruned: ReadPruned) -> None:
        for entry in read_pruned(self._known_to):
            self._known_to = entry.position
            if entry.payload is None:
                continue
            pruned = kinds.decode(entry.kind, entry.payload)
            if isinstance(pruned, kinds.PayloadsPruned):
                places = self._places.setdefault(entry.stream, [])
                places += [_Place(first, last, pruned.file) for first, last in pruned.ranges]
        for places in self._places.values():
            places.sort(key=lambda one: one.first)

    def _filled(self, entry: Entry) -> Entry:
        for place in self._candidates(entry):
            payload = self._payload(place.file, entry.position)
            if payload is None:
                continue
            if sha256(payload).digest() == entry.payload_hash:
                return replace(entry, payload=payload)
            self._tell(f"{place.file} has not what was recorded at {entry.position}")
        return entry

    def _candidates(self, entry: Entry) -> Iterator[_Place]:
        places = self._places.get(entry.stream, [])
        upto = bisect_right(places, entry.position, key=lambda one: one.first)
        return (one for one in reversed(places[:upto]) if entry.position <= one.last)

    def _payload(self, file: str, position: int) -> bytes | None:
        for (name, first), chunk in reversed(self._chunks.items()):
            if name == file and position in chunk:
                self._chunks.move_to_end((name, first))
                return chunk[position]
        if (file, position) in self._chunks or not (self._data_dir / file).is_file():
            return None
        if not self._waits:
            self._wanted = (file, position)
            raise PayloadsAway(f"what was recorded at {position} lies in {file}")
        return self._read(file, position).get(position)

    def _read(self, file: str, first: int) -> dict[int, bytes]:
        try:
            chunk = self._files.payloads(file, first)
        except JournalError as error:
            self._tell(str(error))
            chunk = {}
        self._chunks[file, first] = chunk
        while len(self._chunks) > CHUNKS_KEPT:
            self._chunks.popitem(last=False)
        return chunk

    def _tell(self, problem: str) -> None:
        if problem not in self._told:
            self._told.add(problem)
            log.error("%s; it is left out", problem)
