"""What the journal's tests share: a clock to set, drafts, and blocks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from drivers.model import Anchor, ColumnLayout, Flag, HostTime, SampleBlock
from logger.journal.entry import Draft
from logger.journal.writer import Journal


@dataclass(slots=True)
class SetClock:
    """Shows what it was set to."""

    wall_ns: int = 1_700_000_000_000_000_000

    def __call__(self) -> HostTime:
        return HostTime(self.wall_ns, 5_000_000_000, True)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def journal(data_dir: Path, clock: SetClock) -> Iterator[Journal]:
    with Journal.open(data_dir, clock) as opened:
        yield opened


@pytest.fixture
def note() -> Callable[..., Draft]:
    """Make a draft of any kind with a payload of JSON."""

    def make(text: str = "x", *, kind: str = "session.paused", stream: str = "NP-1") -> Draft:
        return Draft(kind, stream, "uid:1000", f'{{"session":"{text}"}}'.encode())

    return make


@pytest.fixture
def block() -> SampleBlock:
    """Return 20 rows as a pen might send them."""
    rows = 20
    layouts = (
        ColumnLayout("depth_set_mm", "µm", 1, 0, 1000),
        ColumnLayout("depth_measured_mm", "µm", 1, 0, 1000, absent=0xFFFF),
        ColumnLayout("rate_hz", "Hz"),
    )
    generator = np.random.default_rng(1)
    return SampleBlock(
        pen="NP-000123",
        boot_id=0x1A2B3C4D,
        simulated=False,
        sequence=np.arange(70_000, 70_000 + rows, dtype=np.int64),
        sequence_counted=True,
        device_us=np.arange(rows, dtype=np.int64) * 10_000 + 4_294_967_290,
        layouts=layouts,
        columns={
            "depth_set_mm": np.full(rows, 1500, dtype=np.int64),
            "depth_measured_mm": generator.integers(1400, 1600, rows),
            "rate_hz": generator.normal(116.0, 0.5, rows),
        },
        status=np.full(rows, 15, dtype=np.uint8),
        flags_known=Flag(31),
        anchor=Anchor(3, 1_700_000_000_000_000, 4_294_967_290),
        host=HostTime(1_700_000_000_000_000_000, 5_000_000_000, True),
        host_boot_id="0f0e0d0c-0b0a-0908-0706-050403020100",
    )
