"""A file of samples gives the journal's blocks back bit by bit, and says what its numbers mean."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from drivers.model import Anchor, ColumnLayout, Flag, HostTime, SampleBlock
from drivers.profile import find_profile
from drivers.simulator.pen import VirtualPen
from logger.archive.samples_file import Payload, batches_of, write_samples
from logger.archive.samples_reading import read_blocks, read_payloads
from logger.errors import JournalError, ProofFailed
from logger.journal.blocks import encode_block
from tests.support.journaled import LAYOUTS, sample_block
from tests.support.simulated import simulated_settings

_int64 = st.integers(-(2**63), 2**63 - 1)
_shapes = {
    "i": st.one_of(_int64, st.integers(0, 300), st.just(7)),
    "f": st.floats(width=64),
}


def _column(kind: str, rows: int) -> st.SearchStrategy[NDArray[np.generic]]:
    dtype = np.int64 if kind == "i" else np.float64
    return arrays.arrays(dtype, rows, elements=_shapes[kind])


@st.composite
def _blocks(draw: st.DrawFn) -> SampleBlock:
    rows = draw(st.integers(1, 9))
    kinds = draw(st.sampled_from(["", "i", "if", "fi", "ii"]))
    absent = draw(st.sampled_from([None, 7, -1]))
    layouts = tuple(
        ColumnLayout(f"c{number}", "µm", 1, 0, 1000, absent) for number in range(len(kinds))
    )
    return SampleBlock(
        pen=draw(st.sampled_from(["NP-1", "SIM-µ"])),
        boot_id=draw(st.one_of(st.none(), _int64)),
        simulated=draw(st.booleans()),
        sequence=draw(_column("i", rows)).astype(np.int64),
        sequence_counted=draw(st.booleans()),
        device_us=draw(_column("i", rows)).astype(np.int64),
        layouts=layouts,
        columns={
            layout.channel: draw(_column(kind, rows))
            for layout, kind in zip(layouts, kinds, strict=True)
        },
        status=draw(arrays.arrays(np.uint8, rows)),
        flags_known=Flag(draw(st.integers(0, 31))),
        anchor=Anchor(draw(_int64), draw(_int64), draw(_int64)),
        host=HostTime(draw(_int64), draw(_int64), draw(st.booleans())),
        host_boot_id=draw(st.sampled_from(["", "0" * 32])),
    )


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(blocks=st.lists(_blocks(), min_size=1, max_size=6))
def test_whatever_blocks_there_are_they_come_back_bit_by_bit(
    blocks: list[SampleBlock], tmp_path: Path
) -> None:
    payloads = [(3 * number, encode_block(one)) for number, one in enumerate(blocks, 1)]
    write_samples(tmp_path / "s", lambda: payloads)
    assert list(read_payloads(tmp_path / "s")) == payloads


def test_blocks_come_back_over_many_row_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("logger.archive.samples_file.ROW_GROUP_ROWS", 50)
    payloads = [(n + 1, encode_block(sample_block("NP-1", 20 * n, 20))) for n in range(10)]
    written = write_samples(tmp_path / "s", lambda: payloads)
    assert (written.rows, written.blocks) == (200, 10)
    assert pq.ParquetFile(tmp_path / "s").num_row_groups == 4
    assert list(read_payloads(tmp_path / "s")) == payloads


def test_blocks_are_taken_no_more_than_a_row_group_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("logger.archive.samples_file.ROW_GROUP_ROWS", 50)
    taken: list[int] = []

    def payloads() -> Iterator[Payload]:
        for number in range(10):
            taken.append(number)
            yield number, encode_block(sample_block("NP-1", 20 * number, 20))

    next(batches_of(payloads()))
    assert len(taken) == 4


def test_a_channel_that_is_scaled_anew_has_a_column_for_each_scale(tmp_path: Path) -> None:
    before = sample_block("NP-1", 0, 5)
    finer = replace(LAYOUTS[2], numerator=1, denominator=100)
    after = replace(
        sample_block("NP-1", 5, 5),
        layouts=(*LAYOUTS[:2], finer, *LAYOUTS[3:]),
        status=before.status,
    )
    payloads = [(1, encode_block(before)), (2, encode_block(after))]
    write_samples(tmp_path / "s", lambda: payloads)
    table = pq.read_table(tmp_path / "s")
    assert table.column("rate_hz").null_count == table.column("rate_hz__2").null_count == 5
    assert table.schema.field("rate_hz__2").metadata[b"denominator"] == b"100"
    assert list(read_payloads(tmp_path / "s")) == payloads


def test_every_column_says_its_unit_source_and_meaning(tmp_path: Path) -> None:
    write_samples(tmp_path / "s", lambda: [(1, encode_block(sample_block("NP-1", 0, 5)))])
    for field in pq.read_schema(tmp_path / "s"):
        told = field.metadata
        assert told[b"description"], field.name
        assert told[b"source"], field.name
        assert b"unit" in told


def test_a_channel_is_a_scaled_integer_and_says_its_scale(tmp_path: Path) -> None:
    block = sample_block("NP-1", 0, 50)
    write_samples(tmp_path / "s", lambda: [(1, encode_block(block))])
    table = pq.read_table(tmp_path / "s")
    told = table.schema.field("depth_measured_mm").metadata
    raw = table.column("depth_measured_mm").to_numpy(zero_copy_only=False)
    values = (raw * int(told[b"numerator"]) + int(told[b"addend"])) / int(told[b"denominator"])
    np.testing.assert_array_equal(values, block.values("depth_measured_mm"))
    assert (told[b"unit"], told[b"stored_unit"]) == (b"mm", "µm".encode())


def test_times_are_those_of_the_blocks(tmp_path: Path) -> None:
    block = sample_block("NP-1", 0, 50, anchor=1234)
    write_samples(tmp_path / "s", lambda: [(1, encode_block(block))])
    times = pq.read_table(tmp_path / "s").column("time_unix_ns").to_numpy()
    np.testing.assert_array_equal(times, block.utc_ns())


def test_a_sample_of_seven_channels_takes_eight_bytes_at_most(tmp_path: Path) -> None:
    run = VirtualPen(find_profile("npt"), simulated_settings("SIM-1")).samples(0, 60_000)
    assert run.sequence is not None
    assert run.ticks_us is not None
    payloads = []
    for number, first in enumerate(range(0, len(run), 20), 1):
        rows = slice(first, first + 20)
        block = replace(
            sample_block("SIM-1", first, 20),
            device_us=run.ticks_us[rows],
            layouts=run.layouts,
            columns={name: column[rows] for name, column in run.columns.items()},
            status=run.status[rows],
            host=HostTime(first * 10_000_000 + 977 * number, first * 10_000_000, True),
        )
        payloads.append((number, encode_block(block)))
    write_samples(tmp_path / "s", lambda: payloads)
    assert len(run.layouts) == 7
    assert (tmp_path / "s").stat().st_size <= 8 * len(run)


def test_without_a_block_there_is_no_file(tmp_path: Path) -> None:
    assert write_samples(tmp_path / "s", lambda: []).rows == 0
    assert not (tmp_path / "s").exists()


def test_what_is_no_block_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="this is no block of samples"):
        write_samples(tmp_path / "s", lambda: [(1, b"\x00")])


def test_a_file_that_is_cut_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "s"
    write_samples(file, lambda: [(1, encode_block(sample_block("NP-1", 0, 500)))])
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(ProofFailed, match="is no whole file of samples"):
        list(read_blocks(file))


def test_a_page_that_was_changed_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "s"
    write_samples(file, lambda: [(1, encode_block(sample_block("NP-1", 0, 5000)))])
    content = bytearray(file.read_bytes())
    content[2000] ^= 1
    file.write_bytes(content)
    with pytest.raises(ProofFailed, match="is no whole file of samples"):
        list(read_blocks(file))
