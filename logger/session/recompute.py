"""A stopped session summed up anew from the journal, after its samples or borders changed.

An unamended session comes out as it was: both ways share strides, sums and plan watch.
"""

from collections.abc import Callable, Generator, Iterable

import msgspec

from drivers.model import SampleBlock
from logger.journal import kinds
from logger.journal.blocks import decode_block
from logger.journal.entry import Entry
from logger.session.context import Context
from logger.session.held_blocks import HELD_BLOCKS_MAX, HeldBlocks, are_alike
from logger.session.live_segment import LiveSegment
from logger.session.model import Interval, Segment, Session
from logger.session.places import Place, place_at, reach
from logger.session.rows import FLAGS, MOTOR, motor_on_until_ns, rows_of
from logger.session.runs import Run, RunFinder
from logger.session.showing import totals_of
from logger.session.strides import Stride, Strider

_BORDERS = (
    "session.stopped",
    "session.paused",
    "session.resumed",
    "session.lapsed",
    "segment.started",
)
KINDS_READ = (
    kinds.SAMPLES,
    "pen.identified",
    "pen.event",
    "gap",
    "session.carried",
    *_BORDERS,
)
"""What must be read of a session's pen to sum it up."""

ReadPen = Callable[[str, int, int | None], Iterable[Entry]]
"""Returns the entries of :data:`KINDS_READ` of a pen from one position to another, in order."""

_DIALS = ("depth_dial", "rate_dial")
_ENTRIES_AT_ONCE = 25


def recomputed(session: Session, read: ReadPen) -> Session:
    """Return ``session`` with the sums and deviations that its samples give now."""
    steps = recomputing(session, read)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: Session = done.value
            return result


def recomputing(session: Session, read: ReadPen) -> Generator[None, None, Session]:
    """Return the same, yielding every few milliseconds of work so that others get their turn."""
    sums = _Sums(session)
    where = reach(session)
    if where is not None:
        first = min(where.from_position, session.pen_seen.as_of_position)
        entries = read(session.pen, first, where.to_position)
        for count, entry in enumerate(entries, 1):
            sums.add(entry)
            if count % _ENTRIES_AT_ONCE == 0:
                yield
        if session.stop_reason == "forgotten" and where.to_position == session.ended_position:
            sums.weigh_last(_next_block(session, read))
    return sums.session()


def _next_block(session: Session, read: ReadPen) -> SampleBlock | None:
    """Return the block to which the last sample of a forgotten session lasted, if one did.

    Where somebody's order, or a lapse, came before it, the sample had ended there.
    """
    for entry in read(session.pen, (session.ended_position or 0) + 1, None):
        if entry.kind == kinds.SAMPLES:
            return _block_of(entry)
        if entry.kind in _BORDERS:
            return None
    return None


class _Sums:
    """The sums of every segment and pause, while entries are added in order."""

    def __init__(self, session: Session) -> None:
        self._session = session
        pen = session.pen_seen
        needles = {} if pen.needles is None else {session.pen: pen.needles}
        self._context = Context(needles=needles)
        self._strider = Strider(pen.sample_period_us)
        self._segments = {one.number: _emptied(session, one) for one in session.segments}
        self._borders = sorted(_ordered_borders(session), reverse=True)
        self._place: Place | None = None
        self._held = HeldBlocks(HELD_BLOCKS_MAX)
        self._paused_runs = RunFinder(0)
        self._paused: list[Run] = []
        self._samples_paused = 0
        self._motor_on_unix_ns: int | None = None

    def add(self, entry: Entry) -> None:
        """Add what ``entry`` tells, if its place in the journal is the session's."""
        place = place_at(self._session, entry.position)
        passed = False
        while self._borders and self._borders[-1] <= entry.position:
            passed = self._borders.pop() is not None
        if passed or place != self._place:
            self._border()
            self._place = place
        if entry.kind != kinds.SAMPLES:
            self._told(entry)
        elif place is None:
            # What lies between is not the session's, so nothing of it is missing either.
            self._strider = Strider(self._strider.period_us)
        else:
            self._hold(_block_of(entry))

    def weigh_last(self, following: SampleBlock | None) -> None:
        """Count the last sample until its successor, which is not the session's any more."""
        self._fold_held()
        if following is None or self._place is None:
            return
        first = self._strider.take(following, rows_of(following))[0]
        if first.held_first and len(first):
            held = first.split()[0] if len(first) > 1 else first
            self._fold_stride(held)
        self._strider.flush()

    def session(self) -> Session:
        """Return the session with everything that was added."""
        self._border()
        segments = tuple(self._summed(one) for one in self._session.segments)
        record = msgspec.structs.replace(self._session.record, statistics_due=False)
        return msgspec.structs.replace(
            self._session,
            segments=segments,
            samples_paused=self._samples_paused,
            motor_on_while_paused=tuple(_interval(run) for run in self._paused),
            last_motor_on_unix_ns=self._motor_on_unix_ns,
            totals=totals_of(segments),
            record=record,
        )

    @property
    def _needles(self) -> int | None:
        typed = self._session.cartridge
        read = self._context.needles.get(self._session.pen)
        return read if read is not None else typed.needle_count if typed is not None else None

    def _segment(self) -> LiveSegment | None:
        place = self._place
        return None if place is None or place.number is None else self._segments[place.number]

    def _told(self, entry: Entry) -> None:
        """Take what the pen said beside its samples."""
        if entry.payload is None or entry.kind in _BORDERS:
            return
        self._fold_held()
        payload = kinds.decode(entry.kind, entry.payload)
        self._context.apply(entry.stream, payload)
        segment = self._segment()
        match payload:
            case kinds.PenIdentified():
                self._strider.period_us = payload.pen.sample_period_us
            case kinds.PenEventSeen() if segment is not None:
                segment.sums.counters.dial_events += payload.event.name in _DIALS
            case kinds.Gap() if segment is not None:
                segment.sums.counters.gaps_uncounted += payload.count is None
            case kinds.SessionCarried() if payload.session == self._session.id:
                self._border()
                if segment is not None:
                    segment.sums.counters.gaps_uncounted += 1

    def _hold(self, block: SampleBlock | None) -> None:
        if block is None:
            return
        before = self._held.last
        if before is not None and not (
            are_alike(before, block) and self._strider.follows(before, block)
        ):
            self._fold_held()
        motor_on_ns = motor_on_until_ns(block)
        if motor_on_ns is not None:
            self._motor_on_unix_ns = motor_on_ns
        self._held.add(block, motor_on_ns is not None)
        if self._held.is_full:
            self._fold_held()

    def _fold_held(self) -> None:
        for block, _ran in self._held.take():
            if self._segment() is None:
                self._samples_paused += len(block)
            for stride in self._strider.take(block, rows_of(block)):
                self._fold_stride(stride)

    def _fold_stride(self, stride: Stride) -> None:
        segment = self._segment()
        if segment is not None:
            segment.add([stride], True, self._needles)
        else:
            flags = stride.rows[FLAGS]
            self._paused += self._paused_runs.feed((flags & MOTOR) != 0, flags, stride)

    def _border(self) -> None:
        """End what is being summed: something else begins."""
        self._fold_held()
        last, segment = self._strider.flush(), self._segment()
        if segment is not None:
            segment.border(last, self._needles)
        elif self._place is not None:
            if last is not None:
                self._fold_stride(last)
            self._paused += self._paused_runs.close()

    def _summed(self, segment: Segment) -> Segment:
        summed = self._segments[segment.number].segment(segment.to_position, segment.to_unix_ns)
        return msgspec.structs.replace(summed, assigned=segment.assigned)


def _emptied(session: Session, segment: Segment) -> LiveSegment:
    return LiveSegment(
        session.plan,
        number=segment.number,
        side=segment.side,
        zone=segment.zone,
        from_position=segment.from_position,
        from_unix_ns=segment.from_unix_ns,
    )


def _ordered_borders(session: Session) -> Iterable[int]:
    """Yield the positions at which somebody's order, or a lapse, ended what was going on."""
    for stay in session.interruptions:
        if stay.what != "interrupted":
            yield stay.from_position
        if stay.to_position is not None and (
            stay.what != "interrupted" or stay.ended_by == "session.resumed"
        ):
            yield stay.to_position


def _block_of(entry: Entry) -> SampleBlock | None:
    if entry.block is not None or entry.payload is None:
        return entry.block
    return decode_block(entry.payload)


def _interval(run: Run) -> Interval:
    return Interval(
        from_unix_ns=run.from_unix_ns, to_unix_ns=run.to_unix_ns, lasted_s=run.length_us / 1e6
    )
