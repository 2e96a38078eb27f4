"""The sinks of the settings, each behind its pump."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence

from drivers.model import HostTime
from logger.errors import CommandRefused
from logger.journal.cursor import Cursor
from logger.journal.entry import Entry
from logger.journal.feed import Feed
from logger.journal.kinds import SESSION_KINDS
from logger.journal.quarantine import Quarantined
from logger.journal.reader import JournalReader
from logger.service.watch import Watch
from logger.settings import Settings
from logger.sinks.pump import Pump
from logger.sinks.sink import Sink
from logger.sinks.status import PumpStatus


class Delivery:
    """Runs a pump for each sink that is set; a sink that is not set holds nothing back."""

    def __init__(
        self,
        settings: Settings,
        reader: JournalReader,
        feed: Feed,
        watch: Watch,
        clock: Callable[[], HostTime],
    ) -> None:
        self._settings = settings
        self._reader = reader
        self._feed = feed
        self._watch = watch
        self._clock = clock
        self._known = reader.cursors()
        self._from = Cursor(feed.last_position, feed.last_position)
        self._pumps: dict[str, Pump] = {}

    async def run(self, quarantine: Callable[[Sequence[Quarantined]], None]) -> None:
        """Deliver for ever; ends by cancellation or a journal that cannot be read.

        ``quarantine`` makes refused items durable with the next commit.
        """
        # The clients' libraries take half a second to load; recording does not wait for them.
        sinks = await asyncio.to_thread(self._sinks)
        for sink in sinks:
            self._pumps[sink.name] = Pump(
                sink,
                self._feed,
                self._session_entries,
                quarantine,
                cursor=self._known.get(sink.name, self._from),
                clock=self._clock,
            )
        async with asyncio.TaskGroup() as tasks:
            for pump in self._pumps.values():
                tasks.create_task(pump.run())

    def cursors(self) -> Mapping[str, Cursor]:
        """Return how far each sink has come."""
        return {name: pump.cursor for name, pump in self._pumps.items()}

    def status(self) -> list[PumpStatus]:
        """Return how each sink is doing."""
        return [pump.status() for pump in self._pumps.values()]

    def replay(self, sink: str, after: int) -> None:
        """Offer everything after a position again; :class:`CommandRefused` without that sink."""
        if sink not in self._pumps:
            names = ", ".join(self._pumps) or "none"
            raise CommandRefused(f"there is no sink {sink!r}", f"Set are: {names}")
        self._pumps[sink].replay(after)

    def _sinks(self) -> list[Sink]:
        settings, sinks = self._settings, list[Sink]()
        if settings.mqtt is not None:
            from logger.sinks.mqtt import MqttSink  # noqa: PLC0415 - loads slowly

            sinks.append(
                MqttSink(
                    settings.mqtt,
                    site=settings.site,
                    journal_id=self._reader.id,
                    present=self._watch.present,
                    clock=self._clock,
                )
            )
        if settings.influx is not None:
            from logger.sinks.influx import InfluxSink  # noqa: PLC0415 - loads slowly

            sinks.append(
                InfluxSink(settings.influx, site=settings.site, summary=self._watch.summary)
            )
        return sinks

    def _session_entries(self, after: int, to: int) -> Iterator[Entry]:
        # Called in a thread, where the loop's reader must not be used.
        with JournalReader(self._settings.data_dir) as reader:
            yield from reader.entries(after, kinds=SESSION_KINDS, to=to)
