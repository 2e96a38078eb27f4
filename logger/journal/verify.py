"""Checks that a journal is whole: every entry is the one that was appended."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from logger.errors import JournalError
from logger.journal import chain, kinds
from logger.journal.blocks import check_block
from logger.journal.entry import Entry
from logger.journal.files import journal_path
from logger.journal.head import Head, read_head
from logger.journal.reader import JournalReader
from logger.journal.recovered import Recovered, recovered_or_none
from logger.journal.sealing import stored

_BATCH = 1000
_TELL_EVERY = 50_000

Progress = Callable[[int, int], None]
"""Is told up to which position all is well, and which is the last."""
_BEFORE_ALL = -(2**63)


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What a check found.

    ``entries`` were found good, of which ``pruned`` have no payload left and
    ``unknown_kinds`` are of kinds that this needlelog does not know. They begin at
    ``first_position``; ``predecessor`` is the id of the file before this one.
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
    first_position: int = 1
    predecessor: str | None = None

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return self.bad_position is None


class _Broken(Exception):
    """The entry under the walker is not the one that was appended."""


class _Walk:
    """Follows the chain entry by entry; ``recovered`` lists holes that are known."""

    def __init__(self, journal_id: str, first_position: int, recovered: Recovered | None) -> None:
        self._id = journal_id
        self.first_position = first_position
        self._holes = dict(recovered.holes) if recovered else {}
        self.position = first_position - 1
        self.head: bytes | None = chain.first_hash(journal_id)
        self.entries = 0
        self.pruned = 0
        self.unknown_kinds = 0
        self.opened: kinds.JournalOpened | None = None
        self._skip_hole()

    def step(self, entry: Entry) -> None:
        """Take the next entry; :class:`_Broken` says what is wrong with it."""
        if entry.position != self.position + 1:
            raise _Broken(f"it is missing: the next entry stands at {entry.position}")
        header = chain.header(entry.position, entry.time_ns, entry.kind, entry.stream, entry.actor)
        follows = self.head is None or entry.chain_hash == chain.chain_hash(
            self.head, header, entry.payload_hash
        )
        if not follows:
            raise _Broken("its time, kind, stream, actor or hashes are not those of the chain")
        if entry.payload is None:
            self.pruned += 1
        elif chain.payload_hash(entry.payload) != entry.payload_hash:
            raise _Broken("its payload is not the one that was hashed")
        else:
            self._decode(entry, entry.payload)
        self.position = entry.position
        self.head = entry.chain_hash
        self.entries += 1
        self._skip_hole()

    def _skip_hole(self) -> None:
        """Go on behind a known hole; what follows it has nothing before it to follow from."""
        last = self._holes.get(self.position + 1)
        if last is not None:
            self.position, self.head = last, None

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
        if entry.position == self.first_position:
            self.opened = payload if isinstance(payload, kinds.JournalOpened) else None
            if self.opened is None or self.opened.journal != self._id:
                raise _Broken(f"it does not open the journal {self._id}")


def verify(place: Path, progress: Progress = lambda done, last: None) -> VerifyResult:
    """Walk the whole chain of one journal file (or that of a data directory) and check it.

    A recorder may run meanwhile; what it appends after the start is not looked at. What a
    recovered file is known to lack is no problem. ``progress`` is told how far it is.
    ConfigError if there is no journal; JournalError if it is from a newer needlelog, or so
    damaged that not even its id can be read.
    """
    head = read_head(place) if place.is_dir() else None
    recovered = recovered_or_none(journal_path(place))
    with JournalReader(journal_path(place), stored) as reader:
        begins = 1 if reader.first_position <= 1 else reader.first_position
        walk = _Walk(reader.id, recovered.first if recovered else begins, recovered)
        problem = _first_problem(reader, walk, head, progress)
    return VerifyResult(
        journal=reader.id,
        entries=walk.entries,
        pruned=walk.pruned,
        unknown_kinds=walk.unknown_kinds,
        head_position=walk.position,
        head_hash=walk.head.hex() if walk.head is not None else "",
        bad_position=walk.position + 1 if problem else None,
        problem=problem,
        first_position=begins,
        predecessor=walk.opened.predecessor if walk.opened else None,
    )


def _first_problem(
    reader: JournalReader, walk: _Walk, head: Head | None, progress: Progress
) -> str:
    """Walk as far as all is well; return what is wrong with the next entry, or nothing."""
    try:
        cursors = reader.cursors()
        last = reader.last_position()
        _walk_to(reader, walk, last, progress)
        if walk.position == walk.first_position - 1:
            return "there is no first entry"
        for sink, cursor in cursors.items():
            if cursor.position > walk.position:
                return f"it was cut off: sink {sink} had accepted up to {cursor.position}"
        if head is not None and head.journal == reader.id and head.position > last:
            return f"it was cut off: position {head.position} was committed"
        return reader.integrity_problem()
    except (_Broken, JournalError) as error:
        return str(error)


def _walk_to(reader: JournalReader, walk: _Walk, last: int, progress: Progress) -> None:
    try:
        for entry in reader.entries(_BEFORE_ALL, to=last, page=_BATCH):
            walk.step(entry)
            if walk.entries % _TELL_EVERY == 0:
                progress(entry.position, last)
    except JournalError:
        # Something in this batch cannot be read; one by one it shows what.
        for entry in reader.entries(walk.position, to=last, page=1):
            walk.step(entry)
        raise
