"""The sinks of the settings, each behind its pump."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from drivers.model import HostTime
from logger.errors import CommandRefused
from logger.journal.cursor import Cursor
from logger.journal.entry import Entry
from logger.journal.feed import Feed
from logger.journal.kinds import SESSION_KINDS
from logger.journal.quarantine import Quarantined, QuarantineRoom
from logger.journal.reader import JournalReader
from logger.service.watch import Watch
from logger.settings import Settings
from logger.sinks.pump import Pump
from logger.sinks.sink import Sink
from logger.sinks.status import PumpStatus
from logger.sinks.texts import TextsOfBlocks

_TURNS = 3
"""Of the loop, until a pump has noted an answer that was read."""


class Delivery:
    """Runs a pump for each sink that is set; a sink that is not set holds nothing back."""

    def __init__(
        self,
        settings: Settings,
        reader: JournalReader,
        feed: Feed,
        watch: Watch,
        clock: Callable[[], HostTime],
        quarantine_room: QuarantineRoom,
    ) -> None:
        self._settings = settings
        self._reader = reader
        self._feed = feed
        self._watch = watch
        self._clock = clock
        self._quarantine_room = quarantine_room
        known, here = reader.cursors(), Cursor(feed.last_position, feed.last_position)
        # A sink's first place is kept with the first commit, before the sink is loaded:
        # a crash meanwhile would else move its start to after what was recorded by then.
        self._starts = {name: known.get(name, here) for name in _set_in(settings)}
        self._pumps: dict[str, Pump] = {}

    async def run(self, quarantine: Callable[[Sequence[Quarantined]], None]) -> None:
        """Deliver for ever; ends by cancellation or a journal that cannot be read.

        ``quarantine`` makes refused items durable with the next commit.
        """
        # The clients' libraries take half a second to load; recording does not wait for them.
        sinks = await asyncio.to_thread(self._sinks)
        for sink in sinks:
            cursor = self._starts[sink.name]
            self._pumps[sink.name] = Pump(
                sink,
                self._feed,
                self._session_entries,
                quarantine,
                cursor=cursor,
                refused=self._reader.quarantined_beyond(sink.name, cursor.safe),
                clock=self._clock,
            )
        async with asyncio.TaskGroup() as tasks:
            for pump in self._pumps.values():
                tasks.create_task(pump.run())

    def cursors(self) -> Mapping[str, Cursor]:
        """Return how far each sink has come."""
        return self._starts | {name: pump.cursor for name, pump in self._pumps.items()}

    def glance(self) -> None:
        """Look whether receivers have answered; called at each commit."""
        for pump in self._pumps.values():
            pump.glance()

    async def up_to_date(self) -> None:
        """Return when what receivers have answered by now is known."""
        self.glance()
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def status(self) -> list[PumpStatus]:
        """Return how each sink is doing; what lies in quarantine may be from earlier starts."""
        return [
            replace(pump.status(), quarantined=self._quarantine_room.count(name))
            for name, pump in self._pumps.items()
        ]

    def pump(self, sink: str) -> Pump:
        """Return the pump of a sink; :class:`CommandRefused` if there is none."""
        if sink not in self._pumps:
            names = ", ".join(self._pumps) or "none"
            raise CommandRefused(f"there is no sink {sink!r}", f"Set are: {names}")
        return self._pumps[sink]

    def _sinks(self) -> list[Sink]:
        settings, sinks, texts = self._settings, list[Sink](), TextsOfBlocks()
        if settings.mqtt is not None:
            from logger.sinks.mqtt import MqttSink  # noqa: PLC0415 - loads slowly

            sinks.append(
                MqttSink(
                    settings.mqtt,
                    site=settings.site,
                    journal_id=self._reader.id,
                    present=self._watch.present,
                    clock=self._clock,
                    texts=texts,
                )
            )
        if settings.influx is not None:
            from logger.sinks.influx import InfluxSink  # noqa: PLC0415 - loads slowly
            from logger.sinks.influx_erasing import erased_in  # noqa: PLC0415 - the same

            with JournalReader(settings.data_dir) as reader:
                told = reader.entries(kinds=["client.erased"])
                erased = [session for entry in told for session in erased_in(entry)]

            sinks.append(
                InfluxSink(
                    settings.influx,
                    site=settings.site,
                    summary=self._watch.summary,
                    texts=texts,
                    erased=erased,
                )
            )
        return sinks

    def _session_entries(self, after: int, to: int) -> Iterator[Entry]:
        # Called in a thread, where the loop's reader must not be used.
        with JournalReader(self._settings.data_dir) as reader:
            yield from reader.entries(after, kinds=SESSION_KINDS, to=to)


def _set_in(settings: Settings) -> list[str]:
    return [name for name in ("mqtt", "influx") if getattr(settings, name) is not None]
