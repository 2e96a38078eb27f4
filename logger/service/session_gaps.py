"""What is missing of the sessions that are not stopped, counted as the journal tells of it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from logger.journal import kinds
from logger.journal.reader import JournalReader
from logger.session.model import Session

GAPS_SHOWN = 5


@dataclass(slots=True)
class GapAccount:
    """The gaps of a session's pen since it started; the last of them lies at ``position``.

    ``uncounted`` are those of which nobody knows how many samples they swallowed.
    ``newest`` holds the last few, the oldest first.
    """

    position: int
    gaps: int = 0
    uncounted: int = 0
    newest: deque[kinds.Gap] = field(default_factory=lambda: deque(maxlen=GAPS_SHOWN))

    def add(self, gap: kinds.Gap) -> None:
        """Count one more gap, the newest."""
        self.gaps += 1
        self.uncounted += gap.count is None
        self.newest.append(gap)


class SessionGaps:
    """Reads each gap once: a bad cable makes some in every commit, and a session lasts hours."""

    def __init__(self, reader: JournalReader) -> None:
        self._reader = reader
        self._accounts: dict[str, GapAccount] = {}

    def of(self, sessions: Sequence[Session]) -> list[tuple[Session, GapAccount]]:
        """Return ``sessions``, each with its account; those of all others are forgotten."""
        known, self._accounts = self._accounts, {}
        for session in sessions:
            account = known.get(session.id) or GapAccount(session.started_position)
            self._read_on(account, session.pen)
            self._accounts[session.id] = account
        return [(session, self._accounts[session.id]) for session in sessions]

    def _read_on(self, account: GapAccount, pen: str) -> None:
        for entry in self._reader.entries(account.position, kinds=("gap",), stream=pen):
            account.position = entry.position
            gap = kinds.decode(entry.kind, entry.payload) if entry.payload else None
            if isinstance(gap, kinds.Gap):
                account.add(gap)
