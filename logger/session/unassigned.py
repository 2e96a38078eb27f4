"""What pens did while no session was open, and nobody has assigned since."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import msgspec

from drivers.model import SampleBlock
from logger.journal.blocks import decode_block, parse_block
from logger.journal.columns import Progression
from logger.journal.entry import Entry
from logger.journal.kinds import SAMPLES
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.places import place_at
from logger.session.rows import FLAGS, MOTOR, rows_of, utc_ns_at
from logger.session.strides import Strider

_STATUS = 2
IDLE_NS = 300_000_000_000
"""So long without the motor on ends a stretch of work."""

Holding = Callable[[str, int, int], list[Session]]
"""Returns the sessions, open or stopped, that hold positions of a pen between two."""


@dataclass(frozen=True, slots=True)
class Day:
    """From a time to before a later one, UTC in ns."""

    from_unix_ns: int
    to_unix_ns: int


class UnassignedWork(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a pen's samples in no session, from the first with the motor on to the last.

    Positions are those of its first and last block, as ``assign`` takes them.
    """

    pen: str
    simulated: bool
    from_position: int
    to_position: int
    from_unix_ns: int
    to_unix_ns: int
    samples: int
    motor_on_s: float


def unassigned_work(reader: JournalReader, holding: Holding, day: Day) -> list[UnassignedWork]:
    """Return the unassigned work of all pens on ``day``, in order of its beginning."""
    first, beyond = reader.position_at(day.from_unix_ns), reader.position_at(day.to_unix_ns)
    if first >= beyond:
        return []
    gathering: dict[str, _Gathering] = {}
    for entry in reader.entries(first - 1, kinds=(SAMPLES,), to=beyond - 1):
        pen = gathering.get(entry.stream)
        if pen is None:
            held = holding(entry.stream, first, beyond - 1)
            pen = gathering[entry.stream] = _Gathering(held)
        pen.add(entry)
    work = [one for pen in gathering.values() for one in pen.work()]
    return sorted(work, key=lambda one: one.from_position)


class _Gathering:
    """One pen's blocks of the day, as they come."""

    def __init__(self, held: Iterable[Session]) -> None:
        self._held = list(held)
        self._done: list[UnassignedWork] = []
        self._going_on: UnassignedWork | None = None
        self._idle_samples = 0
        self._strider = Strider(None)

    def add(self, entry: Entry) -> None:
        if any(place_at(session, entry.position) is not None for session in self._held):
            self._end()
            return
        block = entry.block
        if block is None and entry.payload is not None:
            if self._going_on is None and _is_idle(entry.payload):
                return
            block = decode_block(entry.payload)
        if block is not None:
            self._add_block(block, entry.position)

    def work(self) -> Iterator[UnassignedWork]:
        """Yield what was found, when all was added."""
        self._end()
        yield from self._done

    def _end(self) -> None:
        if self._going_on is not None:
            self._done.append(self._going_on)
        self._going_on, self._idle_samples = None, 0
        self._strider = Strider(None)

    def _add_block(self, block: SampleBlock, position: int) -> None:
        before, first_ns = self._going_on, utc_ns_at(block, 0)
        if before is not None and first_ns - before.to_unix_ns > IDLE_NS:
            self._end()
        ran = bool(block.motor_on().any())
        if not ran and self._going_on is None:
            return
        strides = self._strider.take(block, rows_of(block))
        motor_us = sum(int(one.weight_us[(one.rows[FLAGS] & MOTOR) != 0].sum()) for one in strides)
        if ran:
            self._going_on = self._with(block, position, motor_us / 1e6)
            self._idle_samples = 0
        else:
            self._idle_samples += len(block)
            # The last sample of a block counts until the first of the next.
            self._going_on = self._lasting(motor_us / 1e6)

    def _lasting(self, motor_on_s: float) -> UnassignedWork | None:
        before = self._going_on
        if before is None:
            return None
        return msgspec.structs.replace(before, motor_on_s=before.motor_on_s + motor_on_s)

    def _with(self, block: SampleBlock, position: int, motor_on_s: float) -> UnassignedWork:
        last_ns, before = utc_ns_at(block, -1), self._going_on
        if before is None:
            return UnassignedWork(
                pen=block.pen,
                simulated=block.simulated,
                from_position=position,
                to_position=position,
                from_unix_ns=utc_ns_at(block, 0),
                to_unix_ns=last_ns,
                samples=len(block),
                motor_on_s=motor_on_s,
            )
        return msgspec.structs.replace(
            before,
            to_position=position,
            to_unix_ns=last_ns,
            samples=before.samples + self._idle_samples + len(block),
            motor_on_s=before.motor_on_s + motor_on_s,
        )


def _is_idle(payload: bytes) -> bool:
    """Return whether a block says in one word that its motor was off throughout.

    A pen lies idle for most of a day: this costs a tenth of decoding its blocks.
    """
    raw, _ = parse_block(payload)
    status = raw.columns[_STATUS]
    if not raw.flags_known & MOTOR or not isinstance(status, Progression):
        return False
    return status.step == 0 and not status.start & MOTOR
