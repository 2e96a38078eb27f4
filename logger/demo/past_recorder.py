"""The recorder in a time that one moves by hand: an archive of months is made in seconds.

Pens, decoder, rules, journal and seals are those of ``needlelog run``; only nobody waits, and
a commit holds more than one does there.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from drivers.decoder import Decoder
from drivers.model import HostTime
from drivers.simulator.pen import VirtualPen
from logger import __version__
from logger.accounts.orders import AnyAccountOrder
from logger.archive.round import run_round
from logger.demo.past_pen import PastPen
from logger.errors import SinkUnavailable
from logger.journal import kinds
from logger.journal.entry import Draft, Entry
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.assembler import Assembler
from logger.recorder.link import Link
from logger.recorder.pen_stream import PenStream
from logger.recorder.session_desk import SERVICE, SessionDesk
from logger.recorder.settings import RecordingSettings
from logger.recorder.timeline import Resumption
from logger.service.account_orders import judged
from logger.service.sealing_orders import carry_out_alone
from logger.session.block_times import block_times
from logger.session.keeper import Keeper, KeeperLimits
from logger.session.model import Session
from logger.session.orders import AnyOrder, KnownPen, PlanKey
from logger.session.record_orders import AnyRecordOrder
from logger.session.refreshing import reading, refresh
from logger.session.store import open_sessions
from logger.session.store_file import SessionStore

ACTOR = "demo"
HOST_BOOT_ID = "de" * 16
S_NS = 1_000_000_000
STEP_NS = S_NS
"""What one block holds; the recorder's own are five times shorter."""
DRAFTS_A_COMMIT = 20


@dataclass(slots=True)
class PastClock:
    """A machine that was booted at ``booted_unix_ns`` and knows the time."""

    booted_unix_ns: int
    now_unix_ns: int

    def __call__(self) -> HostTime:
        """Return its clocks as they stand."""
        return HostTime(self.now_unix_ns, self.now_unix_ns - self.booted_unix_ns, True)


@dataclass(slots=True)
class PastRecorder:
    """Records one pen at a time into ``journal``; made by :func:`recording`."""

    data_dir: Path
    clock: PastClock
    journal: Journal
    reader: JournalReader
    store: SessionStore
    desk: SessionDesk
    pens: dict[str, KnownPen]
    _pen: PastPen | None = None
    _link: Link | None = None
    _waiting: list[Draft] = field(default_factory=list)
    _streams: dict[str, PenStream] = field(default_factory=dict)

    def plug(self, pen: VirtualPen) -> None:
        """Power ``pen`` up on the recorder's port."""
        self._pen = PastPen(pen, self.clock.now_unix_ns)

    def unplug(self) -> None:
        """Take the pen away."""
        if self._link is not None:
            self._link.lose("unplugged", f"{self._link.port.name}: unplugged")
            self._listen()
        self._pen = None
        self._commit()

    def pass_until(self, unix_ns: int) -> None:
        """Let time pass, and record what the pen says meanwhile."""
        while self._pen is not None and self.clock.now_unix_ns < unix_ns:
            self.clock.now_unix_ns = min(unix_ns, self.clock.now_unix_ns + STEP_NS)
            self._listen()
            due = self.desk.due(self.clock())
            self._waiting += due
            if due or len(self._waiting) >= DRAFTS_A_COMMIT:
                self._commit()
        self.clock.now_unix_ns = max(unix_ns, self.clock.now_unix_ns)

    def order(self, order: AnyOrder | AnyRecordOrder) -> str:
        """Carry out ``order``; returns the id of its session, or raises CommandRefused."""
        self._commit()
        if isinstance(order, AnyRecordOrder):
            drafts = self.desk.judge_record(order, ACTOR)
        else:
            drafts = self.desk.judge(order, ACTOR)
        last = self.append(drafts)[-1]
        refresh(self.desk.projection, reading(self.reader))
        session: str = getattr(kinds.decode(last.kind, last.payload or b"{}"), "session", "")
        return session

    def account(self, order: AnyAccountOrder) -> None:
        """Carry out an order about accounts."""
        self.append([judged(self.data_dir, order, ACTOR)])

    def append(self, drafts: list[Draft]) -> list[Entry]:
        """Commit ``drafts`` as they are, and fold them."""
        entries = self.journal.append(drafts)
        self.desk.applied(entries)
        return entries

    def note_access(self, payload: kinds.Payload) -> None:
        """Append who used the console."""
        self.append([_draft(payload, ACTOR)])

    def session(self, session_id: str) -> Session:
        """Return a session that there is."""
        found = self.desk.projection.session(session_id)
        if found is None:
            raise KeyError(session_id)
        return found

    def seal(self) -> None:
        """Run a round of the archive; SinkUnavailable if anything was left unsealed."""
        self.store.save(self.desk.projection)
        done = run_round(self.data_dir, self._archive_order, lambda: self.clock.now_unix_ns)
        if done.failed:
            raise SinkUnavailable("; ".join(done.failed))

    def _archive_order(self, order: str, arguments: dict[str, Any]) -> Any:
        return carry_out_alone(self.journal, self.data_dir, order, arguments, ACTOR)

    def _listen(self) -> None:
        pen, now = self._pen, self.clock()
        if pen is None:
            return
        pen.pass_until(now.wall_ns)
        if self._link is None and pen.plugged:
            self._link = self._new_link(pen)
        link = self._link
        if link is None:
            return
        link.read_all(self.clock)
        drafts = link.drain(now)
        self._remember(link)
        is_news = any(draft.kind in ("link.up", "link.lost") for draft in drafts)
        # The rules go by what is committed, and what they say happens now.
        if is_news:
            self._commit()
        self._waiting += self.desk.minded(drafts, now)
        if is_news:
            self._commit()
        if link.lost is not None:
            self._link = None

    def _remember(self, link: Link) -> None:
        stream = link.assembler.stream
        if stream is not None:
            serial, linked = stream.pen.serial, link.lost is None
            self._streams[serial] = stream
            self.pens[serial] = KnownPen(serial=serial, linked=linked, simulated=True)

    def _new_link(self, pen: PastPen) -> Link:
        profile = pen.pen.profile
        assembler = Assembler(
            port=pen.name,
            profile=profile,
            decoder=Decoder(profile),
            host_boot_id=HOST_BOOT_ID,
            resume=self._resumption,
            simulated=True,
        )
        return Link(pen, profile, assembler, RecordingSettings(), self.clock())

    def _resumption(self, serial: str) -> Resumption | None:
        stream = self._streams.get(serial)
        if stream is None or stream.last_block is None:
            return None
        return Resumption.after(stream.last_block, stream.timeline.anchoring.number)

    def _commit(self) -> None:
        drafts, self._waiting = self._waiting, []
        if drafts:
            self.append(drafts)


@contextmanager
def recording(
    data_dir: Path,
    site: str,
    plans: Mapping[PlanKey, kinds.Plan],
    start_unix_ns: int,
    seed: int,
) -> Iterator[PastRecorder]:
    """Start a recorder at ``start_unix_ns`` in ``data_dir``, which has none, and stop it again."""
    clock = PastClock(start_unix_ns - 60 * S_NS, start_unix_ns)
    bits: Callable[[int], int] = random.Random(seed).getrandbits  # noqa: S311 - simulated
    pens: dict[str, KnownPen] = {}
    with Journal.open(data_dir, clock) as journal, JournalReader(data_dir) as reader:
        store, projection = open_sessions(data_dir, journal.append)
        times = partial(block_times, reader)
        desk = SessionDesk(
            projection, Keeper(KeeperLimits()), plans, lambda: pens, clock, times, bits
        )
        recorder = PastRecorder(data_dir, clock, journal, reader, store, desk, pens)
        try:
            started = kinds.ServiceStarted(
                version=__version__,
                host_boot_id=HOST_BOOT_ID,
                host=clock(),
                site=site,
                settings_hash="",
            )
            recorder.append([_draft(started, SERVICE)])
            yield recorder
            recorder.append([_draft(kinds.ServiceStopped(reason="told to stop"), SERVICE)])
            store.save(projection)
        finally:
            store.close()


def _draft(payload: kinds.Payload, actor: str) -> Draft:
    return Draft(kinds.kind_of(payload), "", actor, kinds.encode(payload))
