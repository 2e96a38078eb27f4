"""What a pump asks of a sink, and the items that pass between them."""

from collections.abc import AsyncIterable, Sequence
from typing import Protocol

import msgspec

from drivers.model import SampleBlock
from logger.journal.entry import Entry
from logger.journal.quarantine import Quarantined
from logger.session.assignment import Assignment, Retag


class Labelled(msgspec.Struct, frozen=True):
    """An entry with what was open on its pen at its position.

    ``block`` is set for samples alone; ``assignment`` is None where no session was open.
    """

    entry: Entry
    block: SampleBlock | None
    assignment: Assignment | None


class Receipt(msgspec.Struct, frozen=True):
    """What became of a batch that was taken.

    ``quarantined`` are the items that the receiver refused for good, in its own words.
    ``connection_renewed`` tells that the receiver had closed the connection since the
    batch before: it may have restarted and lost what it had acknowledged last.
    """

    quarantined: Sequence[Quarantined] = ()
    connection_renewed: bool = False


class Sink(Protocol):
    """One receiver. Every method may raise ``SinkUnavailable``, which ends the connection.

    ``linger_s`` is how long entries may be collected before a batch is offered that is
    not full; ``max_entries`` and ``max_rows`` bound a batch.
    """

    name: str
    linger_s: float
    max_entries: int
    max_rows: int

    async def connect(self) -> None:
        """Make a connection anew; nothing of an earlier one is left."""

    async def deliver(self, batch: Sequence[Labelled], *, at_leisure: bool = False) -> Receipt:
        """Return when the receiver has acknowledged or refused every item of ``batch``.

        ``at_leisure`` tells that nothing waits behind it: the answer may be left unread
        until the next :meth:`glance`, or 2 s, since to be woken for it costs as much
        as to send a block.
        """

    async def retag(
        self, retag: Retag, entry: Entry, batches: AsyncIterable[Sequence[Labelled]]
    ) -> Receipt:
        """Tell the receiver that ``entry`` gave what ``batches`` yields other tags.

        ``batches`` yields the pen's entries of that stretch with their new label.
        """

    async def retry(self, items: Sequence[Quarantined]) -> Sequence[Quarantined]:
        """Offer quarantined items as they were sent; return those that are refused still."""

    async def attend(self) -> None:
        """Do what is due without new entries; called at least once a second."""

    def glance(self) -> None:
        """Look whether the receiver has answered; called at each commit, never waits."""

    async def close(self, *, goodbye: bool) -> None:
        """Drop the connection, whatever its state; never raises ``SinkUnavailable``.

        With ``goodbye`` the receiver is told first that this is meant, within 2 s.
        """

    def notes(self) -> Sequence[str]:
        """Return what a person should know of this sink, each a sentence without secrets."""
