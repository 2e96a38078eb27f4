"""Legal holds: what may be neither pruned nor erased, whatever the policy or an order says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.session.model import Session

HOLD_KINDS: Final = ("hold.set", "hold.lifted")


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold that is in force since ``time_unix_ns``, on a session or on a client."""

    id: str
    session: str
    client: str
    reason: str
    account: str
    time_unix_ns: int

    @property
    def subject(self) -> str:
        """What it holds, in words."""
        return f"session {self.session}" if self.session else f"client {self.client}"


class Holds:
    """The holds in force; the fold of their entries."""

    def __init__(self) -> None:
        self._holds: dict[str, Hold] = {}

    @classmethod
    def read(cls, reader: JournalReader) -> "Holds":
        """Return the holds that the journal knows now."""
        holds = cls()
        for entry in reader.entries(kinds=HOLD_KINDS):
            holds.apply(entry)
        return holds

    def __iter__(self) -> Iterator[Hold]:
        """Yield the holds, oldest first."""
        return iter(self._holds.values())

    def apply(self, entry: Entry) -> None:
        """Fold one entry; one whose payload is gone changes nothing."""
        if entry.payload is None:
            return
        match kinds.decode(entry.kind, entry.payload):
            case kinds.HoldSet() as told:
                self._holds[told.hold] = Hold(
                    told.hold,
                    told.session,
                    told.client,
                    told.reason,
                    told.account,
                    entry.time_ns,
                )
            case kinds.HoldLifted() as told:
                self._holds.pop(told.hold, None)

    def find(self, hold: str) -> Hold | None:
        """Return the hold of that id that is in force."""
        return self._holds.get(hold)

    def on(self, session: str, client: str) -> Hold | None:
        """Return a hold on the session of that id or on that client; None if there is none."""
        for hold in self._holds.values():
            if (hold.session and hold.session == session) or (
                hold.client and hold.client == client
            ):
                return hold
        return None

    def on_session(self, session: Session) -> Hold | None:
        """Return a hold on ``session`` or its client; None if there is none."""
        return self.on(session.id, session.client)
