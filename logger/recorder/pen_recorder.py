"""One recorder per pen: open, identify, read, and again for ever when the link is lost.

It only reads and keeps bytes; :meth:`PenRecorder.drain`, called at each commit, makes
drafts of them. So a link costs one wake-up per pause, however many frames it carries.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from drivers.decoder import Decoder
from drivers.port import Port, open_port
from drivers.profile import Profile
from logger.backoff import Backoff
from logger.errors import ConfigError, LinkLost
from logger.journal.entry import Draft
from logger.recorder.assembler import Assembler, Resume
from logger.recorder.clock import Clock
from logger.recorder.link import Link
from logger.recorder.settings import RecordingSettings

log = logging.getLogger(__name__)

BUFFER_LIMIT = 1 << 18
"""Bytes kept between two commits before reading waits for one."""
CALM_BYTES_A_SECOND = 4000
"""What any terminal keeps: a line that says less can go unread for a second."""
CALM_READ = 1536
"""A commit that found fewer bytes than this shows that one read a commit is enough."""
BUSY_READ = 4096
"""After so many bytes more will be there already."""
NAP_BYTES = 2048
"""What should have come when a fast line is read again."""
SHORTEST_NAP_S = 0.001
LOOK_AROUND_S = 1.0
NEW_NAP_S = 0.01
"""How often a new link is read until it is known who speaks."""
UNSOLVED = ("unreadable", "unsupported")
"""Opening the port again mends none of these, so they are told until a pen is recorded."""


@dataclass(frozen=True, slots=True)
class Target:
    """A port to try, and how a pen on it would speak."""

    port: str
    profile: Profile
    pen_name: str | None = None


@dataclass(slots=True)
class PenRecorder:
    """Keeps one pen recorded.

    ``targets`` returns the ports to try now, best first. ``resume`` returns where the
    record of a serial number ended, and raises :class:`logger.errors.UnsupportedPen` if
    another recorder has that pen. ``hurry`` asks for a commit before its time.
    """

    targets: Callable[[], Sequence[Target]]
    resume: Resume
    settings: RecordingSettings
    clock: Clock
    host_boot_id: str
    sleep: Callable[[float], Awaitable[None]]
    hurry: Callable[[], None]
    backoff: Backoff
    link: Link | None = None
    trouble: str = ""
    _drained: asyncio.Event = field(default_factory=asyncio.Event)
    _busy: asyncio.Event = field(default_factory=asyncio.Event)
    _turn: int = 0
    _linked_before: bool = False
    _unsolved: bool = False

    @property
    def serial(self) -> str | None:
        """The serial number of the pen on the link, if it is known."""
        link = self.link
        if link is None or link.lost is not None or link.assembler.stream is None:
            return None
        return link.assembler.stream.pen.serial

    @property
    def is_calm(self) -> bool:
        """Tell whether the line can go unread for a second and loses nothing."""
        link = self.link
        limit = CALM_BYTES_A_SECOND * self.settings.commit_interval_s
        return link is None or (link.lost is None and link.drained_bytes <= limit)

    async def run(self) -> None:
        """Record for ever; ends only by cancellation, with the port closed."""
        while True:
            target = self._next_target()
            if target is not None:
                try:
                    await self._record(target)
                except (LinkLost, ConfigError) as error:
                    self._tell(str(error))
            await self.sleep(self.backoff.next_wait_s())

    def drain(self) -> list[Draft]:
        """Return drafts of all that was read since the last call. Never waits."""
        link = self.link
        if link is None:
            return []
        got = link.read_all(self.clock)
        now = link.read_at if got and link.read_at else self.clock()
        drafts = link.drain(now)
        if link.identified:
            self.backoff.succeeded()
            if link.lost is None:
                self.trouble, self._unsolved = "", False
        self._drained.set()
        if link.lost is not None or link.drained_bytes >= CALM_READ or link.is_unheard(now):
            self._busy.set()
        return drafts

    def _next_target(self) -> Target | None:
        targets = self.targets()
        if not targets:
            self._tell("no port of a known pen is plugged in")
            return None
        self._turn += 1
        return targets[self._turn % len(targets)]

    async def _record(self, target: Target) -> None:
        port = await asyncio.to_thread(open_port, target.port, target.profile)
        link = self._link(target, port)
        self.link = link
        if not self._unsolved:
            self.trouble = ""
            log.info("%s: open, profile %s", target.port, target.profile.name)
        try:
            await self._read(link)
        finally:
            # Whatever ends this: what has arrived by now belongs to the record.
            link.read_all(self.clock)
            port.close()
            # A commit that takes long reads all links on: this one is not unplugged.
            link.lose("stopped", "the service was told to stop")
        await self._until_drained()
        self._linked_before |= link.identified
        self.link = None
        self._unsolved = link.lost in UNSOLVED
        self._tell(link.lost_detail)

    def _link(self, target: Target, port: Port) -> Link:
        assembler = Assembler(
            port=target.port,
            profile=target.profile,
            decoder=Decoder(target.profile),
            host_boot_id=self.host_boot_id,
            resume=self.resume,
            pen_name=target.pen_name,
            gap_cause="link" if self._linked_before else "restart",
            simulated=port.simulated,
        )
        return Link(port, target.profile, assembler, self.settings, self.clock())

    async def _read(self, link: Link) -> None:
        """Return once the link is lost.

        :meth:`drain` empties the port at each commit, and a slow line needs no more than
        that. A faster one is read in between, the sooner the more comes, before the
        kernel's buffer (4 kB for a terminal) can run over. What a new link says is
        committed at once, so that it is soon known who speaks.
        """
        longest_s = self.settings.commit_interval_s / 2
        nap_s = longest_s
        while link.lost is None:
            now = self.clock()
            new = link.is_new(now)
            if link.is_unheard(now) and await self._is_elsewhere(link):
                link.lose("silent", f"{link.port.name}: no pen speaks here, another port is tried")
                continue
            if link.drained_bytes < CALM_READ and not new:
                self._busy.clear()
                await self._busy.wait()
                continue
            got = link.read_all(self.clock)
            if link.buffered > BUFFER_LIMIT or (got and new):
                self.hurry()
                await self._until_drained()
                continue
            if new:
                await self.sleep(NEW_NAP_S)
                continue
            nap_s *= min(2.0, NAP_BYTES / max(got, 1))
            nap_s = min(longest_s, max(SHORTEST_NAP_S, nap_s))
            await self.sleep(0 if got >= BUSY_READ else self._until_next_read_s(nap_s))

    async def _is_elsewhere(self, link: Link) -> bool:
        """Wait a while and tell whether there is another port to try: a pen moves, too."""
        await self.sleep(LOOK_AROUND_S)
        if link.lost is not None or link.last_good is not None:
            return False
        targets = await asyncio.to_thread(self.targets)
        return any(target.port != link.assembler.port for target in targets)

    def _until_next_read_s(self, nap_s: float) -> float:
        """Return how long to nap so that all pens that nap are woken together.

        At 8 pens and 1000 Hz a wake-up costs three times what reading a port does.
        """
        interval_s = self.settings.commit_interval_s
        step_ns = round(interval_s / math.ceil(interval_s / nap_s) * 1e9)
        return (step_ns - self.clock().boottime_ns % step_ns) / 1e9

    async def _until_drained(self) -> None:
        self._drained.clear()
        await self._drained.wait()

    def _tell(self, trouble: str) -> None:
        if trouble and trouble != self.trouble:
            log.warning("%s", trouble)
        self.trouble = trouble
