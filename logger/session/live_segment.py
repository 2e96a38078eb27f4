"""A segment that is still growing."""

from typing import Self

import msgspec

from logger.journal.kinds import Plan
from logger.session.counters import Counters
from logger.session.deviations import PlanWatch, WatchState
from logger.session.model import Segment
from logger.session.rows import FLAGS, MOTOR
from logger.session.strides import Stride
from logger.session.sums import SegmentSums, SumsState


class SegmentState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that :class:`LiveSegment` holds."""

    number: int
    side: str
    zone: str
    from_position: int
    from_unix_ns: int
    sums: SumsState
    watch: WatchState
    worked: Counters | None


class LiveSegment:
    """The sums and deviations of one stay on a side and zone.

    ``worked`` are the counters as they stood at the last sample of the last block with
    the motor on, kept only while idle blocks follow: a forgotten session ends there.
    """

    def __init__(
        self,
        plan: Plan | None,
        *,
        number: int,
        side: str,
        zone: str,
        from_position: int,
        from_unix_ns: int,
    ) -> None:
        self.number = number
        self.side = side
        self.zone = zone
        self.from_position = from_position
        self.from_unix_ns = from_unix_ns
        self.sums = SegmentSums()
        self.watch = PlanWatch(plan, zone)
        self._worked: Counters | None = None

    @classmethod
    def load(cls, state: SegmentState, plan: Plan | None) -> Self:
        segment = cls(
            plan,
            number=state.number,
            side=state.side,
            zone=state.zone,
            from_position=state.from_position,
            from_unix_ns=state.from_unix_ns,
        )
        segment.sums = SegmentSums.load(state.sums)
        segment.watch = PlanWatch(plan, state.zone, state.watch)
        segment._worked = state.worked.copy() if state.worked is not None else None
        return segment

    def dump(self) -> SegmentState:
        return SegmentState(
            number=self.number,
            side=self.side,
            zone=self.zone,
            from_position=self.from_position,
            from_unix_ns=self.from_unix_ns,
            sums=self.sums.dump(),
            watch=self.watch.dump(),
            worked=self._worked.copy() if self._worked is not None else None,
        )

    def motor_ran(self) -> None:
        """Note that the session's latest block has the motor on."""
        self._worked = None

    def add(self, strides: list[Stride], ran: bool, needles: int | None) -> None:
        """Add what a block yielded; ``ran`` tells whether it has the motor on."""
        if ran:
            self.motor_ran()
        elif self._worked is None:
            strides = self._add_held(strides, needles)
        for stride in strides:
            self._add(stride, needles)

    def border(self, last: Stride | None, needles: int | None) -> None:
        """Add the last sample before a border, if one is held, and end what goes on."""
        if last is not None:
            self._add(last, needles)
        self.watch.close()
        self.sums.counters.border()

    def merge(self, later: "LiveSegment", ran: bool) -> None:
        """Add what was summed apart, later than this, both closed by a border.

        ``ran`` tells whether the motor was on in it.
        """
        worked = self._worked if self._worked is not None else self.sums.counters.copy()
        if ran:
            worked = self.sums.counters.copy()
            worked.merge(later._worked if later._worked is not None else later.sums.counters)
        self.sums.merge(later.sums)
        self.watch.merge(later.watch)
        self._worked = None if ran and later._worked is None else worked

    def _add_held(self, strides: list[Stride], needles: int | None) -> list[Stride]:
        """Add the sample held from the last block with motor on, and keep the counters."""
        first, *others = strides
        if first.held_first and len(first):
            held, rest = first.split()
            self._add(held, needles)
            others.insert(0, rest)
        else:
            others.insert(0, first)
        self._worked = self.sums.counters.copy()
        return others

    def _add(self, stride: Stride, needles: int | None) -> None:
        motor_on = (stride.rows[FLAGS] & MOTOR) != 0
        self.sums.counters.add(stride, needles)
        self.sums.add_values(stride, motor_on)
        self.watch.feed(stride, motor_on)

    def segment(self, to_position: int | None, to_unix_ns: int | None) -> Segment:
        """Return the segment as it stands, ended at the place given."""
        return self._segment(self.sums.counters, to_position, to_unix_ns)

    def segment_worked(self, to_position: int, to_unix_ns: int) -> Segment:
        """Return the segment as if it had ended with the last block with motor on."""
        counters = self._worked if self._worked is not None else self.sums.counters
        return self._segment(counters, to_position, to_unix_ns)

    def _segment(
        self, counters: Counters, to_position: int | None, to_unix_ns: int | None
    ) -> Segment:
        return Segment(
            number=self.number,
            side=self.side,
            zone=self.zone,
            from_position=self.from_position,
            from_unix_ns=self.from_unix_ns,
            to_position=to_position,
            to_unix_ns=to_unix_ns,
            statistics=self.sums.statistics(counters),
            deviations=self.watch.deviations(),
        )
