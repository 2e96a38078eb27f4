"""What a journal acknowledged, kept beside it, to be held against what is found later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from logger.errors import ConfigError, JournalError
from logger.journal import kinds
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft, Entry
from logger.journal.quarantine import Quarantined
from logger.journal.reader import JournalReader
from logger.journal.verify import verify
from logger.journal.writer import Journal

_ALL = 1_000_000

What = Literal["lost", "damaged", "beyond"]
Beside = tuple[Mapping[str, Cursor], tuple[bytes, ...]]


class Broken(AssertionError):
    """The journal is not what it promised to be."""

    def __init__(self, what: What, text: str) -> None:
        super().__init__(what, text)
        self.what = what
        self._text = text

    def __str__(self) -> str:
        return f"{self.what}: {self._text}"


@dataclass(frozen=True, slots=True)
class Batch:
    """What one call of ``append`` is given."""

    drafts: Sequence[Draft] = ()
    cursors: Mapping[str, Cursor] = field(default_factory=dict)
    quarantined: Sequence[Quarantined] = ()
    released: Sequence[Quarantined] = ()


@dataclass(frozen=True, slots=True)
class State:
    """A journal at one moment: its head, cursors, and what lies in quarantine."""

    position: int = 0
    head: bytes = b""
    cursors: Mapping[str, Cursor] = field(default_factory=dict)
    items: tuple[bytes, ...] = ()

    def beside(self) -> Beside:
        return self.cursors, self.items


class Ledger:
    """Remembers what a journal acknowledged, and what it was handed and had not yet."""

    def __init__(self) -> None:
        self.journal_id: str | None = None
        self.acknowledged = State()
        self.entries = 0
        self._in_flight: Batch | None = None

    def append(self, journal: Journal, batch: Batch) -> Sequence[Entry]:
        """Append ``batch``, which counts as acknowledged once :meth:`acknowledge` is told."""
        self._in_flight = batch
        return journal.append(batch.drafts, batch.cursors, batch.quarantined, batch.released)

    def acknowledge(self, entries: Sequence[Entry]) -> None:
        """Take what the last :meth:`append` returned for a promise."""
        assert self._in_flight is not None
        state = self.acknowledged
        cursors, items = _beside_after(state, self._in_flight)
        if entries:
            state = State(entries[-1].position, entries[-1].chain_hash)
        self.acknowledged = State(state.position, state.head, cursors, items)
        self.entries += len(entries)
        self._in_flight = None

    def check(self, data_dir: Path) -> list[Quarantined]:
        """Hold the journal of ``data_dir`` against all this; :class:`Broken` if it differs.

        What was not acknowledged must be there as a whole or not at all. What is found
        counts as acknowledged from now on. Returns what lies in quarantine.
        """
        try:
            result = verify(data_dir)
            _demand(result.good, "damaged", f"at {result.bad_position}: {result.problem}")
            with JournalReader(data_dir) as reader:
                return self._compare(reader)
        except (ConfigError, JournalError) as error:
            raise Broken("damaged", str(error)) from error

    def _compare(self, reader: JournalReader) -> list[Quarantined]:
        known = self.acknowledged
        _demand(self.journal_id in (None, reader.id), "lost", "this is another journal")
        _demand(reader.last_position() >= known.position, "lost", f"ends before {known.position}")
        if known.position:
            at = reader.read(known.position - 1, 1)[0]
            _demand(at.chain_hash == known.head, "lost", f"another entry at {known.position}")
        quarantined = reader.quarantine(limit=_ALL)
        found = (reader.cursors(), tuple(one.item for one in quarantined))
        new = reader.read(known.position, _ALL)
        self._demand_whole(new, found)
        last = new[-1] if new else None
        position, head = (last.position, last.chain_hash) if last else (known.position, known.head)
        self.acknowledged = State(position, head, *found)
        self.journal_id = reader.id
        self._in_flight = None
        return quarantined

    def _demand_whole(self, new: Sequence[Entry], found: Beside) -> None:
        known, batch = self.acknowledged, self._in_flight
        if not known.position:
            _demand(_opens_new(new), "beyond", "this is no new journal")
        elif new:
            handed = [draft.payload for draft in batch.drafts] if batch else []
            _demand([entry.payload for entry in new] == handed, "beyond", "not what was handed in")
        before, after = known.beside(), _beside_after(known, batch or Batch())
        possible = [after] if new else [before, after] if batch and not batch.drafts else [before]
        _demand(found in possible, "lost", f"cursors or quarantine of another commit: {found}")


def _opens_new(entries: Sequence[Entry]) -> bool:
    """Return whether it is the first entry of a journal that follows no other."""
    first = [kinds.decode(entry.kind, entry.payload or b"") for entry in entries]
    return [(type(one), getattr(one, "reason", "")) for one in first] == [
        (kinds.JournalOpened, "new")
    ]


def _beside_after(state: State, batch: Batch) -> Beside:
    released = [one.item for one in batch.released]
    items = [item for item in state.items if item not in released]
    items += [one.item for one in batch.quarantined]
    return {**state.cursors, **batch.cursors}, tuple(items)


def _demand(holds: bool, what: What, text: str) -> None:
    if not holds:
        raise Broken(what, text)
