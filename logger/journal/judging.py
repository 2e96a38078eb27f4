"""Which of the entries found in a damaged file are to be believed."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

import apsw

from logger.journal import chain
from logger.journal.entry import Entry
from logger.journal.statements import statements

_LAST_POSSIBLE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the file from elsewhere.

    ``head`` is the position and chain hash of the last commit known. Entries count
    beyond position ``after`` and up to ``to``.
    """

    journal: str = ""
    head: tuple[int, bytes] | None = None
    after: int = 0
    to: int = _LAST_POSSIBLE


@dataclass(frozen=True, slots=True)
class _Candidate:
    """``rank`` 0: SQLite would believe it. 1: only the chain can tell. 2: its payload is lost."""

    number: int
    rank: int
    entry: Entry

    @property
    def position(self) -> int:
        return self.entry.position


class Judge:
    """Goes through the candidates twice: back from what is believed, then on from the start."""

    def __init__(self, found: apsw.Connection, known: Known) -> None:
        self._found = found
        self._known = known
        self._tied: set[int] = set()

    def entries(self) -> Iterator[Entry]:
        """Yield the entries that are believed, in order of position."""
        self._tie_backwards()
        before: _Candidate | None = None
        proven = False
        for here in self._positions("forwards"):
            following = before is not None and before.position + 1 == here[0].position
            if before is not None and not following:
                yield before.entry
                before = None
            chosen = self._linked(before, here)
            if chosen is not None:
                if before is not None:
                    yield before.entry
                before, proven = chosen, True
                continue
            credible = [one for one in here if self._is_credible(one)]
            if before is not None and proven:
                # It does not follow from an entry that is sure: it is the damaged one.
                yield before.entry
                before = None
            elif credible:
                # Either of the two is damaged, and nothing speaks for the one before.
                before, proven = credible[0], False
        if before is not None:
            yield before.entry

    def _tie_backwards(self) -> None:
        """Find what only the chain can tell, from the end on."""
        after: _Candidate | None = None
        for here in self._positions("backwards"):
            position = here[0].position
            tied = [one for one in here if self._leads_to(one, after, position)]
            self._tied |= {one.number for one in tied}
            believed = [one for one in here if one.rank == 0]
            after = next(iter(tied or believed), None)

    def _leads_to(self, one: _Candidate, after: _Candidate | None, position: int) -> bool:
        if self._known.head == (position, one.entry.chain_hash):
            return True
        if after is None or after.position != position + 1:
            return False
        return _follows(one.entry.chain_hash, after.entry)

    def _linked(self, before: _Candidate | None, here: list[_Candidate]) -> _Candidate | None:
        if before is not None:
            head = before.entry.chain_hash
        elif self._known.journal:
            head = chain.first_hash(self._known.journal)
        else:
            return None
        return next((one for one in here if _follows(head, one.entry)), None)

    def _is_credible(self, one: _Candidate) -> bool:
        return one.rank == 0 or (one.rank == 1 and one.number in self._tied)

    def _positions(self, way: str) -> Iterator[list[_Candidate]]:
        bindings = {"after": self._known.after, "to": self._known.to}
        rows = self._found.execute(statements("salvage")[way], bindings)
        candidates = (_Candidate(row[0], row[1], Entry(*row[2:])) for row in rows)
        for _, here in groupby(candidates, attrgetter("position")):
            yield list(here)


def _follows(head: bytes, entry: Entry) -> bool:
    header = chain.header(entry.position, entry.time_ns, entry.kind, entry.stream, entry.actor)
    return chain.chain_hash(head, header, entry.payload_hash) == entry.chain_hash
