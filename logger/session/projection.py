"""The journal folded into sessions."""

from collections.abc import Callable
from typing import Self

import msgspec

from logger.journal import kinds
from logger.journal.blocks import decode_block
from logger.journal.entry import Entry
from logger.journal.kinds import Plan
from logger.session.context import CONTEXT_KINDS, Context
from logger.session.held_blocks import HELD_BLOCKS_MAX
from logger.session.live import LiveDump, LiveSession
from logger.session.live_state import Beginning, LiveState, note_of
from logger.session.model import ClockState, Session
from logger.session.orders import OpenSession, PlanKey
from logger.session.showing import open_session

_OTHER_KINDS = frozenset((*CONTEXT_KINDS, "gap"))
_DIALS = ("depth_dial", "rate_dial")


class ProjectionDump(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that :class:`Projection` holds but the stopped sessions."""

    position: int
    context: Context
    plans: list[Plan]
    live: list[LiveDump]
    uncorrected: list[str]


def _none_stopped(session: str) -> Session | None:
    return None


class Projection:
    """Folds entries, in order, into sessions; the same entries give the same sessions.

    Only open sessions are held as sums. ``stopped`` are the sessions that were stopped,
    or changed after that, since the projection was made or last saved; older ones are
    asked of ``find_stopped``. ``held_blocks_max`` is how many blocks an open session may
    hold back to sum them up together; nothing that can be asked depends on it.
    """

    def __init__(
        self,
        find_stopped: Callable[[str], Session | None] = _none_stopped,
        held_blocks_max: int = HELD_BLOCKS_MAX,
    ) -> None:
        self.position = 0
        self.stopped: dict[str, Session] = {}
        self.used_plans: dict[PlanKey, Plan] = {}
        self._find_stopped = find_stopped
        self._held_blocks_max = held_blocks_max
        self._context = Context()
        self._live: dict[str, LiveSession] = {}
        self._by_pen: dict[str, LiveSession] = {}
        self._uncorrected: list[str] = []

    @classmethod
    def load(
        cls,
        data: bytes,
        find_stopped: Callable[[str], Session | None],
        held_blocks_max: int = HELD_BLOCKS_MAX,
    ) -> Self:
        """Return what :meth:`dump` was of; msgspec.MsgspecError if the bytes are not that."""
        dump = msgspec.msgpack.decode(data, type=ProjectionDump)
        projection = cls(find_stopped, held_blocks_max)
        projection.position = dump.position
        projection._context = dump.context
        projection.used_plans = {(plan.name, plan.version): plan for plan in dump.plans}
        projection._uncorrected = dump.uncorrected
        for one in dump.live:
            projection._hold(LiveSession.load(one, held_blocks_max))
        return projection

    def dump(self) -> bytes:
        """Return all but the stopped sessions, for :meth:`load`."""
        dump = ProjectionDump(
            position=self.position,
            context=self._context,
            plans=list(self.used_plans.values()),
            live=[live.dump() for live in self._live.values()],
            uncorrected=self._uncorrected,
        )
        return msgspec.msgpack.encode(dump)

    @property
    def clock(self) -> ClockState | None:
        """The host clock as last journaled."""
        return self._context.clock

    def sessions(self) -> list[Session]:
        """Return the sessions that are open or in ``stopped``, in order of their start."""
        found = [live.session() for live in self._live.values()] + list(self.stopped.values())
        return sorted(found, key=lambda session: session.started_position)

    def session(self, session: str) -> Session | None:
        """Return the session of that id, None if there is none."""
        if session in self._live:
            return self._live[session].session()
        return self._stopped(session)

    def is_session(self, session: str) -> bool:
        """Return whether a session of that id was ever started."""
        return session in self._live or self._stopped(session) is not None

    def open_sessions(self) -> list[OpenSession]:
        """Return the sessions that are not stopped, as rules need them, by start."""
        return [open_session(live.state) for live in self._live.values()]

    def open_states(self) -> list[LiveState]:
        """Return all that is remembered of the sessions that are not stopped, by start."""
        return [live.state for live in self._live.values()]

    def apply(self, entry: Entry) -> None:
        """Fold the entry; one at or before ``position`` was folded already and is skipped."""
        if entry.position <= self.position:
            return
        self.position = entry.position
        if entry.kind == kinds.SAMPLES:
            self._apply_samples(entry)
        elif entry.payload is None:
            return
        elif entry.kind in kinds.SESSION_KINDS:
            self._apply_session(entry, kinds.decode(entry.kind, entry.payload))
        elif entry.kind in _OTHER_KINDS:
            self._apply_other(entry.stream, kinds.decode(entry.kind, entry.payload))

    def _apply_samples(self, entry: Entry) -> None:
        live = self._by_pen.get(entry.stream)
        if live is None:
            return
        block = entry.block
        if block is None and entry.payload is not None:
            block = decode_block(entry.payload)
        if block is not None:
            live.add_block(block, entry.position)

    def _apply_session(self, entry: Entry, payload: kinds.Payload) -> None:
        if isinstance(payload, kinds.SessionStarted):
            self._start(payload, Beginning.of(entry))
            return
        if isinstance(payload, kinds.SessionCarried) and not self.is_session(payload.session):
            self._start(payload.started, Beginning.carried(payload))
        session: str = getattr(payload, "session", "")
        live = self._live.get(session)
        if live is None:
            self._note_late(session, payload, entry)
        elif isinstance(payload, kinds.SessionStopped):
            del self._live[session]
            if self._by_pen.get(live.state.started.pen) is live:
                del self._by_pen[live.state.started.pen]
            self.stopped[session] = live.stop(payload, entry)
        else:
            live.change(payload, entry)

    def _start(self, started: kinds.SessionStarted, beginning: Beginning) -> None:
        pen = self._context.pen(started.pen)
        clock = self._context.clock
        state = LiveState(
            started=started,
            started_position=beginning.position,
            started_unix_ns=beginning.unix_ns,
            started_by=beginning.actor,
            pen_seen=pen,
            clock=clock,
            side=started.side,
            zone=started.zone,
            pen_needles=self._context.needles.get(started.pen),
            notes=beginning.notes(started.note),
        )
        self._hold(LiveSession(state, pen.sample_period_us, self._held_blocks_max))
        if started.plan is not None:
            self.used_plans.setdefault((started.plan.name, started.plan.version), started.plan)
        if clock is not None and not clock.synchronised:
            self._uncorrected.append(started.session)

    def _hold(self, live: LiveSession) -> None:
        self._live[live.state.started.session] = live
        self._by_pen[live.state.started.pen] = live

    def _apply_other(self, stream: str, payload: kinds.Payload) -> None:
        before = self._context.clock
        self._context.apply(stream, payload)
        if isinstance(payload, kinds.AnchorSet | kinds.ServiceStarted | kinds.ClockChanged):
            self._correct_starts(before)
        live = self._by_pen.get(stream)
        if live is None:
            return
        match payload:
            case kinds.PenIdentified():
                live.set_period(payload.pen.sample_period_us)
            case kinds.PenEventSeen():
                live.set_needles(self._context.needles.get(stream))
                live.add_event(dial=payload.event.name in _DIALS)
            case kinds.Gap() if payload.count is None:
                live.add_event(gap=True)

    def _correct_starts(self, before: ClockState | None) -> None:
        """Use the first synchronised reading of a host boot for what started before it."""
        now = self._context.clock
        if now is None or not self._uncorrected:
            return
        if before is not None and before.host_boot_id != now.host_boot_id:
            self._uncorrected = []
        elif now.synchronised:
            for session in self._uncorrected:
                self._correct(session, now)
            self._uncorrected = []

    def _correct(self, session: str, now: ClockState) -> None:
        live = self._live.get(session)
        stopped = None if live is not None else self._stopped(session)
        clock = live.state.clock if live is not None else stopped.clock if stopped else None
        if clock is None:
            return
        correction_ns = now.offset_ns - clock.offset_ns
        if live is not None:
            live.state.clock_correction_ns = correction_ns
        elif stopped is not None:
            self.stopped[session] = msgspec.structs.replace(
                stopped,
                clock_correction_ns=correction_ns,
                corrected_started_unix_ns=stopped.started_unix_ns + correction_ns,
            )

    def _note_late(self, session: str, payload: kinds.Payload, entry: Entry) -> None:
        """Add a note to a session that is stopped; nothing else can change one.

        A store that was saved meanwhile may have the note already.
        """
        stopped = self._stopped(session)
        if stopped is None or not isinstance(payload, kinds.SessionNote):
            return
        if all(note.position != entry.position for note in stopped.notes):
            notes = (*stopped.notes, note_of(payload.text, entry))
            self.stopped[session] = msgspec.structs.replace(stopped, notes=notes)

    def _stopped(self, session: str) -> Session | None:
        return self.stopped.get(session) or self._find_stopped(session)
