"""The recorder's own parts in one process, stepped by hand: time, commits, delivery, death."""

import asyncio
import random
import shutil
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from drivers.model import HostTime
from logger.backoff import Backoff
from logger.errors import SinkUnavailable
from logger.journal import kinds
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft, Entry
from logger.journal.feed import Feed
from logger.journal.reader import JournalReader
from logger.journal.tail import Tail
from logger.journal.writer import Journal
from logger.recorder.link import Link
from logger.recorder.pen_recorder import PenRecorder
from logger.recorder.roster import Roster
from logger.recorder.session_desk import SessionDesk
from logger.recorder.settings import RecordingSettings
from logger.session.block_times import block_times
from logger.session.keeper import Keeper, KeeperLimits, LastSigns
from logger.session.orders import AnyOrder
from logger.session.projection import Projection
from logger.session.record_orders import AnyRecordOrder
from logger.session.refreshing import reading, refresh
from logger.sinks.pump import Pump
from tests.faults.session_model import SessionModel
from tests.faults.wired_pen import WiredPen
from tests.support.sinks import MemorySink
from tests.support.wire import HOST_BOOT, NPT, S_NS, assembler, host

TAIL_ENTRIES = 8
"""Few, so that a pump reads from the file too."""
RESUME_WITHIN_S, CLOSE_AFTER_S = 600.0, 3600.0
_PATIENCE_TURNS = 100_000
"""Of the loop, in which a pump gets far more done than any story leaves to do."""


class Clocks:
    """The host's clocks, moved by the test."""

    def __init__(self) -> None:
        self._at_ns = 0
        self._offset_ns = 0

    def __call__(self) -> HostTime:
        now = host(self._at_ns / S_NS)
        return replace(now, wall_ns=now.wall_ns + self._offset_ns)

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self._at_ns += round(seconds * S_NS)

    def step_s(self, seconds: float) -> None:
        """Set the wall clock; nothing else notices."""
        self._offset_ns += round(seconds * S_NS)

    def monotonic_s(self) -> float:
        """Return seconds that never step."""
        return self._at_ns / S_NS


class Receiver(MemorySink):
    """A sink that may be away, and may lose what it took last."""

    def __init__(self, clocks: Clocks) -> None:
        super().__init__()
        self._clocks = clocks
        self._taken_s: dict[int, float] = {}

    @property
    def held(self) -> list[int]:
        """The positions that it holds now."""
        return sorted(self._taken_s)

    async def deliver(self, batch: Sequence[Any], *, at_leisure: bool = False) -> Any:
        """Take a batch, unless away."""
        if not self.reachable:
            raise SinkUnavailable("gone")
        receipt = await super().deliver(batch, at_leisure=at_leisure)
        now_s = self._clocks.monotonic_s()
        self._taken_s |= {item.entry.position: now_s for item in batch}
        return receipt

    def forget_s(self, seconds: float) -> None:
        """Lose what was taken in the last ``seconds``, and the connection with it."""
        since_s = self._clocks.monotonic_s() - seconds
        self._taken_s = {at: when for at, when in self._taken_s.items() if when < since_s}
        self.failures.append(SinkUnavailable("it died"))


class _AtOnce(ThreadPoolExecutor):
    """Does what it is given before it returns, so that no story depends on the machine's load."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return what has been done already; what ``fn`` raises comes out at once."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class _SteppedLoop(asyncio.SelectorEventLoop):
    """A loop whose timers go by the test's clock."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        super().__init__()
        self._monotonic = monotonic
        self.set_default_executor(_AtOnce())

    def time(self) -> float:
        """Return the test's time in s."""
        return self._monotonic()


class MiniPc:
    """One recorder with one pen and one receiver; ``directory`` is its drive."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clocks = Clocks()
        self.pen = WiredPen.logging_to(directory / "pen.log")
        self.receiver = Receiver(self.clocks)
        self.model = SessionModel()
        self._lives = 0
        self._loop = _SteppedLoop(self.clocks.monotonic_s)
        self.data_dir = directory / "data-0"
        self._switch_on()

    def commit(self) -> list[Entry]:
        """Do what the service does at each commit."""
        now = self.clocks()
        drafts = self._recorder.drain()
        self._roster.remember(self._recorder)
        drafts = self.desk.minded(drafts, now) + self.desk.due(now)
        return self._append(drafts)

    def order(self, order: AnyOrder | AnyRecordOrder) -> list[Entry]:
        """Carry out an order; CommandRefused where it cannot be."""
        self.commit()
        if not isinstance(order, AnyRecordOrder):
            return self._append(self.desk.judge(order, "uid:1000"))
        entries = self._append(self.desk.judge_record(order, "uid:1000"))
        refresh(self.desk.projection, reading(self.reader))
        return entries

    def plug_in(self) -> None:
        """Open the pen's port."""
        link = Link(
            self.pen.plug_in(),
            NPT,
            assembler(
                resume=lambda serial: self._roster.resumption(serial, self._recorder),
                gap_cause="link",
            ),
            RecordingSettings(),
            self.clocks(),
        )
        self._recorder.link = link

    def unplug(self) -> None:
        """Pull the pen's plug, and let the recorder notice."""
        self.pen.unplug()
        self.commit()
        self._recorder.link = None

    def deliver(self) -> None:
        """Let the pump work until the receiver has all, if it is there."""
        self._run(self._delivered())

    def crash(self) -> None:
        """Die as by ``kill -9`` and start anew on what the drive holds."""
        after = self.directory / f"data-{self._lives}"
        shutil.copytree(self.data_dir, after, ignore=shutil.ignore_patterns("*.lock", "*-shm"))
        self._switch_off()
        shutil.rmtree(self.data_dir)
        self.data_dir = after
        self._switch_on()

    def restart(self) -> None:
        """Stop in order and start anew."""
        self.commit()
        self._switch_off()
        self._switch_on()

    def close(self) -> None:
        """Stop for good."""
        self._switch_off()
        self._loop.close()
        self.pen.log.close()

    def rebuilt(self) -> Projection:
        """Return the sessions as the journal alone tells them."""
        projection = Projection()
        with JournalReader(self.data_dir) as reader:
            for entry in reader.entries():
                projection.apply(entry)
            refresh(projection, reading(reader))
        return projection

    def _switch_on(self) -> None:
        self._lives += 1
        self.journal = Journal.open(self.data_dir, self.clocks)
        self.reader = JournalReader(self.data_dir)
        self._feed = Feed(self.reader, Tail(TAIL_ENTRIES, 1 << 20), self.journal.last_position)
        self._roster = Roster(self.reader)
        self._recorder = PenRecorder(
            targets=list,
            resume=lambda serial: self._roster.resumption(serial, self._recorder),
            settings=RecordingSettings(),
            clock=self.clocks,
            host_boot_id=HOST_BOOT,
            sleep=asyncio.sleep,
            hurry=lambda: None,
            backoff=Backoff(random.Random(1)),
        )
        self._roster.recorders.append(self._recorder)
        last = self.reader.last()
        projection = self.rebuilt()
        self.desk = SessionDesk(
            projection,
            Keeper(KeeperLimits(RESUME_WITHIN_S, CLOSE_AFTER_S)),
            {},
            self._roster.known_pens,
            self.clocks,
            partial(block_times, self.reader),
        )
        now = self.clocks()
        signs = LastSigns(last.time_ns if last else now.wall_ns, projection.clock, HOST_BOOT)
        started = kinds.ServiceStarted(
            version="0", host_boot_id=HOST_BOOT, host=now, site="clinic", settings_hash=""
        )
        draft = Draft(kinds.kind_of(started), "", "service", kinds.encode(started))
        self._pump: Pump | None = None
        self._append([draft, *self.desk.started(signs, now)])
        self._begin_delivery()

    def _begin_delivery(self) -> None:
        self._pump = Pump(
            self.receiver,
            self._feed,
            self._session_entries,
            lambda items: None,
            cursor=self.reader.cursors().get(self.receiver.name, Cursor(0, 0)),
            clock=self.clocks,
            sleep=self._no_sleep,
            monotonic=self.clocks.monotonic_s,
            rng=random.Random(1),
        )
        self._delivery = self._loop.create_task(self._pump.run())

    def _switch_off(self) -> None:
        self.pen.unplug()
        self._delivery.cancel()
        self._run(asyncio.wait([self._delivery]))
        self.reader.close()
        self.journal.close()

    def _append(self, drafts: Sequence[Draft]) -> list[Entry]:
        cursors = {} if self._pump is None else {self.receiver.name: self._pump.cursor}
        entries = self.journal.append(drafts, cursors)
        self.desk.applied(entries)
        self.model.apply(entries)
        self._feed.publish(entries)
        return entries

    async def _delivered(self) -> None:
        assert self._pump is not None
        pump = self._pump
        for _ in range(_PATIENCE_TURNS):
            if not self.receiver.reachable or pump.cursor.position >= self._feed.last_position:
                return
            await asyncio.sleep(0)
            if self._delivery.done():
                self._delivery.result()
        raise AssertionError(f"delivery stands at {pump.cursor}, {pump.status()}")

    async def _no_sleep(self, wait_s: float) -> None:
        del wait_s
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    def _session_entries(self, after: int, to: int) -> list[Entry]:
        return list(self.reader.entries(after=after, to=to, kinds=kinds.SESSION_KINDS))

    def _run(self, coroutine: Coroutine[Any, Any, object]) -> None:
        self._loop.run_until_complete(coroutine)
