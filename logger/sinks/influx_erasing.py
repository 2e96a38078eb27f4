"""Deletes the points of erased sessions, whenever the database is reachable."""

from collections.abc import Iterable, Iterator, Sequence

from logger.journal import kinds
from logger.journal.entry import Entry
from logger.sinks.influx_client import CannotDelete, InfluxClient
from logger.sinks.influx_points import EVENT, SUMMARY
from logger.sinks.influx_retag import quoted
from logger.sinks.line_protocol import TELEMETRY

_SINCE, _UNTIL = "1970-01-01T00:00:00Z", "2262-01-01T00:00:00Z"
"""All times that a point can have."""
_NAMED = 5


class ErasedSessions:
    """The sessions whose points are to be deleted: all of the past once after each start.

    A database that was restored from an older copy loses them again in this way.
    """

    def __init__(self, sessions: Iterable[str] = ()) -> None:
        self._due = list(sessions)
        self._kept: dict[str, None] = {}

    def note(self, entries: Iterable[Entry]) -> None:
        """Remember what ``entries`` erase."""
        for entry in entries:
            self._due += erased_in(entry)

    async def delete(self, client: InfluxClient) -> None:
        """Delete what is due; SinkUnavailable if the database is out of reach."""
        while self._due:
            session = self._due[0]
            try:
                for measurement in (TELEMETRY, EVENT, SUMMARY):
                    named = f'_measurement="{measurement}" AND session="{quoted(session)}"'
                    await client.delete(_SINCE, _UNTIL, named)
            except CannotDelete:
                self._kept[session] = None
            else:
                self._kept.pop(session, None)
            del self._due[0]

    def notes(self) -> Sequence[str]:
        """Return the sentence for a person where the server cannot delete."""
        if not self._kept:
            return ()
        named = ", ".join(list(self._kept)[:_NAMED])
        more = " and more" if len(self._kept) > _NAMED else ""
        return (
            f"the database cannot delete: points of erased sessions are there still "
            f"({named}{more}); delete them there by their tag `session`",
        )


def erased_in(entry: Entry) -> Iterator[str]:
    """Yield the sessions that ``entry`` erases."""
    if entry.kind == "client.erased" and entry.payload is not None:
        told = kinds.decode(entry.kind, entry.payload)
        if isinstance(told, kinds.ClientErased):
            yield from told.sessions
