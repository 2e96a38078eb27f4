"""A sink in memory that fails when a test wishes."""

from collections.abc import AsyncIterable, Sequence

from logger.errors import SinkUnavailable
from logger.journal.entry import Entry
from logger.journal.quarantine import Quarantined
from logger.session.assignment import Retag
from logger.sinks.sink import Labelled, Receipt


class MemorySink:
    """Keeps what it is given. ``failures`` are raised first, one for each batch."""

    name = "memory"
    linger_s = 0.0

    def __init__(self, max_entries: int = 10, max_rows: int = 10_000) -> None:
        self.max_entries = max_entries
        self.max_rows = max_rows
        self.batches: list[list[Labelled]] = []
        self.retags: list[tuple[Retag, list[Labelled]]] = []
        self.failures: list[Exception] = []
        self.refusing: set[int] = set()
        self.renewals: list[bool] = []
        self.reachable = True
        self.connections = 0
        self.goodbyes: list[bool] = []

    async def connect(self) -> None:
        if not self.reachable:
            raise SinkUnavailable("nobody listens")
        self.connections += 1

    async def deliver(self, batch: Sequence[Labelled], *, at_leisure: bool = False) -> Receipt:
        del at_leisure
        if self.failures:
            raise self.failures.pop(0)
        self.batches.append(list(batch))
        refused = [
            Quarantined(self.name, item.entry.position, b"item", "no good")
            for item in batch
            if item.entry.position in self.refusing
        ]
        return Receipt(refused, self.renewals.pop(0) if self.renewals else False)

    async def retag(
        self, retag: Retag, entry: Entry, batches: AsyncIterable[Sequence[Labelled]]
    ) -> Receipt:
        del entry
        if self.failures:
            raise self.failures.pop(0)
        self.retags.append((retag, [item async for batch in batches for item in batch]))
        return Receipt()

    async def retry(self, items: Sequence[Quarantined]) -> Sequence[Quarantined]:
        if self.failures:
            raise self.failures.pop(0)
        return [item for item in items if item.position in self.refusing]

    async def attend(self) -> None:
        if not self.reachable:
            raise SinkUnavailable("the connection has ended")

    def glance(self) -> None:
        pass

    async def close(self, *, goodbye: bool) -> None:
        self.goodbyes.append(goodbye)

    def notes(self) -> Sequence[str]:
        return ("a note",)

    @property
    def delivered(self) -> list[Labelled]:
        """Everything taken, in order, repeats included."""
        return [item for batch in self.batches for item in batch]

    @property
    def positions(self) -> list[int]:
        """The positions of everything taken."""
        return [item.entry.position for item in self.delivered]
