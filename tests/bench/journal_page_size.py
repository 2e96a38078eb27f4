"""Which page size writes least and reads fast: prints the table of docs/decisions.

Run it as ``python -m tests.bench.journal_page_size`` on a real drive (``TMPDIR`` says where).
``SQLite`` is what SQLite hands to the kernel for a commit (write-ahead log, and the journal
at checkpoints); ``drive`` is what the kernel makes of it in whole 4 KiB blocks.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from drivers.channels import CHANNELS
from drivers.model import Anchor, ColumnLayout, Flag, HostTime, SampleBlock
from logger.journal.blocks import decode_block, encode_block
from logger.journal.connection import open_for_writing
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft
from logger.journal.files import JOURNAL_FILE, make_data_directory, make_journal_file
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from tests.support.failing_vfs import Trouble, failing_files

_PAGE_BYTES = (1024, 2048, 4096, 8192, 16384)
_COMMITS_PER_S = 5
_MINUTES = 6
_LOADS = ((1, 100), (8, 100), (8, 1000))


@dataclass(frozen=True, slots=True)
class Figures:
    """Per commit: bytes by SQLite, bytes to the drive, ms; and µs to read and decode an entry."""

    sqlite_bytes: float
    drive_bytes: float
    commit_ms: float
    read_us: float
    file_bytes: int


def sample_block(pen: int, rows: int, rng: np.random.Generator) -> SampleBlock:
    """Return a block as a pen with all channels sends it: settings steady, the rest moving."""
    steady = {"depth_set_mm": 1500, "rate_set_hz": 1167, "battery_pct": 87}
    columns = {
        name: np.full(rows, steady[name], dtype=np.int64)
        if name in steady
        else 1000 + rng.integers(0, 60, rows)
        for name in CHANNELS
    }
    ticks = np.arange(rows, dtype=np.int64) * 10_000
    return SampleBlock(
        pen=f"NP-{pen:06}",
        boot_id=0x1A2B3C4D,
        simulated=False,
        sequence=np.arange(rows, dtype=np.int64),
        sequence_counted=True,
        device_us=ticks + rng.integers(0, 30, rows),
        layouts=tuple(ColumnLayout(name, "µm", 1, 0, 1000, 0xFFFF) for name in CHANNELS),
        columns=columns,
        status=np.full(rows, 15, dtype=np.uint8),
        flags_known=Flag(31),
        anchor=Anchor(1, 1_700_000_000_000_000, 0),
        host=HostTime(1_700_000_000_000_000_000, 1, True),
        host_boot_id="0f0e0d0c-0b0a-0908-0706-050403020100",
    )


def drafts(pens: int, rate_hz: int) -> list[Draft]:
    """Return what one commit interval of so many pens yields."""
    rng = np.random.default_rng(pens)
    blocks = [sample_block(pen, rate_hz // _COMMITS_PER_S, rng) for pen in range(pens)]
    return [Draft("samples", block.pen, "service", encode_block(block)) for block in blocks]


@contextmanager
def journal_of(data_dir: Path, page_bytes: int) -> Iterator[Journal]:
    """Yield a new journal with pages of another size than the shipped one."""
    make_data_directory(data_dir)
    path = data_dir / JOURNAL_FILE
    make_journal_file(path)
    open_for_writing(path, page_bytes).close()
    with Journal.open(data_dir, lambda: HostTime(time.time_ns(), 0, True)) as journal:
        yield journal


def drive_bytes() -> int:
    """Return the bytes that this process has caused to be written to drives."""
    lines = Path("/proc/self/io").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("write_bytes")).split()[1])


def measure(data_dir: Path, page_bytes: int, commit: list[Draft]) -> Figures:
    """Write some minutes of commits with the cursors of two sinks, then read them all."""
    commits = _MINUTES * 60 * _COMMITS_PER_S
    counted = Trouble(sys.maxsize, lambda call, file: None)
    with failing_files(counted), journal_of(data_dir, page_bytes) as journal:
        sqlite_before, drive_before = counted.bytes_written, drive_bytes()
        started = time.perf_counter()
        for _ in range(commits):
            at = Cursor(journal.last_position, max(0, journal.last_position - 100))
            journal.append(commit, {"mqtt": at, "influx": at})
        commit_ms = (time.perf_counter() - started) / commits * 1e3
        journal.close()
        sqlite_bytes = (counted.bytes_written - sqlite_before) / commits
        written = (drive_bytes() - drive_before) / commits
    file_bytes = (data_dir / JOURNAL_FILE).stat().st_size
    return Figures(sqlite_bytes, written, commit_ms, read_us(data_dir), file_bytes)


def read_us(data_dir: Path) -> float:
    """Return the µs it takes to read and decode an entry, on average over all."""
    with JournalReader(data_dir) as reader:
        started = time.perf_counter()
        for entry in reader.entries(kinds=["samples"]):
            decode_block(entry.payload or b"")
        return (time.perf_counter() - started) / reader.last_position() * 1e6


def main() -> None:
    """Print the table."""
    out = sys.stdout.write
    for pens, rate_hz in _LOADS:
        commit = drafts(pens, rate_hz)
        payload_bytes = sum(len(draft.payload) for draft in commit)
        out(f"\n{pens} x {rate_hz} Hz: {payload_bytes} B of payload a commit\n")
        out("| page | SQLite KiB | drive KiB | ms | read µs an entry | file MiB |\n")
        out("|---|---|---|---|---|---|\n")
        for page_bytes in _PAGE_BYTES:
            with tempfile.TemporaryDirectory() as place:
                found = measure(Path(place) / "data", page_bytes, commit)
            out(
                f"| {page_bytes} | {found.sqlite_bytes / 1024:.1f} | "
                f"{found.drive_bytes / 1024:.1f} | {found.commit_ms:.2f} | "
                f"{found.read_us:.0f} | {found.file_bytes / 2**20:.1f} |\n"
            )


if __name__ == "__main__":
    main()
