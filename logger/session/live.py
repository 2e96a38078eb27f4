"""A session that is not stopped: folds its pen's blocks and its own entries."""

from typing import Self

import msgspec

from drivers.model import SampleBlock
from logger.journal.entry import Entry
from logger.journal.kinds import (
    Payload,
    SegmentStarted,
    SessionCarried,
    SessionClinical,
    SessionContinued,
    SessionInterrupted,
    SessionLapsed,
    SessionNote,
    SessionPaused,
    SessionResumed,
    SessionStopped,
)
from logger.session.cartridges import CartridgeRead
from logger.session.held_blocks import HELD_BLOCKS_MAX, HeldBlocks, are_alike
from logger.session.live_segment import LiveSegment, SegmentState
from logger.session.live_state import EndedSegment, LiveState, note_of
from logger.session.model import HostMoment, Session
from logger.session.record_fold import with_clinical
from logger.session.rows import FLAGS, MOTOR, motor_on_until_ns, rows_of, utc_ns_at
from logger.session.runs import Run, RunFinder
from logger.session.showing import session_of
from logger.session.strides import Stride, Strider, StriderState


class LiveDump(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that :class:`LiveSession` holds."""

    state: LiveState
    strider: StriderState
    segment: SegmentState
    adoptable: SegmentState | None


class LiveSession:
    """Sums a session up as it grows.

    Samples go to the segment; while paused they are only counted; while lapsed they are
    summed apart, so that a later resume can adopt them without reading them again.

    Blocks are held back, at most ``held_blocks_max``, and summed up together when
    somebody asks or something else happens. What they tell of the last sample and the
    last motor-on is in ``state`` at once.
    """

    def __init__(
        self, state: LiveState, period_us: int | None, held_blocks_max: int = HELD_BLOCKS_MAX
    ) -> None:
        self.state = state
        self._strider = Strider(period_us)
        self._segment = self._new_segment(state.started_position, state.started_unix_ns)
        self._adoptable: LiveSegment | None = None
        self._paused_runs = RunFinder(0)
        self._held = HeldBlocks(held_blocks_max)

    @classmethod
    def load(cls, dump: LiveDump, held_blocks_max: int = HELD_BLOCKS_MAX) -> Self:
        live = cls(dump.state, dump.strider.period_us, held_blocks_max)
        plan = dump.state.started.plan
        live._strider = Strider.load(dump.strider)
        live._segment = LiveSegment.load(dump.segment, plan)
        if dump.adoptable is not None:
            live._adoptable = LiveSegment.load(dump.adoptable, plan)
        live._paused_runs = RunFinder(0, dump.state.running_while_paused)
        return live

    def dump(self) -> LiveDump:
        self._fold_held()
        self.state.running_while_paused = self._paused_runs.running
        return LiveDump(
            state=self.state,
            strider=self._strider.dump(),
            segment=self._segment.dump(),
            adoptable=self._adoptable.dump() if self._adoptable is not None else None,
        )

    def add_block(self, block: SampleBlock, position: int) -> None:
        """Take a block of the session's pen, at its place in the journal."""
        state = self.state
        before = self._held.last
        if before is not None and not (
            are_alike(before, block) and self._strider.follows(before, block)
        ):
            self._fold_held()
        last_ns, motor_on_ns = utc_ns_at(block, -1), motor_on_until_ns(block)
        read_at = HostMoment(host_boot_id=block.host_boot_id, boottime_ns=block.host.boottime_ns)
        if self._adoptable is not None:
            state.add_unassigned(position, last_ns, motor_on_ns, read_at)
        else:
            state.add_assigned(position, last_ns, motor_on_ns, read_at)
        self._held.add(block, motor_on_ns is not None)
        if self._held.is_full:
            self._fold_held()

    def set_period(self, period_us: int | None) -> None:
        """Take the pen's sample period as it tells it from now on."""
        self._fold_held()
        self._strider.period_us = period_us

    def set_needles(self, needles: int | None) -> None:
        """Take the needle count that the pen reads from now on; None where it reads none."""
        if needles != self.state.pen_needles:
            self._fold_held()
            self.state.pen_needles = needles

    def see_cartridge(self, read: CartridgeRead | None) -> None:
        """Note the cartridge that the pen reads from now on; None where none is in."""
        state = self.state
        ran = (state.motor_on_position, state.adoptable_motor_on_position)
        state.cartridges.see(read, max((one for one in ran if one is not None), default=None))

    def add_event(self, *, dial: bool = False, gap: bool = False) -> None:
        """Count a turn of a dial or a gap of unknown size, unless the session is paused."""
        if not (dial or gap):
            return
        self._fold_held()
        segment = self._segment if self._adoptable is None else self._adoptable
        if self._adoptable is not None or not self.state.paused:
            segment.sums.counters.dial_events += dial
            segment.sums.counters.gaps_uncounted += gap

    def change(self, payload: Payload, entry: Entry) -> None:
        """Fold an entry of the session, other than its start and stop."""
        self._fold_held()
        state, position, time_ns = self.state, entry.position, entry.time_ns
        match payload:
            case SegmentStarted():
                self._change_segment(payload, position, time_ns)
            case SessionPaused():
                self._border()
                state.paused = True
                state.begin("paused", position, time_ns)
            case SessionInterrupted():
                state.interrupt(position, time_ns, payload.reason)
            case SessionContinued():
                state.mend(("interrupted",), entry)
            case SessionLapsed():
                self._lapse(position, time_ns)
            case SessionResumed():
                self._resume(payload, entry)
            case SessionCarried():
                self._carry(payload, position, time_ns)
            case SessionNote():
                state.notes.append(note_of(payload, entry))
            case SessionClinical():
                state.record = with_clinical(state.record, payload, entry)

    def stop(self, stopped: SessionStopped, entry: Entry) -> Session:
        """Return the session as it ended; nothing may be folded afterwards."""
        self._fold_held()
        state = self.state
        self._border()
        state.mend(("paused", "interrupted", "lapsed"), entry)
        position, time_ns = entry.position, entry.time_ns
        if stopped.ended_position is not None and stopped.ended_unix_ns is not None:
            position, time_ns = stopped.ended_position, stopped.ended_unix_ns
        self._end_segment(max(position, state.last_sample_position), time_ns)
        if position < state.last_sample_position:
            state.samples_paused = state.samples_paused_worked
        segments = tuple(
            one.cut(position, time_ns)
            for one in state.ended_segments
            if one.whole.from_position <= position
        )
        return session_of(state, segments, "stopped", (position, time_ns), stopped.reason)

    def session(self) -> Session:
        """Return the session as it stands, with all samples to the last one."""
        self._fold_held()
        state = self.state
        preview = LiveSegment.load(self._segment.dump(), state.started.plan)
        if not state.paused and self._adoptable is None:
            preview.border(self._strider.peek(), state.needles)
        ended = tuple(one.whole for one in state.ended_segments)
        return session_of(state, (*ended, preview.segment(None, None)), state.state)

    def _fold_held(self) -> None:
        for block, ran in self._held.take():
            self._fold(block, ran)

    def _fold(self, block: SampleBlock, ran: bool) -> None:
        """Sum up a block; ``ran`` tells whether it has the motor on."""
        strides = self._strider.take(block, rows_of(block))
        self.state.note_boot(block.boot_id)
        if self._adoptable is not None:
            self._adoptable.add(strides, ran, self.state.needles)
        elif self.state.paused:
            self._add_paused(strides, len(block), ran)
        else:
            self._segment.add(strides, ran, self.state.needles)

    def _new_segment(self, position: int, time_ns: int) -> LiveSegment:
        state = self.state
        return LiveSegment(
            state.started.plan,
            number=len(state.ended_segments) + 1,
            side=state.side,
            zone=state.zone,
            from_position=position,
            from_unix_ns=time_ns,
        )

    def _border(self) -> None:
        """End what is being summed, wherever samples go now."""
        last = self._strider.flush()
        if self._adoptable is not None:
            self._adoptable.border(last, self.state.needles)
        elif self.state.paused:
            self.state.add_paused_runs(self._feed_paused(last) + self._paused_runs.close())
        else:
            self._segment.border(last, self.state.needles)

    def _change_segment(self, payload: SegmentStarted, position: int, time_ns: int) -> None:
        self._border()
        self._end_segment(position - 1, time_ns)
        self.state.side, self.state.zone = payload.side, payload.zone
        self._segment = self._new_segment(position, time_ns)

    def _carry(self, carried: SessionCarried, position: int, time_ns: int) -> None:
        """Go on in another file; what was lost between the two counts as a gap of unknown size."""
        self._border()
        if (carried.side, carried.zone) != (self.state.side, self.state.zone):
            self._end_segment(position - 1, time_ns)
            self.state.side, self.state.zone = carried.side, carried.zone
            self._segment = self._new_segment(position, time_ns)
        self._segment.sums.counters.gaps_uncounted += 1
        if carried.lapsed and self._adoptable is None:
            self._adoptable = self._new_segment(position, time_ns)
        elif not carried.lapsed:
            self._adoptable = None
        self.state.carry(carried, position, time_ns)

    def _end_segment(self, position: int, time_ns: int) -> None:
        whole = self._segment.segment(position, time_ns)
        worked = self._segment.segment_worked(position, time_ns)
        self.state.ended_segments.append(EndedSegment(whole, worked))

    def _lapse(self, position: int, time_ns: int) -> None:
        self._border()
        self.state.lapse(position, time_ns)
        self._adoptable = self._new_segment(position, time_ns)

    def _resume(self, payload: SessionResumed, entry: Entry) -> None:
        self._border()
        adoptable, self._adoptable = self._adoptable, None
        adopted = adoptable is not None and payload.adopted_from is not None
        if adoptable is not None and adopted:
            ran = self.state.adoptable_motor_on_position is not None
            self._segment.merge(adoptable, ran)
        self.state.resume(entry, adopted)

    def _add_paused(self, strides: list[Stride], count: int, ran: bool) -> None:
        state = self.state
        state.samples_paused += count
        if ran:
            state.samples_paused_worked = state.samples_paused
            self._segment.motor_ran()
        for stride in strides:
            state.add_paused_runs(self._feed_paused(stride))

    def _feed_paused(self, stride: Stride | None) -> list[Run]:
        if stride is None:
            return []
        flags = stride.rows[FLAGS]
        return self._paused_runs.feed((flags & MOTOR) != 0, flags, stride)
