"""Journals told entry by entry, for tests of sessions."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from drivers.model import Anchor, ColumnLayout, Flag, HostTime, Pen, PenEvent, SampleBlock
from logger.journal import kinds
from logger.journal.blocks import encode_block
from logger.journal.entry import Entry
from logger.session.model import Session
from logger.session.projection import Projection
from logger.session.recompute import KINDS_READ

PEN = "NP-000123"
SESSION = "20261122-ab12"
PERIOD_US = 10_000
EPOCH_NS = 1_800_000_000_000_000_000
HOST_BOOT = "0" * 32

LAYOUTS = (
    ColumnLayout("depth_set_mm", "µm", 1, 0, 1000),
    ColumnLayout("depth_measured_mm", "µm", 1, 0, 1000, absent=0xFFFF),
    ColumnLayout("rate_hz", "0.1 Hz", 1, 0, 10),
)
SENSING = Flag.MOTOR_ON | Flag.CONTACT | Flag.CONTACT_SENSED
WORKING = int(SENSING)
LIFTED = int(Flag.MOTOR_ON | Flag.CONTACT_SENSED)
RESTING = int(Flag.CONTACT_SENSED)

Many = int | Sequence[int]


def host_time(wall_ns: int = EPOCH_NS, *, synchronised: bool = True) -> HostTime:
    """Return a reading of clocks of a machine that was booted at ``EPOCH_NS`` - 1000 s."""
    return HostTime(wall_ns, wall_ns - EPOCH_NS + 1_000_000_000_000, synchronised)


def sample_block(
    count: int,
    *,
    first: int = 0,
    device_us: Sequence[int] | None = None,
    sequence: Sequence[int] | None = None,
    depth_um: Many = 1500,
    measured_um: Many = 0xFFFF,
    rate_dhz: Many = 1000,
    status: Many = WORKING,
    flags_known: Flag = SENSING,
    counted: bool = True,
    boot_id: int | None = 1,
    pen: str = PEN,
) -> SampleBlock:
    """Return ``count`` samples 10 ms apart from number ``first`` on, unless told otherwise.

    Sample 0 was taken at ``EPOCH_NS``.
    """
    numbers = np.arange(first, first + count, dtype=np.int64)
    taken = numbers if sequence is None else np.array(sequence, dtype=np.int64)
    return SampleBlock(
        pen=pen,
        boot_id=boot_id,
        simulated=False,
        sequence=taken,
        sequence_counted=counted,
        device_us=taken * PERIOD_US if device_us is None else np.array(device_us, dtype=np.int64),
        layouts=LAYOUTS,
        columns={
            "depth_set_mm": _column(count, depth_um),
            "depth_measured_mm": _column(count, measured_um),
            "rate_hz": _column(count, rate_dhz),
        },
        status=_column(count, status).astype(np.uint8),
        flags_known=flags_known,
        anchor=Anchor(0, EPOCH_NS // 1000, 0),
        host=host_time(),
        host_boot_id=HOST_BOOT,
    )


def _column(count: int, values: Many) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.broadcast_to(np.array(values, dtype=np.int64), (count,)).copy()


def slice_block(block: SampleBlock, first: int, last: int) -> SampleBlock:
    """Return the samples from index ``first`` to before ``last`` as a block of their own."""
    inside = slice(first, last)
    return replace(
        block,
        sequence=block.sequence[inside],
        device_us=block.device_us[inside],
        columns={name: column[inside] for name, column in block.columns.items()},
        status=block.status[inside],
    )


class Story:
    """Entries in order; every entry comes one second after the one before.

    ``encoded`` leaves the blocks out, as a reader of the file gets them.
    """

    def __init__(self, *, encoded: bool = False) -> None:
        self.entries: list[Entry] = []
        self._encoded = encoded

    @property
    def position(self) -> int:
        return len(self.entries)

    def time_of(self, position: int) -> int:
        return EPOCH_NS + position * 1_000_000_000

    def append(self, payload: kinds.Payload, *, stream: str = PEN, actor: str = "uid:1000") -> int:
        """Append an entry; returns its position."""
        return self._append(kinds.kind_of(payload), stream, actor, kinds.encode(payload), None)

    def samples(self, block: SampleBlock) -> int:
        """Append a block; returns its position."""
        kept = None if self._encoded else block
        return self._append(kinds.SAMPLES, block.pen, "service", encode_block(block), kept)

    def identified(
        self, *, pen: str = PEN, period_us: int | None = PERIOD_US, boot_id: int | None = 1
    ) -> int:
        """Append that the pen presented itself."""
        told = Pen(pen, "REF-PEN", "1.4.2", boot_id, 2.5, 150.0, period_us)
        return self.append(kinds.PenIdentified(pen=told), stream=pen)

    def started(
        self,
        session: str = SESSION,
        *,
        pen: str = PEN,
        plan: kinds.Plan | None = None,
        needles: int | None = None,
        zone: str = "anterior-thigh",
    ) -> int:
        """Append the start of a session on the left."""
        cartridge = None if needles is None else kinds.Cartridge(needle_count=needles)
        return self.append(
            kinds.SessionStarted(
                session=session,
                pen=pen,
                client="C-17",
                practitioner="dr.b",
                side="left",
                zone=zone,
                nonce="00",
                plan=plan,
                cartridge=cartridge,
            ),
            stream=pen,
        )

    def stopped(self, session: str = SESSION, reason: str = "ordered") -> int:
        return self.append(kinds.SessionStopped(session=session, reason=reason))

    def pen_event(self, name: str, value: float = 1.0, needles: int | None = None) -> int:
        """Append something that the pen said."""
        event = PenEvent(name, value=value, needle_count=needles)
        return self.append(kinds.PenEventSeen(event=event, time_unix_ns=EPOCH_NS))

    def read_pen(self, pen: str, first: int, last: int | None) -> list[Entry]:
        """Return what a session of ``pen`` is summed up from."""
        return [
            entry
            for entry in self.entries[first - 1 : last]
            if entry.stream == pen and entry.kind in KINDS_READ
        ]

    def retags(self, position: int) -> tuple[kinds.Retagged, ...]:
        """Return whose samples the entry at ``position`` says to be another's."""
        entry = self.entries[position - 1]
        payload = kinds.decode(entry.kind, entry.payload or b"")
        retagged: tuple[kinds.Retagged, ...] = getattr(payload, "retagged", ())
        return retagged

    def projection(self) -> Projection:
        """Return all entries folded."""
        projection = Projection()
        for entry in self.entries:
            projection.apply(entry)
        return projection

    def _append(
        self, kind: str, stream: str, actor: str, payload: bytes, block: SampleBlock | None
    ) -> int:
        position = self.position + 1
        digest = hashlib.sha256(payload).digest()
        time_ns = self.time_of(position)
        self.entries.append(
            Entry(position, time_ns, kind, stream, actor, payload, digest, digest, block)
        )
        return position


def opened() -> Story:
    """Return a story in which a known pen's session has just started."""
    story = Story()
    story.identified()
    story.started()
    return story


def only_session(story: Story) -> Session:
    """Return the session of a story that has one."""
    (session,) = story.projection().sessions()
    return session
