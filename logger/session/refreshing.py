"""Summing up anew, from the journal, the sessions whose samples or borders were amended."""

from collections.abc import Iterable, Iterator

from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.session.projection import Projection
from logger.session.recompute import KINDS_READ, ReadPen, recomputing


def reading(reader: JournalReader) -> ReadPen:
    """Return how a session's entries are read through ``reader``."""

    def read(pen: str, first: int, last: int | None) -> Iterable[Entry]:
        return reader.entries(first - 1, kinds=KINDS_READ, stream=pen, to=last, page=50)

    return read


def refresh(projection: Projection, read: ReadPen) -> None:
    """Sum up anew whatever is due in ``projection``."""
    for _ in refreshing(projection, read):
        pass


def refreshing(projection: Projection, read: ReadPen) -> Iterator[None]:
    """Do the same, yielding every few milliseconds; entries may be folded in between."""
    while projection.due:
        session = projection.session(projection.due[0])
        if session is None:
            return
        summed = yield from recomputing(session, read)
        projection.summed(summed)
