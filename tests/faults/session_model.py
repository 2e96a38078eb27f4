"""What sessions must say of their samples, in the simplest way to say it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from logger.journal import kinds
from logger.journal.entry import Entry
from logger.session.model import Session


@dataclass(slots=True)
class Stay:
    """A segment by its positions, both included; ``last`` is None while it lasts."""

    first: int
    last: int | None = None
    assigned: bool = False


@dataclass(slots=True)
class Modelled:
    """One session: what holds it up, and counts of samples."""

    id: str
    stays: list[Stay] = field(default_factory=list)
    received_at: dict[int, int] = field(default_factory=dict)
    paused_at: dict[int, int] = field(default_factory=dict)
    paused: bool = False
    interrupted: bool = False
    lapsed: bool = False
    stopped: bool = False

    @property
    def state(self) -> str:
        """The one word for it."""
        flags = ("stopped", "lapsed", "interrupted", "paused")
        return next((flag for flag in flags if getattr(self, flag)), "open")

    @property
    def segments(self) -> int:
        """How many there are."""
        return len(self.stays)

    @property
    def received(self) -> int:
        """Samples of its segments."""
        return sum(self.received_at.values())

    @property
    def paused_samples(self) -> int:
        """Samples of its pauses."""
        return sum(self.paused_at.values())

    def end(self, position: int) -> None:
        """End it: what lies behind ``position`` is not its own."""
        self.stopped = True
        self.stays = [stay for stay in self.stays if stay.first <= position]
        self.stays[-1].last = position
        self.received_at = {at: n for at, n in self.received_at.items() if at <= position}
        self.paused_at = {at: n for at, n in self.paused_at.items() if at <= position}

    def begin(self, position: int) -> None:
        """Begin another segment."""
        self.stays[-1].last = position - 1
        self.stays.append(Stay(position))

    def move_border(self, number: int, position: int) -> None:
        """Let segment ``number`` begin elsewhere, and the one before it end there."""
        self.stays.sort(key=lambda stay: stay.first)
        before = [stay for stay in self.stays[: number - 1] if not stay.assigned][-1]
        before.last, self.stays[number - 1].first = position - 1, position

    def split(self, into: str, position: int) -> "Modelled":
        """Return all from ``position`` on as another session, and keep the rest."""
        late = Modelled(into, stopped=True)
        late.stays = [
            Stay(max(stay.first, position), stay.last, stay.assigned)
            for stay in self.stays
            if stay.last is not None and stay.last >= position
        ]
        late.received_at = {at: n for at, n in self.received_at.items() if at >= position}
        late.paused_at = {at: n for at, n in self.paused_at.items() if at >= position}
        self.stays = [
            Stay(stay.first, min(stay.last or position, position - 1), stay.assigned)
            for stay in self.stays
            if stay.first < position
        ]
        self.received_at = {at: n for at, n in self.received_at.items() if at < position}
        self.paused_at = {at: n for at, n in self.paused_at.items() if at < position}
        return late

    def take_over(self, other: "Modelled") -> None:
        """Have all that ``other`` had."""
        self.stays += other.stays
        self.received_at |= other.received_at
        self.paused_at |= other.paused_at
        other.stays, other.received_at, other.paused_at = [], {}, {}

    def sampled(self, position: int, rows: int) -> None:
        """Take samples of its pen; those of a lapse are nobody's until they are adopted."""
        if self.lapsed:
            return
        if self.paused:
            self.paused_at[position] = rows
        else:
            self.received_at[position] = rows


@dataclass(slots=True)
class SessionModel:
    """Follows the entries of one pen."""

    open: Modelled | None = None
    stopped: list[Modelled] = field(default_factory=list)
    rows_at: dict[int, int] = field(default_factory=dict)

    def apply(self, entries: Iterable[Entry]) -> None:
        """Take what was committed."""
        for entry in entries:
            if entry.block is not None:
                self._sampled(entry.position, len(entry.block))
            elif entry.kind in kinds.SESSION_KINDS:
                self._told(entry.position, kinds.decode(entry.kind, entry.payload or b""))

    def assert_agrees(self, sessions: Iterable[Session]) -> None:
        """Fail unless ``sessions`` say the same of every session."""
        said = {one.id: one for one in sessions}
        mine = [*self.stopped, *([self.open] if self.open else [])]
        assert sorted(said) == sorted(one.id for one in mine)
        for one in mine:
            theirs = said[one.id]
            assert theirs.state == one.state, one
            assert len(theirs.segments) == one.segments, one
            assert theirs.samples_paused == one.paused_samples, one
            assert sum(s.statistics.samples_received for s in theirs.segments) == one.received, one

    def _sampled(self, position: int, rows: int) -> None:
        self.rows_at[position] = rows
        if self.open is not None:
            self.open.sampled(position, rows)

    def _told(self, position: int, payload: kinds.Payload) -> None:
        if isinstance(payload, kinds.SessionStarted):
            assert self.open is None, "a second session was opened"
            self.open = Modelled(payload.session, [Stay(position)])
        elif self.open is not None and getattr(payload, "session", "") == self.open.id:
            self._happened(self.open, position, payload)
        else:
            self._amended(payload)

    def _happened(self, one: Modelled, position: int, payload: kinds.Payload) -> None:
        match payload:
            case kinds.SegmentStarted():
                one.begin(position)
            case kinds.SessionPaused():
                one.paused = True
            case kinds.SessionInterrupted():
                one.interrupted = True
            case kinds.SessionContinued():
                one.interrupted = False
            case kinds.SessionLapsed():
                one.lapsed, one.interrupted = True, False
            case kinds.SessionResumed():
                self._resumed(one, payload)
            case kinds.SessionStopped():
                one.end(position if payload.ended_position is None else payload.ended_position)
                self.stopped.append(one)
                self.open = None

    def _amended(self, payload: kinds.Payload) -> None:
        """Follow what is done to sessions that are stopped."""
        stopped = {one.id: one for one in self.stopped}
        match payload:
            case kinds.SessionAmended() if payload.what.endswith(".from_position"):
                _, number, _ = payload.what.split(".")
                stopped[payload.session].move_border(int(number), int(payload.now))
            case kinds.SamplesAssigned():
                first, last = payload.from_position, payload.to_position
                one = stopped[payload.session]
                one.stays.append(Stay(first, last, assigned=True))
                one.received_at |= {at: n for at, n in self.rows_at.items() if first <= at <= last}
            case kinds.SessionSplit():
                late = stopped[payload.session].split(payload.into, payload.at_position)
                self.stopped.append(late)
            case kinds.SessionMerged():
                stopped[payload.session].take_over(stopped[payload.merged])

    def _resumed(self, one: Modelled, payload: kinds.SessionResumed) -> None:
        first, last = payload.adopted_from, payload.adopted_to
        if first is not None and last is not None:
            adopted = {at: n for at, n in self.rows_at.items() if first <= at <= last}
            one.received_at |= adopted
        one.paused = one.interrupted = one.lapsed = False
