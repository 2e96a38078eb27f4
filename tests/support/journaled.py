"""A journal that is only a list, with entries as the recorder would append them."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from itertools import count

import numpy as np
from msgspec.structs import replace

from drivers.model import Anchor, ColumnLayout, Flag, HostTime, SampleBlock
from logger.journal import kinds
from logger.journal.entry import Entry

EPOCH_US = 1_760_000_000_000_000
PERIOD_US = 10_000
ALL_FLAGS = Flag(31)

LAYOUTS = (
    ColumnLayout("depth_set_mm", "µm", 1, 0, 1000),
    ColumnLayout("depth_measured_mm", "µm", 1, 0, 1000, absent=65535),
    ColumnLayout("rate_hz", "0.1 Hz", 1, 0, 10),
    ColumnLayout("rate_set_hz", "0.1 Hz", 1, 0, 10, absent=65535),
    ColumnLayout("motor_current_ma", "mA", absent=65535),
    ColumnLayout("battery_pct", "%", absent=255),
    ColumnLayout("motor_temperature_c", "°C", absent=-128),
)


def sample_block(pen: str, first: int, rows: int, *, anchor: int = 7) -> SampleBlock:
    """Return ``rows`` samples from sequence ``first`` on, every value of its own making."""
    rng = np.random.default_rng(first)
    sequence = np.arange(first, first + rows, dtype=np.int64)
    return SampleBlock(
        pen=pen,
        boot_id=0x1A2B3C4D,
        simulated=pen.startswith("SIM-"),
        sequence=sequence,
        sequence_counted=True,
        device_us=sequence * PERIOD_US,
        layouts=LAYOUTS,
        columns={
            "depth_set_mm": np.full(rows, 1500, dtype=np.int64),
            "depth_measured_mm": rng.choice([1478, 1501, 65535], rows),
            "rate_hz": rng.integers(1100, 1200, rows),
            "rate_set_hz": np.full(rows, 1167, dtype=np.int64),
            "motor_current_ma": rng.integers(180, 260, rows),
            "battery_pct": np.full(rows, 87, dtype=np.int64),
            "motor_temperature_c": np.full(rows, 31, dtype=np.int64),
        },
        status=rng.choice([0x08, 0x0D, 0x0F], rows).astype(np.uint8),
        flags_known=ALL_FLAGS,
        anchor=Anchor(anchor, EPOCH_US, 0),
        host=HostTime(EPOCH_US * 1000, 0, True),
        host_boot_id="0" * 32,
    )


class ListJournal:
    """Entries in memory, appended by the test, read by a pump."""

    def __init__(self, now_ns: Callable[[], int] = lambda: EPOCH_US * 1000) -> None:
        self.entries: list[Entry] = []
        self._now_ns = now_ns
        self._news = asyncio.Event()
        self._sequence: dict[str, count[int]] = {}

    @property
    def last_position(self) -> int:
        return len(self.entries)

    def append(self, payload: kinds.Payload, pen: str = "NP-1") -> Entry:
        """Append an entry other than samples."""
        return self._append(kinds.kind_of(payload), pen, kinds.encode(payload), None)

    def append_samples(self, pen: str = "NP-1", rows: int = 20, *, anchor: int = 7) -> Entry:
        """Append the next ``rows`` samples of ``pen``."""
        numbers = self._sequence.setdefault(pen, count(0))
        first, *_ = [next(numbers) for _ in range(rows)]
        block = sample_block(pen, first, rows, anchor=anchor)
        return self._append(kinds.SAMPLES, pen, b"", block)

    def append_block(self, block: SampleBlock) -> Entry:
        """Append ``block`` as it is."""
        return self._append(kinds.SAMPLES, block.pen, b"", block)

    def _append(self, kind: str, pen: str, payload: bytes, block: SampleBlock | None) -> Entry:
        digest = hashlib.sha256(payload).digest()
        entry = Entry(
            self.last_position + 1,
            self._now_ns(),
            kind,
            pen,
            "service",
            payload,
            digest,
            digest,
            block,
        )
        self.entries.append(entry)
        self._news.set()
        return entry

    def erase(self, position: int) -> None:
        """Take the payload out of an entry, as retention does."""
        self.entries[position - 1] = replace(self.entries[position - 1], payload=None, block=None)

    def read(self, after: int, limit: int) -> list[Entry]:
        return self.entries[after : after + limit]

    async def fetched(self) -> bool:
        return False

    async def wait_beyond(self, position: int, timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                while self.last_position <= position:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    def session_entries(self, after: int, upto: int) -> Iterable[Entry]:
        return [entry for entry in self.entries[after:upto] if entry.kind in kinds.SESSION_KINDS]

    def blocks(self, pen: str = "NP-1") -> list[SampleBlock]:
        """Return all blocks of ``pen``."""
        return [e.block for e in self.entries if e.block is not None and e.stream == pen]


def session_started(session: str = "20261122-abcd", pen: str = "NP-1") -> kinds.SessionStarted:
    """Return the start of a session that says things which must stay in the house."""
    return kinds.SessionStarted(
        session=session,
        pen=pen,
        client="CLIENT-SECRET",
        practitioner="PRACTITIONER-SECRET",
        side="left",
        zone="anterior-thigh",
        nonce="00",
        indication="INDICATION-SECRET",
        cartridge=kinds.Cartridge(udi="UDI-SECRET", lot="LOT-SECRET"),
        note="NOTE-SECRET",
    )
