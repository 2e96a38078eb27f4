"""Reading a file of samples back: the journal's blocks, bit by bit."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from drivers.model import Anchor, ColumnLayout, Flag, HostTime, SampleBlock
from logger.archive.columns import ColumnTold
from logger.archive.samples_file import FORMAT, METADATA_KEY, FileTold
from logger.errors import ProofFailed
from logger.journal.blocks import BlockEncoder

Columns = dict[str, NDArray[Any]]
Layouts = list[list[tuple[str, ColumnLayout]]]


def read_blocks(file: Path, first: int = 0) -> Iterator[tuple[int, SampleBlock]]:
    """Yield every block with its position, in the order of the file; a row group at a time.

    Row groups that end before position ``first`` are passed over. ProofFailed if this is no
    whole file of samples of a form that is known here.
    """
    try:
        with pq.ParquetFile(file, page_checksum_verification=True) as opened:
            told = file_told(opened)
            layouts = layouts_of(told)
            for number in range(opened.num_row_groups):
                if _last_position(opened, number) < first:
                    continue
                yield from _blocks(_columns(opened.read_row_group(number), told), layouts)
    except (OSError, pa.ArrowException, KeyError, IndexError) as error:
        raise ProofFailed(f"{file} is no whole file of samples: {error}") from error


def read_payloads(file: Path, first: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield every block's payload, as it was journaled, with its position, from ``first`` on."""
    encoder = BlockEncoder()
    for position, block in read_blocks(file, first):
        if position >= first:
            yield position, encoder.encode(block)


def file_told(opened: Any) -> FileTold:
    """Return what an opened file says of itself; ProofFailed if that is not known here."""
    metadata = opened.schema_arrow.metadata or {}
    try:
        told = msgspec.json.decode(metadata.get(METADATA_KEY, b""), type=FileTold)
    except msgspec.DecodeError as error:
        raise ProofFailed(f"it is no file of samples: {error}") from error
    if told.format != FORMAT:
        raise ProofFailed(f"its form is {told.format}, this needlelog reads {FORMAT}")
    return told


def _last_position(opened: Any, number: int) -> int:
    """Return the last position in a row group; the greatest there may be if it does not say."""
    group = opened.metadata.row_group(number)
    statistics = group.column(opened.schema_arrow.get_field_index("position")).statistics
    if statistics is None or not statistics.has_min_max:
        return 2**63 - 1
    return int(statistics.max)


def layouts_of(told: FileTold) -> Layouts:
    """Return by its number each layout of a file: its columns and what is in them."""
    by_name = {one.name: one for one in told.columns}
    # The same object for the same layout: who encodes blocks again relies on it for speed.
    return [[(name, _layout(by_name[name])) for name in names] for names in told.layouts]


def _layout(told: ColumnTold) -> ColumnLayout:
    return ColumnLayout(
        told.channel,
        told.stored_unit,
        told.numerator,
        told.addend,
        told.denominator,
        told.absent,
    )


def _columns(table: Any, told: FileTold) -> Columns:
    absent = {one.name: one.absent for one in told.columns}
    columns: Columns = {}
    for name in table.column_names:
        column = table.column(name)
        if column.null_count and absent.get(name) is not None and pa.types.is_integer(column.type):
            column = column.fill_null(absent[name])
        columns[name] = column.to_numpy()
    # A number beyond 2^53 would not survive as a float, which numpy makes of nulls.
    columns["boot_id"] = np.array(table.column("boot_id").to_pylist(), dtype=object)
    return columns


def _blocks(columns: Columns, layouts: Layouts) -> Iterator[tuple[int, SampleBlock]]:
    positions = columns["position"]
    starts = np.flatnonzero(np.diff(positions, prepend=positions[0] - 1))
    shared = [tuple(layout for _, layout in one) for one in layouts]
    for start, end in pairwise([*starts.tolist(), len(positions)]):
        number = int(columns["layout"][start])
        rows = slice(start, end)
        channels = {
            layout.channel: np.ascontiguousarray(columns[name][rows])
            for name, layout in layouts[number]
        }
        yield int(positions[start]), _block(columns, rows, shared[number], channels)


def _block(
    columns: Columns,
    rows: slice,
    layouts: tuple[ColumnLayout, ...],
    channels: dict[str, NDArray[np.generic]],
) -> SampleBlock:
    first = {name: column[rows.start] for name, column in columns.items()}
    boot_id = first["boot_id"]
    return SampleBlock(
        pen=str(first["pen"]),
        boot_id=None if boot_id is None else int(boot_id),
        simulated=bool(first["simulated"]),
        sequence=columns["sequence"][rows],
        sequence_counted=bool(first["sequence_counted"]),
        device_us=columns["device_us"][rows],
        layouts=layouts,
        columns=channels,
        status=columns["status"][rows],
        flags_known=Flag(int(first["flags_known"])),
        anchor=Anchor(
            *(int(first[name]) for name in ("anchor_number", "anchor_utc_us", "anchor_device_us"))
        ),
        host=HostTime(
            int(first["host_wall_ns"]),
            int(first["host_boottime_ns"]),
            bool(first["clock_synchronised"]),
        ),
        host_boot_id=str(first["host_boot_id"]),
    )
