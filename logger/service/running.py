"""Wires the parts together, runs them, and closes them in order."""

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from functools import partial

from drivers.profile import Profile
from logger import __version__
from logger.backoff import Backoff
from logger.command_socket import command_server
from logger.errors import ConfigError, JournalError, NeedlelogError, SinkUnavailable
from logger.journal import kinds
from logger.journal.entry import Draft, Entry
from logger.journal.feed import Feed
from logger.journal.quarantine import QuarantineRoom
from logger.journal.reader import JournalReader
from logger.journal.tail import Tail
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock, host_boot_id
from logger.recorder.clock_watch import ClockWatch
from logger.recorder.committer import Committer
from logger.recorder.disk import Disk
from logger.recorder.drive import Drive
from logger.recorder.pen_recorder import PenRecorder
from logger.recorder.roster import Roster
from logger.recorder.session_desk import SERVICE, SessionDesk
from logger.recorder.settings import PenSettings
from logger.recorder.waiting import Waiting
from logger.service.allocator import give_holes_back
from logger.service.chores import Chores
from logger.service.delivery import Delivery
from logger.service.manager import Manager
from logger.service.orders import Orders
from logger.service.recomputing import Recomputing
from logger.service.watch import Watch
from logger.session.block_times import block_times
from logger.session.keeper import Keeper, KeeperLimits, LastSigns
from logger.session.orders import PlanKey
from logger.session.projection import Projection
from logger.session.store_file import SessionStore
from logger.settings import Settings
from logger.status import Status
from logger.status_text import status_headline

log = logging.getLogger(__name__)

TAIL_ENTRIES = 240
TAIL_BYTES = 3_000_000
SAVE_EVERY_ENTRIES = 2000
CHORES_AGAIN_S = 10.0
CHORES_AGAIN_MAX_S = 600.0
_TOLD_SETTINGS = {"pens", "recording"}
"""What was recorded depends on them; the journal tells of them at each start."""


class Service:
    """One recorder with everything it drives, made by :func:`run_service`."""

    def __init__(
        self,
        settings: Settings,
        profiles: Sequence[Profile],
        plans: dict[PlanKey, kinds.Plan],
        journal: Journal,
        disk: Disk,
        reader: JournalReader,
        feeding: JournalReader,
        store: SessionStore,
        projection: Projection,
    ) -> None:
        recording = settings.recording
        self._settings = settings
        self._reader = reader
        self._store = store
        self._clock = HostClock()
        self._boot_id = host_boot_id()
        self._clock_watch = ClockWatch(self._boot_id, self._clock())
        self._random = random.Random()  # noqa: S311 - jitter, no secret
        self._projection = projection
        self._save_at = projection.position + SAVE_EVERY_ENTRIES
        self._unsaved = ""
        self._feeding = feeding
        self._feed = Feed(feeding, Tail(TAIL_ENTRIES, TAIL_BYTES), journal.last_position)
        self._roster = Roster(reader)
        limits = KeeperLimits(recording.resume_within_s, recording.close_after_s)
        self._desk = SessionDesk(
            self._projection,
            Keeper(limits),
            plans,
            self._roster.known_pens,
            self._clock,
            partial(block_times, feeding),
        )
        self._recomputing = Recomputing(self._projection, feeding, settings.data_dir, self._save)
        self._watch = Watch(
            settings.site,
            settings.data_dir,
            reader,
            self._roster,
            self._projection,
            self._clock,
            self._clock_watch,
        )
        room = QuarantineRoom(reader.quarantine_held())
        self._delivery = Delivery(settings, reader, self._feed, self._watch, self._clock, room)
        self._chores = Chores(
            settings.data_dir,
            settings.archive.settle_s,
            settings.archive.niceness,
            settings.retention,
            Backoff(self._random, CHORES_AGAIN_S, CHORES_AGAIN_MAX_S),
            lambda: self._clock().wall_ns,
        )
        self._committer = Committer(
            drive=Drive(journal, disk, time.monotonic),
            waiting=Waiting(settings.disk.hold_bytes),
            gather=self._gather,
            read=self._read,
            calm=lambda: all(recorder.is_calm for recorder in self._roster.recorders),
            cursors=self._delivery.cursors,
            after=self._committed,
            now=time.monotonic,
            interval_s=recording.commit_interval_s,
            idle_interval_s=recording.idle_commit_interval_s,
            quarantine_room=room,
        )
        for pen, profile in zip(settings.pens, profiles, strict=True):
            self._roster.recorders.append(self._recorder(pen, profile))

    async def run(self, stop: asyncio.Event, manager: Manager) -> None:
        """Record and deliver until ``stop``; JournalError or ConfigError if that must end."""
        orders = Orders(
            self._desk,
            self._committer,
            self._delivery,
            self._reader,
            self._status,
            self._settings.data_dir,
            self._feeding,
        )
        await self._begin()
        try:
            async with asyncio.TaskGroup() as tasks:
                recording = [tasks.create_task(self._committer.run())]
                recording += [tasks.create_task(one.run()) for one in self._roster.recorders]
                delivering = tasks.create_task(self._delivery.run(self._committer.quarantine))
                later = [tasks.create_task(self._recomputing.run())]
                later.append(tasks.create_task(self._chores.run()))
                async with command_server(self._settings.data_dir, orders.handle):
                    manager.ready(self._said())
                    signs = manager.watch(lambda: self._committer.turns, self._said)
                    later.append(tasks.create_task(signs))
                    await stop.wait()
                manager.stopping()
                for task in recording:
                    task.cancel()
                await asyncio.wait(recording)
                # What was said is saved before receivers are bidden goodbye: one may be frozen.
                await self._end()
                delivering.cancel()
                for task in later:
                    task.cancel()
        except* (JournalError, ConfigError) as failures:
            raise _first(failures) from None
        finally:
            self._committer.close()
            self._save()

    async def _begin(self) -> None:
        """Say that the recorder started, and what its absence did to open sessions."""
        now = self._clock()
        last = self._reader.last()
        last_ns = last.time_ns if last else now.wall_ns
        signs = LastSigns(last_ns, self._projection.clock, self._boot_id)
        self._clock_watch.told = now
        started = kinds.ServiceStarted(
            version=__version__,
            host_boot_id=self._boot_id,
            host=now,
            site=self._settings.site,
            settings_hash=self._settings.fingerprint(),
            settings=self._settings.model_dump(mode="json", include=_TOLD_SETTINGS),
        )
        async with self._committer.exclusive():
            await self._committer.say([_draft(started), *self._desk.started(signs, now)])

    async def _end(self) -> None:
        """Commit what the pens had said, and that the service stops."""
        async with self._committer.exclusive():
            await self._committer.finish([_draft(kinds.ServiceStopped(reason="told to stop"))])

    def _gather(self) -> list[Draft]:
        """Return what pens and rules have to say, in the order in which it must be journaled."""
        now = self._clock()
        drafts = self._clock_watch.noticed(now)
        for recorder in self._roster.recorders:
            said = recorder.drain()
            if said:
                self._roster.remember(recorder)
                drafts += self._desk.minded(said, now)
        # A rule that is due would be due again at every look until it is committed.
        return drafts if self._committer.waiting else drafts + self._desk.due(now)

    def _read(self) -> None:
        """Empty the ports while a commit takes long; the next one makes drafts of it."""
        for recorder in self._roster.recorders:
            if recorder.link is not None:
                recorder.link.read_all(self._clock)

    def _committed(self, entries: list[Entry]) -> None:
        self._desk.applied(entries)
        self._watch.committed(entries)
        self._delivery.glance()
        self._feed.publish(entries)
        self._chores.committed(entries)
        changed = any(entry.kind in kinds.SESSION_KINDS for entry in entries)
        many = entries[-1].position >= self._save_at
        if changed or many or self._projection.stopped:
            self._save()
        if changed:
            self._recomputing.wake()
        if many:
            give_holes_back()

    def _save(self) -> None:
        self._save_at = self._projection.position + SAVE_EVERY_ENTRIES
        try:
            self._store.save(self._projection)
        except SinkUnavailable as error:
            if str(error) != self._unsaved:
                log.warning("%s; it will be made again from the journal", error)
            self._unsaved = str(error)
        else:
            self._unsaved = ""

    def _status(self, sessions: bool = True) -> Status:
        committer = self._committer
        return self._watch.status(
            self._delivery.status(),
            committer.disk,
            committer.backlog,
            self._chores.status,
            sessions,
        )

    def _said(self) -> str:
        """Return how it is, in a line."""
        return status_headline(self._status())

    def _recorder(self, pen: PenSettings, profile: Profile) -> PenRecorder:
        recording = self._settings.recording
        recorder = PenRecorder(
            targets=lambda: self._roster.targets(pen, profile),
            resume=lambda serial: self._roster.resumption(serial, recorder),
            settings=recording,
            clock=self._clock,
            host_boot_id=self._boot_id,
            sleep=asyncio.sleep,
            hurry=self._committer.hurry,
            backoff=Backoff(self._random, recording.reconnect_min_s, recording.reconnect_max_s),
        )
        return recorder


def _draft(payload: kinds.Payload) -> Draft:
    return Draft(kinds.kind_of(payload), "", SERVICE, kinds.encode(payload))


def _first(failures: "BaseExceptionGroup[NeedlelogError]") -> BaseException:
    first: BaseException = failures
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first
