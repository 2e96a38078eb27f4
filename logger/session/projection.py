"""The journal folded into sessions."""

from collections.abc import Sequence
from typing import Self

import msgspec

from logger.journal import kinds
from logger.journal.blocks import decode_block
from logger.journal.entry import Entry
from logger.journal.kinds import Plan
from logger.session.context import CONTEXT_KINDS, Context
from logger.session.held_blocks import HELD_BLOCKS_MAX
from logger.session.live import LiveDump, LiveSession
from logger.session.live_state import Beginning, LiveState
from logger.session.model import ClockState, Session
from logger.session.orders import OpenSession, PlanKey
from logger.session.restating import restated
from logger.session.showing import open_session
from logger.session.stopped import FindHolding, FindSession, StoppedSessions

_OTHER_KINDS = frozenset((*CONTEXT_KINDS, "gap"))
_DIALS = ("depth_dial", "rate_dial")


class ProjectionDump(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that :class:`Projection` holds but the stopped sessions."""

    position: int
    context: Context
    plans: list[Plan]
    live: list[LiveDump]
    uncorrected: list[str]
    due: list[str] = []


def _none_stopped(session: str) -> Session | None:
    return None


def _none_holding(pen: str, first: int, last: int) -> Sequence[str]:
    return ()


class Projection:
    """Folds entries, in order, into sessions; the same entries give the same sessions.

    Only open sessions are held as sums. ``stopped`` are the sessions that were stopped,
    or changed after that, since the projection was made or last saved; older ones are
    asked of ``find_stopped`` and ``find_holding``. ``held_blocks_max`` is how many blocks
    an open session may hold back to sum them up together; nothing that can be asked
    depends on it. Who amends samples, sides or borders finds the session's id in ``due``
    until :meth:`summed` was given what ``logger.session.recompute`` makes of it.
    """

    def __init__(
        self,
        find_stopped: FindSession = _none_stopped,
        held_blocks_max: int = HELD_BLOCKS_MAX,
        find_holding: FindHolding = _none_holding,
    ) -> None:
        self.position = 0
        self.used_plans: dict[PlanKey, Plan] = {}
        self._archive = StoppedSessions(find_stopped, find_holding, ())
        self._held_blocks_max = held_blocks_max
        self._context = Context()
        self._live: dict[str, LiveSession] = {}
        self._by_pen: dict[str, LiveSession] = {}
        self._uncorrected: list[str] = []

    @classmethod
    def load(
        cls,
        data: bytes,
        find_stopped: FindSession,
        held_blocks_max: int = HELD_BLOCKS_MAX,
        find_holding: FindHolding = _none_holding,
    ) -> Self:
        """Return what :meth:`dump` was of; msgspec.MsgspecError if the bytes are not that."""
        dump = msgspec.msgpack.decode(data, type=ProjectionDump)
        projection = cls(find_stopped, held_blocks_max)
        projection._archive = StoppedSessions(find_stopped, find_holding, dump.due)
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
            due=self._archive.due,
        )
        return msgspec.msgpack.encode(dump)

    @property
    def clock(self) -> ClockState | None:
        """The host clock as last journaled."""
        return self._context.clock

    @property
    def unsettled(self) -> int:
        """How many sessions samples or a reading of the clock may yet change."""
        return len(self._live) + len(self._uncorrected) + len(self.due)

    @property
    def stopped(self) -> dict[str, Session]:
        """The stopped sessions by id that no store has as they are now."""
        return self._archive.fresh

    @property
    def erased(self) -> set[str]:
        """The ids of erased sessions that a store may still have."""
        return self._archive.erased

    @property
    def due(self) -> tuple[str, ...]:
        """The ids of the sessions whose statistics must be summed up anew."""
        return tuple(self._archive.due)

    def summed(self, session: Session) -> bool:
        """Take the sums of ``session`` as recomputed; False if it was amended again meanwhile."""
        return self._archive.summed(session)

    def holding(self, pen: str, first: int, last: int) -> list[Session]:
        """Return the stopped sessions that hold positions of ``pen`` between two, both included."""
        return self._archive.holding(pen, first, last)

    def sessions(self) -> list[Session]:
        """Return the sessions that are open or in ``stopped``, in order of their start."""
        found = [live.session() for live in self._live.values()] + list(self.stopped.values())
        return sorted(found, key=lambda session: session.started_position)

    def session(self, session: str) -> Session | None:
        """Return the session of that id, None if there is none."""
        if session in self._live:
            return self._live[session].session()
        return self._archive.session(session)

    def is_session(self, session: str) -> bool:
        """Return whether a session of that id was ever started."""
        return session in self._live or self._archive.session(session) is not None

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
            self._start(payload, Beginning.of(entry, payload))
            return
        if isinstance(payload, kinds.ClientErased):
            self.forget(payload.sessions)
            return
        if isinstance(payload, kinds.SessionRestated):
            self._archive.keep(restated(payload))
            return
        if isinstance(payload, kinds.SessionCarried) and not self.is_session(payload.session):
            self._start(payload.started, Beginning.carried(payload))
        session: str = getattr(payload, "session", "")
        live = self._live.get(session)
        if live is None:
            stopped = self._archive.session(session)
            if stopped is not None:
                self._archive.change(stopped, payload, entry)
        elif isinstance(payload, kinds.SessionStopped):
            del self._live[session]
            if self._by_pen.get(live.state.started.pen) is live:
                del self._by_pen[live.state.started.pen]
            self._archive.keep(live.stop(payload, entry))
        else:
            live.change(payload, entry)

    def forget(self, sessions: Sequence[str]) -> None:
        """Know nothing of ``sessions`` any more."""
        self._archive.forget(sessions)
        self._uncorrected = [one for one in self._uncorrected if one not in sessions]
        for session in sessions:
            live = self._live.pop(session, None)
            if live is not None and self._by_pen.get(live.state.started.pen) is live:
                del self._by_pen[live.state.started.pen]

    def _start(self, started: kinds.SessionStarted, beginning: Beginning) -> None:
        needles = self._context.needles.get(started.pen)
        pen = msgspec.structs.replace(
            self._context.pen(started.pen), needles=needles, as_of_position=self.position
        )
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
            pen_needles=needles,
            notes=beginning.notes(started.note),
        )
        state.cartridges.seated = self._context.cartridge(
            started.pen, beginning.position, beginning.unix_ns
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
                live.see_cartridge(
                    self._context.cartridge(stream, self.position, payload.time_unix_ns)
                )
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
        stopped = None if live is not None else self._archive.session(session)
        clock = live.state.clock if live is not None else stopped.clock if stopped else None
        if clock is None:
            return
        correction_ns = now.offset_ns - clock.offset_ns
        if live is not None:
            live.state.clock_correction_ns = correction_ns
        elif stopped is not None:
            self._archive.keep(
                msgspec.structs.replace(
                    stopped,
                    clock_correction_ns=correction_ns,
                    corrected_started_unix_ns=stopped.started_unix_ns + correction_ns,
                )
            )
