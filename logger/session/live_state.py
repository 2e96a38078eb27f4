"""What is remembered of a session that is not stopped, and how it is shown."""

from typing import Self

import msgspec

from logger.journal.entry import Entry
from logger.journal.kinds import SessionCarried, SessionNote, SessionStarted
from logger.session.cartridges import CartridgesRead
from logger.session.model import (
    Break,
    ClockState,
    HostMoment,
    Interruption,
    Interval,
    Note,
    PenSeen,
    Segment,
)
from logger.session.record import SessionRecord
from logger.session.runs import Run
from logger.session.summary import State

FILE_SET_ASIDE = "the journal's file was damaged and set aside"


class Beginning(msgspec.Struct, frozen=True):
    """Where, when (UTC in ns) and by whom a session was started: an account, or the caller."""

    position: int
    unix_ns: int
    actor: str

    @classmethod
    def of(cls, entry: Entry, started: SessionStarted) -> Self:
        """Return the beginning of a session that ``entry`` starts."""
        return cls(entry.position, entry.time_ns, started.account or entry.actor)

    @classmethod
    def carried(cls, carried: SessionCarried) -> Self:
        """Return the beginning of a session whose first entry cannot be read any more."""
        return cls(carried.started_position, carried.started_unix_ns, carried.started_by)

    def notes(self, text: str) -> list[Note]:
        """Return the note that was given with the order to start, if one was."""
        note = Note(position=self.position, time_unix_ns=self.unix_ns, actor=self.actor, text=text)
        return [note] if text else []


class EndedSegment(msgspec.Struct, frozen=True):
    """A segment that is over; ``worked`` as if it had ended with its last motor-on block."""

    whole: Segment
    worked: Segment

    def cut(self, position: int, time_ns: int) -> Segment:
        """Return the segment, cut where the session ends within it."""
        if self.whole.to_position is not None and self.whole.to_position <= position:
            return self.whole
        return msgspec.structs.replace(self.worked, to_position=position, to_unix_ns=time_ns)


class LiveState(msgspec.Struct, kw_only=True):
    """All of a live session but its numeric sums; changed in place.

    ``pen_needles`` are those of the cartridge as the pen reads it. ``broken_*`` tell
    when the pen's telemetry ended, all through interruption and lapse.
    ``*_motor_on_*`` name the last block and sample with the motor on; those of
    ``adoptable`` count only once the lapse is adopted. ``*_at`` say when a block was read,
    which measures spans whatever the wall clock did.
    """

    started: SessionStarted
    started_position: int
    started_unix_ns: int
    started_by: str
    pen_seen: PenSeen
    clock: ClockState | None
    clock_correction_ns: int | None = None
    side: str
    zone: str
    pen_needles: int | None = None
    cartridges: CartridgesRead = msgspec.field(default_factory=CartridgesRead)
    paused: bool = False
    interrupted: bool = False
    lapsed: bool = False
    broken_position: int | None = None
    broken_unix_ns: int | None = None
    broken_at: HostMoment | None = None
    ended_segments: list[EndedSegment] = []
    interruptions: list[Interruption] = []
    notes: list[Note] = []
    record: SessionRecord = SessionRecord()
    motor_on_while_paused: list[Interval] = []
    running_while_paused: Run | None = None
    samples_paused: int = 0
    samples_paused_worked: int = 0
    last_sample_position: int = 0
    last_sample_unix_ns: int | None = None
    last_sample_at: HostMoment | None = None
    motor_on_position: int | None = None
    motor_on_unix_ns: int | None = None
    motor_on_at: HostMoment | None = None
    adoptable_motor_on_position: int | None = None
    adoptable_motor_on_unix_ns: int | None = None
    adoptable_motor_on_at: HostMoment | None = None
    unassigned_from: int | None = None
    unassigned_to: int | None = None
    unassigned_unix_ns: int | None = None
    unassigned_at: HostMoment | None = None

    @property
    def state(self) -> State:
        """The break that must be mended first."""
        if self.lapsed:
            return "lapsed"
        if self.interrupted:
            return "interrupted"
        return "paused" if self.paused else "open"

    @property
    def needles(self) -> int | None:
        """The needle count in force: as the pen reads it, else as the order said."""
        cartridge = self.started.cartridge
        typed = cartridge.needle_count if cartridge is not None else None
        return self.pen_needles if self.pen_needles is not None else typed

    def begin(self, what: Break, position: int, time_ns: int, reason: str = "") -> None:
        """Note that a break begins."""
        self.interruptions.append(
            Interruption(what=what, reason=reason, from_position=position, from_unix_ns=time_ns)
        )

    def interrupt(self, position: int, time_ns: int, reason: str) -> None:
        """Note that the pen's telemetry stopped: with the last sample, not with the entry."""
        self.interrupted = True
        self.broken_position = position
        self.broken_unix_ns = self.last_sample_unix_ns or time_ns
        self.broken_at = self.last_sample_at
        self.begin("interrupted", position, self.broken_unix_ns, reason)

    def lapse(self, position: int, time_ns: int) -> None:
        """Note that the pen stayed away; what it sends from here on is unassigned."""
        self._end(("interrupted",), position, time_ns, "session.lapsed")
        self.interrupted, self.lapsed = False, True
        if self.broken_position is None:
            self.broken_position, self.broken_unix_ns = position, time_ns
        self.begin("lapsed", position, time_ns)

    def mend(self, whats: tuple[Break, ...], entry: Entry) -> None:
        """End those breaks of ``whats`` that are going on."""
        self._end(whats, entry.position, entry.time_ns, entry.kind)
        self.interrupted = self.interrupted and "interrupted" not in whats
        self.paused = self.paused and "paused" not in whats
        self.lapsed = self.lapsed and "lapsed" not in whats
        if not (self.interrupted or self.lapsed):
            self.broken_position = self.broken_unix_ns = self.broken_at = None

    def resume(self, entry: Entry, adopted: bool) -> None:
        """End all breaks; what came during a lapse is the session's if ``adopted``."""
        self._end(("lapsed",), entry.position, entry.time_ns, entry.kind, adopted)
        self.mend(("paused", "interrupted", "lapsed"), entry)
        if adopted and self.unassigned_to is not None:
            self.last_sample_position = self.unassigned_to
            self.last_sample_unix_ns = self.unassigned_unix_ns
            self.last_sample_at = self.unassigned_at
        if adopted and self.adoptable_motor_on_position is not None:
            self.motor_on_position = self.adoptable_motor_on_position
            self.motor_on_unix_ns = self.adoptable_motor_on_unix_ns
            self.motor_on_at = self.adoptable_motor_on_at
        self.adoptable_motor_on_position = self.adoptable_motor_on_unix_ns = None
        self.unassigned_from = self.unassigned_to = self.unassigned_unix_ns = None
        self.adoptable_motor_on_at = self.unassigned_at = None

    def note_boot(self, boot_id: int | None) -> None:
        """Note a power-up of the pen."""
        seen = self.pen_seen
        if boot_id is not None and boot_id not in seen.boot_ids:
            self.pen_seen = msgspec.structs.replace(seen, boot_ids=(*seen.boot_ids, boot_id))

    def carry(self, carried: SessionCarried, position: int, time_ns: int) -> None:
        """Note that the journal's file was set aside here, and go on as the entry says."""
        self.paused, self.lapsed = carried.paused, carried.lapsed
        if self.record.clinical is None and carried.clinical is not None:
            self.record = SessionRecord(clinical=carried.clinical, clinical_position=position)
        if not (self.interrupted or self.lapsed):
            self.interrupt(position, time_ns, FILE_SET_ASIDE)

    def add_assigned(
        self, position: int, last_unix_ns: int, motor_on_ns: int | None, at: HostMoment
    ) -> None:
        """Note a block of the session, read ``at`` that moment."""
        self.last_sample_position, self.last_sample_unix_ns = position, last_unix_ns
        self.last_sample_at = at
        if motor_on_ns is not None:
            self.motor_on_position, self.motor_on_unix_ns = position, motor_on_ns
            self.motor_on_at = at

    def add_unassigned(
        self, position: int, last_unix_ns: int, motor_on_ns: int | None, at: HostMoment
    ) -> None:
        """Note a block that came during a lapse, read ``at`` that moment."""
        if self.unassigned_from is None:
            self.unassigned_from = position
        self.unassigned_to, self.unassigned_unix_ns = position, last_unix_ns
        self.unassigned_at = at
        if motor_on_ns is not None:
            self.adoptable_motor_on_position = position
            self.adoptable_motor_on_unix_ns = motor_on_ns
            self.adoptable_motor_on_at = at

    def add_paused_runs(self, runs: list[Run]) -> None:
        """Note when the motor was on although the session was paused."""
        self.motor_on_while_paused += [
            Interval(
                from_unix_ns=run.from_unix_ns,
                to_unix_ns=run.to_unix_ns,
                lasted_s=run.length_us / 1e6,
            )
            for run in runs
        ]

    def _end(
        self, whats: tuple[Break, ...], position: int, time_ns: int, by: str, adopted: bool = False
    ) -> None:
        self.interruptions = [
            msgspec.structs.replace(
                one, to_position=position, to_unix_ns=time_ns, ended_by=by, adopted=adopted
            )
            if one.to_position is None and one.what in whats
            else one
            for one in self.interruptions
        ]


def note_of(told: SessionNote, entry: Entry) -> Note:
    """Return the note that an entry brings."""
    return Note(
        position=entry.position,
        time_unix_ns=entry.time_ns,
        actor=told.account or entry.actor,
        text=told.text,
    )
