"""Carries the journal to one sink: in order, at least once, whatever the sink does."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from drivers.model import HostTime
from logger.backoff import Backoff
from logger.errors import JournalError, SinkUnavailable
from logger.journal.cursor import Cursor
from logger.journal.entry import Entry
from logger.journal.quarantine import Quarantined
from logger.session.assignment import Retag
from logger.sinks.labels import Labels, SessionEntries, retagged, rows_about
from logger.sinks.progress import Progress
from logger.sinks.retries import Retries
from logger.sinks.sink import Labelled, Receipt, Sink
from logger.sinks.status import PumpState, PumpStatus

_TICK_S = 1.0
_READ_ENTRIES = 16

log = logging.getLogger(__name__)


class Feed(Protocol):
    """The journal as a pump sees it. ``JournalError`` passes through the pump."""

    @property
    def last_position(self) -> int: ...

    def read(self, after: int, limit: int) -> list[Entry]: ...

    async def fetched(self) -> bool: ...

    async def wait_beyond(self, position: int, timeout_s: float) -> object: ...


class Pump:
    """One per sink; ``run`` is its task.

    ``cursor`` is the journal's for this sink, or None at its first start: then delivery
    begins with what is appended from now on. ``refused`` is already in quarantine of what
    the cursor brings up again. ``quarantine`` must make the items durable no later than
    the commit on which :attr:`cursor` rides next. Only ``JournalError`` and cancellation
    leave ``run``.
    """

    def __init__(
        self,
        sink: Sink,
        feed: Feed,
        session_entries: SessionEntries,
        quarantine: Callable[[Sequence[Quarantined]], None],
        *,
        cursor: Cursor | None = None,
        refused: Iterable[Quarantined] = (),
        clock: Callable[[], HostTime],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        rng: random.Random | None = None,
    ) -> None:
        self._sink = sink
        self._feed = feed
        self._labels = Labels(session_entries)
        self._quarantine = quarantine
        self._clock = clock
        self._sleep = sleep
        self._monotonic = monotonic
        self._backoff = Backoff(rng or random.Random())  # noqa: S311 - jitter, no secret
        start = Cursor(feed.last_position, feed.last_position) if cursor is None else cursor
        self._progress = Progress(start, monotonic, refused)
        self.retries = Retries(sink)
        self._state: PumpState = "connecting"
        self._error = ""
        self._retry_at_s: float | None = None
        self._rows_per_entry = 1
        self._caught_up = False

    @property
    def name(self) -> str:
        """The sink's name, under which its cursor is journaled."""
        return self._sink.name

    @property
    def cursor(self) -> Cursor:
        """What the next commit should keep for this sink."""
        return self._progress.cursor

    def go_on_after(self, position: int) -> None:
        """Offer everything after ``position``, again or for the first time, and nothing before."""
        self._progress.wish(position)

    def glance(self) -> None:
        """Look whether the receiver has answered; called at each commit."""
        self._sink.glance()

    def status(self) -> PumpStatus:
        """Return how delivery stands now."""
        progress, position = self._progress, self._progress.cursor.position
        depth = max(0, self._feed.last_position - position)
        accepted_age_s = progress.accepted_age_s
        return PumpStatus(
            name=self.name,
            state=self._state,
            error=self._error,
            position=position,
            accepted_unix_ns=(
                None
                if accepted_age_s is None
                else self._clock().wall_ns - round(accepted_age_s * 1e9)
            ),
            depth=depth,
            oldest_age_s=self._age_s() if depth else 0.0,
            entries_delivered=progress.entries,
            samples_delivered=progress.samples,
            quarantined=progress.quarantined,
            attempts=self._backoff.attempts,
            retry_in_s=None if self._retry_at_s is None else self._retry_in_s(),
            notes=tuple(self._sink.notes()),
        )

    def _age_s(self) -> float:
        time_ns = self._progress.oldest_time_ns(self._feed.read)
        return 0.0 if time_ns is None else max(0.0, (self._clock().wall_ns - time_ns) / 1e9)

    async def run(self) -> None:
        """Deliver until cancelled; connect again, with growing patience, as often as needed."""
        try:
            while True:
                try:
                    await self._deliver_on_one_connection()
                except SinkUnavailable as lost:
                    self._failed(str(lost), lost.retry_after_s)
                except JournalError:
                    raise
                except Exception as bug:
                    log.exception("sink %s failed in a way it should not", self.name)
                    self._failed(f"unexpected {type(bug).__name__}; see the log", None)
                await self._sink.close(goodbye=False)
                await self._sleep(self._retry_in_s())
                self._retry_at_s = None
        finally:
            await self._sink.close(goodbye=True)

    def _failed(self, reason: str, retry_after_s: float | None) -> None:
        if reason != self._error:
            log.warning("sink %s is down: %s", self.name, reason)
        self._state, self._error = "down", reason
        self.retries.fail(reason)
        self._retry_at_s = self._monotonic() + self._backoff.next_wait_s(retry_after_s)

    def _retry_in_s(self) -> float:
        return 0.0 if self._retry_at_s is None else max(0.0, self._retry_at_s - self._monotonic())

    async def _deliver_on_one_connection(self) -> None:
        self._state = "connecting"
        await self._sink.connect()
        await self._start_behind(self._progress.rewind())
        while True:
            wished = self._progress.take_wish()
            if wished is not None:
                await self._start_behind(wished)
            await self._sink.attend()
            await self.retries.carry_out()
            if not self._caught_up or await self._more():
                await self._offer(self._read_batch())

    async def _start_behind(self, position: int) -> None:
        await asyncio.to_thread(self._labels.rebuild, position)
        self._caught_up = False

    async def _more(self) -> bool:
        """Return whether there is something new, after letting it collect into a batch."""
        if self._feed.last_position <= (position := self._progress.place):
            self._recovered("idle")
            await self._feed.wait_beyond(position, _TICK_S)
            if self._feed.last_position <= position:
                return False
        if self._sink.linger_s > 0:
            full = min(self._sink.max_entries, self._sink.max_rows // self._rows_per_entry)
            await self._feed.wait_beyond(position + full - 1, self._sink.linger_s)
        return True

    def _recovered(self, state: PumpState) -> None:
        if self._error:
            log.info("sink %s is back", self.name)
        self._state, self._error = state, ""
        self._backoff.succeeded()

    def _read_batch(self) -> list[Entry]:
        last = self._feed.last_position
        batch = self._read_bounded(self._progress.place, last)
        self._caught_up = not batch or batch[-1].position >= last
        return batch

    def _read_bounded(self, after: int, to: int) -> list[Entry]:
        """Return entries after ``after`` up to ``to``, as many as a batch may hold."""
        batch: list[Entry] = []
        rows = 0
        while rows < self._sink.max_rows and len(batch) < self._sink.max_entries:
            step = min(self._step(rows), self._sink.max_entries - len(batch))
            some = [entry for entry in self._feed.read(after, step) if entry.position <= to]
            if not some:
                break
            batch += some
            rows += sum(map(rows_about, some))
            self._rows_per_entry = max(map(rows_about, some))
            after = some[-1].position
        return batch

    def _step(self, rows: int) -> int:
        """Return how many entries may be read at once into a batch of so many rows."""
        return max(1, min(_READ_ENTRIES, (self._sink.max_rows - rows) // self._rows_per_entry))

    async def _offer(self, entries: Sequence[Entry]) -> None:
        """Deliver ``entries``; what one of them retags is told before the next is offered."""
        if not entries:
            if not await self._feed.fetched():
                await self._sleep(_TICK_S)
            return
        if not self._error:
            self._state = "delivering"
        pending: list[Labelled] = []
        for entry in entries:
            labelled, retags = self._labels.label(entry)
            pending.append(labelled)
            if retags or entry is entries[-1]:
                if not await self._deliver(pending, retags):
                    return
                pending = []
            if entry.block is None and labelled.block is not None:
                # That took a while: it was decoded from the file. Recording goes first.
                await asyncio.sleep(0)

    async def _deliver(self, batch: Sequence[Labelled], retags: Sequence[Retag]) -> bool:
        """Return whether the receiver stayed the same; if not, the cursor was set back."""
        last = batch[-1].entry
        at_leisure = self._caught_up and not retags
        receipt = await self._sink.deliver(batch, at_leisure=at_leisure)
        self._keep_refused(receipt)
        for retag in retags:
            self._keep_refused(await self._sink.retag(retag, last, self._batches(retag)))
        if receipt.connection_renewed and not self._progress.repeating:
            await self._start_behind(self._progress.rewind(last.position))
            return False
        samples = sum(len(item.block) for item in batch if item.block is not None)
        if self._progress.accepted(last.position, samples, len(batch)):
            self._recovered("delivering")
        return True

    def _keep_refused(self, receipt: Receipt) -> None:
        fresh = self._progress.newly_refused(list(receipt.quarantined))
        if fresh:
            log.warning("sink %s refused %d items: %s", self.name, len(fresh), fresh[0].reason)
            self._quarantine(fresh)

    async def _batches(self, retag: Retag) -> AsyncIterator[Sequence[Labelled]]:
        after = retag.from_position - 1
        while after < retag.to_position:
            entries = self._read_bounded(after, retag.to_position)
            if entries:
                after = entries[-1].position
                yield retagged(entries, retag)
            elif not await self._feed.fetched():
                return
