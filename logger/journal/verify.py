"""Checks that a journal is whole: every entry is the one that was appended."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from logger.errors import JournalError
from logger.journal import chain, kinds
from logger.journal.blocks import check_block
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader

_BATCH = 1000
_BEFORE_ALL = -(2**63)


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What a check found.

    ``entries`` were found good, of which ``pruned`` have no payload left and
    ``unknown_kinds`` are of kinds that this needlelog does not know.
    ``head_position`` and ``head_hash`` (hex) are the last good entry's: noted elsewhere,
    they prove later that nothing was cut off. ``bad_position`` is the first bad one,
    None if all is well; ``problem`` says what is wrong with it.
    """

    journal: str
    entries: int
    pruned: int
    unknown_kinds: int
    head_position: int
    head_hash: str
    bad_position: int | None = None
    problem: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return self.bad_position is None


class _Broken(Exception):
    """The entry under the walker is not the one that was appended."""


class _Walk:
    """Follows the chain entry by entry."""

    def __init__(self, journal_id: str) -> None:
        self._id = journal_id
        self.position = 0
        self.head = chain.first_hash(journal_id)
        self.pruned = 0
        self.unknown_kinds = 0

    def step(self, entry: Entry) -> None:
        """Take the next entry; :class:`_Broken` says what is wrong with it."""
        if entry.position != self.position + 1:
            raise _Broken(f"it is missing: the next entry stands at {entry.position}")
        header = chain.header(entry.position, entry.time_ns, entry.kind, entry.stream, entry.actor)
        if chain.chain_hash(self.head, header, entry.payload_hash) != entry.chain_hash:
            raise _Broken("its time, kind, stream, actor or hashes are not those of the chain")
        if entry.payload is None:
            self.pruned += 1
        elif chain.payload_hash(entry.payload) != entry.payload_hash:
            raise _Broken("its payload is not the one that was hashed")
        else:
            self._decode(entry, entry.payload)
        self.position = entry.position
        self.head = entry.chain_hash

    def _decode(self, entry: Entry, payload: bytes) -> None:
        try:
            if entry.kind == kinds.SAMPLES:
                check_block(payload)
            elif entry.kind in kinds.KINDS:
                decoded = kinds.decode(entry.kind, payload)
                self._check_first(entry, decoded)
            else:
                self.unknown_kinds += 1
        except (JournalError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise _Broken(f"its payload is not that of kind {entry.kind}: {error}") from error

    def _check_first(self, entry: Entry, payload: kinds.Payload) -> None:
        named = payload.journal if isinstance(payload, kinds.JournalOpened) else None
        if entry.position == 1 and named != self._id:
            raise _Broken(f"it does not open the journal {self._id}")


def verify(place: Path) -> VerifyResult:
    """Walk the whole chain of a journal (its file, or the data directory) and check it.

    A recorder may run meanwhile; what it appends after the start is not looked at.
    ConfigError if there is no journal; JournalError if it is from a newer needlelog, or
    so damaged that not even its id can be read.
    """
    with JournalReader(place) as reader:
        walk = _Walk(reader.id)
        problem = _first_problem(reader, walk)
    return VerifyResult(
        journal=reader.id,
        entries=walk.position,
        pruned=walk.pruned,
        unknown_kinds=walk.unknown_kinds,
        head_position=walk.position,
        head_hash=walk.head.hex(),
        bad_position=walk.position + 1 if problem else None,
        problem=problem,
    )


def _first_problem(reader: JournalReader, walk: _Walk) -> str:
    """Walk as far as all is well; return what is wrong with the next entry, or nothing."""
    try:
        cursors = reader.cursors()
        last = reader.last_position()
        _walk_to(reader, walk, last)
        if walk.position == 0:
            return "there is no first entry"
        for sink, cursor in cursors.items():
            if cursor.position > last:
                return f"it was cut off: sink {sink} had accepted up to {cursor.position}"
        return reader.integrity_problem()
    except (_Broken, JournalError) as error:
        return str(error)


def _walk_to(reader: JournalReader, walk: _Walk, last: int) -> None:
    try:
        for entry in reader.entries(_BEFORE_ALL, to=last, page=_BATCH):
            walk.step(entry)
    except JournalError:
        # Something in this batch cannot be read; one by one it shows what.
        for entry in reader.entries(walk.position, to=last, page=1):
            walk.step(entry)
        raise
