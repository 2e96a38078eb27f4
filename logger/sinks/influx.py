"""The time-series database: points collected for a moment, written as line protocol."""

import asyncio
from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from logger.errors import SinkUnavailable
from logger.journal.entry import Entry
from logger.journal.quarantine import Quarantined
from logger.session.assignment import Retag
from logger.sinks.allow import HEAD, public_event
from logger.sinks.influx_client import CannotDelete, InfluxClient, open_client
from logger.sinks.influx_erasing import ErasedSessions
from logger.sinks.influx_points import event_line, head_line, summary_line
from logger.sinks.influx_retag import former_tags_note, predicate, rfc3339, stretches
from logger.sinks.influx_write import Lines, Writer
from logger.sinks.line_protocol import BlockLines
from logger.sinks.settings import InfluxSettings
from logger.sinks.sink import Labelled, Receipt
from logger.sinks.texts import TextsOfBlocks

_NOTES_KEPT = 20
_LINES_AT_ONCE = 500

Summary = Callable[[str], Mapping[str, float] | None]
"""Returns the numbers of a session, none of them personal or clinical; None if unknown."""


class InfluxSink:
    """Writes to one bucket of an InfluxDB 2.x API; re-sending changes nothing there.

    ``erased`` are the sessions that were erased so far.
    """

    name = "influx"
    max_entries = 1000

    def __init__(
        self,
        settings: InfluxSettings,
        *,
        site: str,
        summary: Summary,
        texts: TextsOfBlocks | None = None,
        erased: Iterable[str] = (),
    ) -> None:
        self.linger_s = settings.flush_interval_s
        self.max_rows = settings.batch_points
        self._settings = settings
        self._site = site
        self._summary = summary
        self._blocks = BlockLines(site, texts or TextsOfBlocks())
        self._writer = Writer(self.name, settings.batch_points, settings.batch_bytes)
        self._client: InfluxClient | None = None
        self._erased = ErasedSessions(erased)
        self._notes: dict[tuple[str, int, int], str] = {}

    async def connect(self) -> None:
        """Make a client; the server is reached with the first batch."""
        self._client = await open_client(self._settings)

    async def deliver(self, batch: Sequence[Labelled], *, at_leisure: bool = False) -> Receipt:
        """Write all points of ``batch``."""
        del at_leisure
        client = self._connected()
        refused = await self._writer.write(client, await self._lines(batch))
        # What a batch brought of a session comes before its erasure, and goes with it.
        self._erased.note(item.entry for item in batch)
        await self._erased.delete(client)
        return Receipt(refused, client.renewed())

    async def retag(
        self, retag: Retag, entry: Entry, batches: AsyncIterable[Sequence[Labelled]]
    ) -> Receipt:
        """Delete the points under their former tags and write them under the new ones."""
        del entry
        client, receipt = self._connected(), Receipt()
        async for batch in batches:
            await self._delete(client, retag, batch)
            refused = await self._writer.write(client, await self._lines(batch))
            receipt = Receipt([*receipt.quarantined, *refused])
        return receipt

    async def retry(self, items: Sequence[Quarantined]) -> Sequence[Quarantined]:
        """Write refused lines once more."""
        lines = Lines()
        for item in items:
            lines.add(item.item, item.position)
        refused = await self._writer.write(self._connected(), lines)
        words = {(one.position, one.item): one.reason for one in refused}
        met = [(item, words.get((item.position, item.item))) for item in items]
        return [replace(item, reason=said) for item, said in met if said is not None]

    async def attend(self) -> None:
        """Delete what was erased before this start."""
        await self._erased.delete(self._connected())

    def glance(self) -> None:
        """Do nothing: answers are rare, and read when they come."""

    async def close(self, *, goodbye: bool) -> None:
        """Close the connection."""
        del goodbye
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def notes(self) -> Sequence[str]:
        """Return what the database should have deleted and has not."""
        return (*self._notes.values(), *self._erased.notes())

    def _connected(self) -> InfluxClient:
        if self._client is None:
            raise SinkUnavailable("there is no connection to the database")
        return self._client

    async def _lines(self, batch: Sequence[Labelled]) -> Lines:
        lines, since_pause = Lines(), 0
        for item in batch:
            position = item.entry.position
            if item.block is not None:
                made = self._blocks.lines(item.block, item.assignment)
                lines.add(made, position, len(item.block))
                since_pause += len(item.block)
            else:
                for line in self._event_lines(item):
                    lines.add(line.encode(), position)
            if since_pause >= _LINES_AT_ONCE:
                # A millisecond or so of formatting; recording goes first.
                await asyncio.sleep(0)
                since_pause = 0
        return lines

    def _event_lines(self, item: Labelled) -> list[str]:
        event = public_event(item.entry)
        if event is not None and item.entry.kind == HEAD:
            return [head_line(self._site, item.entry, event)]
        if event is None or not item.entry.stream:
            return []
        lines = [event_line(self._site, item.entry, event, item.assignment)]
        if item.entry.kind == "session.stopped" and item.assignment is not None:
            numbers = self._summary(item.assignment.session) or {}
            line = summary_line(self._site, item.entry, item.assignment, numbers)
            lines += [line] if line else []
        return lines

    async def _delete(self, client: InfluxClient, retag: Retag, batch: Sequence[Labelled]) -> None:
        key = (retag.stream, retag.from_position, retag.to_position)
        try:
            for stretch in stretches(batch):
                await client.delete(
                    rfc3339(stretch.from_unix_ns),
                    rfc3339(stretch.to_unix_ns + 1),
                    predicate(stretch.measurement, self._site, retag.stream, retag.former),
                )
        except CannotDelete:
            if len(self._notes) < _NOTES_KEPT:
                self._notes[key] = former_tags_note(retag)
