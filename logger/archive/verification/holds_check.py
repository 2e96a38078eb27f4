"""Whether anything was erased while a legal hold stood on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from logger.archive.retention.holds import HOLD_KINDS
from logger.archive.verification.files import JournalFiles
from logger.journal import kinds
from logger.journal.entry import Entry

_ERASED = "client.erased"


def hold_problems(files: JournalFiles) -> Iterator[str]:
    """Yield the erasures of what was held, in order."""
    holds = _Holds()
    for _, entry in files.entries((*HOLD_KINDS, _ERASED)):
        try:
            yield from holds.apply(entry)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield f"position {entry.position}: {error}"


@dataclass
class _Holds:
    """Holds in force by position.

    A hold on what is erased is erased as well, and tells its id no more. It was lifted in
    time if a hold was lifted of which nothing else is known: ``lifted`` counts those, and
    ``gone`` are the positions of holds without payload.
    """

    standing: dict[int, kinds.HoldSet] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    lifted: int = 0

    def apply(self, entry: Entry) -> Iterator[str]:
        """Fold an entry; yields what is wrong with an erasure."""
        if entry.payload is None:
            self.gone.add(entry.position)
            return
        match kinds.decode(entry.kind, entry.payload):
            case kinds.HoldSet() as hold:
                self.standing[entry.position] = hold
            case kinds.HoldLifted(hold=lifted):
                before = len(self.standing)
                self.standing = {at: one for at, one in self.standing.items() if one.hold != lifted}
                self.lifted += len(self.standing) == before
            case kinds.ClientErased() as erased:
                for what in self._on(erased):
                    yield f"erasure {erased.erasure}, position {entry.position}: {what} stood then"

    def _on(self, erased: kinds.ClientErased) -> Iterator[str]:
        covered = set(erased.statements)
        for position, hold in self.standing.items():
            if position in covered or hold.session in erased.sessions:
                yield f"hold {hold.hold}"
        gone = self.gone & covered
        self.gone -= gone
        if self.lifted < len(gone):
            yield f"{len(gone) - self.lifted} of the holds that it erased"
        self.lifted = max(0, self.lifted - len(gone))
