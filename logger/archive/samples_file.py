"""A file of samples (Parquet): every value as the journal has it, and every block's bounds.

One row a sample, columns as ``logger.archive.columns`` says; ``samples_reading`` reads it.
Row groups are written as blocks come, so that memory does not grow with the session.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from drivers.model import ColumnLayout
from logger.archive.columns import ColumnTold, Shape, channel_columns, common_columns
from logger.errors import JournalError
from logger.journal.blocks import RawBlock, parse_block
from logger.journal.many_blocks import float_columns, join_columns, rows_of

FORMAT = "needlelog-samples@1"
METADATA_KEY = b"needlelog"
ROW_GROUP_ROWS = 120_000
COMPRESSION_LEVEL = 3

Payload = tuple[int, bytes]
"""The position of an entry of samples, and its payload."""

_Looks = tuple[tuple[ColumnLayout, ...], tuple[bool, ...]]
"""A block's layouts, and which of all its columns hold floats."""

_TYPES: dict[str, Any] = {
    "status": pa.uint8(),
    "pen": pa.string(),
    "simulated": pa.bool_(),
    "sequence_counted": pa.bool_(),
    "flags_known": pa.uint8(),
    "clock_synchronised": pa.bool_(),
    "host_boot_id": pa.string(),
}
"""Of the columns that are neither int64 nor a channel of floats."""


class FileTold(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the file's metadata under ``needlelog``, as JSON.

    ``layouts`` gives for each layout the channels' columns, in the order of the pen.
    """

    format: str
    columns: tuple[ColumnTold, ...]
    layouts: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive blocks of one shape."""

    shape: Shape
    positions: Sequence[int]
    blocks: Sequence[RawBlock]


@dataclass(frozen=True, slots=True)
class Written:
    """What a file holds; ``counted`` tells whether the pen counted all of its samples."""

    rows: int = 0
    blocks: int = 0
    counted: bool = True


def write_samples(file: Path, payloads: Callable[[], Iterable[Payload]]) -> Written:
    """Write all blocks, in the order in which ``payloads`` yields them, into ``file``.

    ``payloads`` is called again where a layout turns up that the file's columns, which
    must be known at its beginning, do not hold. Without any block no file is made.
    JournalError if a payload is no block.
    """
    shapes: list[Shape] = []
    while (written := _write(file, batches_of(payloads()), shapes)) is None:
        pass
    return written


def batches_of(payloads: Iterable[Payload]) -> Iterator[Batch]:
    """Yield the blocks by :data:`ROW_GROUP_ROWS` rows or somewhat more, cut where shapes change."""
    positions: list[int] = []
    blocks: list[RawBlock] = []
    looks: _Looks = ((), ())
    rows = 0
    for position, payload in payloads:
        block, layouts = parse_block(payload)
        own = (layouts, float_columns(block))
        if blocks and (own != looks or rows >= ROW_GROUP_ROWS):
            yield Batch(_shape(looks), positions, blocks)
            positions, blocks, rows = [], [], 0
        looks = own
        positions.append(position)
        blocks.append(block)
        rows += block.rows
    if blocks:
        yield Batch(_shape(looks), positions, blocks)


def _shape(looks: _Looks) -> Shape:
    layouts, floats = looks
    return Shape(layouts, floats[len(floats) - len(layouts) :])


def _write(file: Path, batches: Iterable[Batch], shapes: list[Shape]) -> Written | None:
    """Write ``batches``; None where one has a shape that ``shapes`` lacked, and has now."""
    writer, written = None, Written()
    try:
        for batch in batches:
            if batch.shape not in shapes:
                shapes.append(batch.shape)
                if writer is not None:
                    return None
            table = _table(batch, shapes)
            if writer is None:
                writer = _open(file, table.schema)
            writer.write_table(table, row_group_size=len(table))
            written = Written(
                written.rows + len(table),
                written.blocks + len(batch.blocks),
                written.counted and all(one.sequence_counted for one in batch.blocks),
            )
    finally:
        if writer is not None:
            writer.close()
    return written


def _open(file: Path, schema: Any) -> Any:
    integers = [field.name for field in schema if pa.types.is_integer(field.type)]
    floats = [field.name for field in schema if pa.types.is_floating(field.type)]
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    encodings = dict.fromkeys(integers, "DELTA_BINARY_PACKED")
    return pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        compression_level=COMPRESSION_LEVEL,
        use_dictionary=texts,
        column_encoding=encodings | dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
        data_page_version="2.0",
        write_page_checksum=True,
    )


def _table(batch: Batch, shapes: Sequence[Shape]) -> Any:
    columns, told = _arrays(batch, shapes), dict[str, ColumnTold](common_columns())
    told |= {one.name: one for one in channel_columns(shapes).values()}
    fields = [
        pa.field(name, array.type, metadata=told[name].metadata())
        for name, array in columns.items()
    ]
    return pa.Table.from_arrays(
        list(columns.values()), schema=pa.schema(fields, {METADATA_KEY: _metadata(shapes)})
    )


def _metadata(shapes: Sequence[Shape]) -> bytes:
    channels = channel_columns(shapes)
    told = FileTold(
        format=FORMAT,
        columns=(*common_columns().values(), *channels.values()),
        layouts=tuple(
            tuple(channels[column].name for column in shape.columns()) for shape in shapes
        ),
    )
    return msgspec.json.encode(told)


def _arrays(batch: Batch, shapes: Sequence[Shape]) -> dict[str, Any]:
    blocks, rows = batch.blocks, rows_of(batch.blocks)
    sequence, device_us, status, *channels = join_columns(blocks)
    if not 0 <= int(np.bitwise_or.reduce(status)) <= 0xFF:
        raise JournalError("a status does not fit its 8 bits")
    by_row: dict[str, NDArray[np.generic]] = {
        "sequence": sequence,
        "device_us": device_us,
        "status": status,
        "time_unix_ns": _utc_ns(blocks, device_us, rows),
    }
    by_block = _by_block(batch, shapes.index(batch.shape))
    arrays = {
        name: pa.array(by_row[name], _TYPES.get(name, pa.int64()), safe=name == "status")
        if name in by_row
        else _spread(by_block[name], rows, _TYPES.get(name, pa.int64()))
        for name in common_columns()
    }
    values = dict(zip(batch.shape.columns(), channels, strict=True))
    for column, told in channel_columns(shapes).items():
        arrays[told.name] = _channel(*column, values.get(column), int(rows.sum()))
    return arrays


def _utc_ns(
    blocks: Sequence[RawBlock], device_us: NDArray[np.generic], rows: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the time of every sample as :meth:`drivers.model.Anchor.utc_ns` reckons it."""
    numbers, utc_us, anchored_us = np.array([one.anchor for one in blocks], dtype=np.int64).T
    at_zero = (utc_us - anchored_us) * 1000 + numbers % 1000
    times: NDArray[np.int64] = np.repeat(at_zero, rows) + device_us.astype(np.int64) * 1000
    return times


def _by_block(batch: Batch, layout: int) -> dict[str, Sequence[Any]]:
    blocks = batch.blocks
    return {
        "position": batch.positions,
        "pen": [one.pen for one in blocks],
        "simulated": [one.simulated for one in blocks],
        "boot_id": [one.boot_id for one in blocks],
        "sequence_counted": [one.sequence_counted for one in blocks],
        "flags_known": [one.flags_known for one in blocks],
        "anchor_number": [one.anchor[0] for one in blocks],
        "anchor_utc_us": [one.anchor[1] for one in blocks],
        "anchor_device_us": [one.anchor[2] for one in blocks],
        "host_wall_ns": [one.host[0] for one in blocks],
        "host_boottime_ns": [one.host[1] for one in blocks],
        "clock_synchronised": [one.host[2] for one in blocks],
        "host_boot_id": [one.host_boot_id for one in blocks],
        "layout": [layout] * len(blocks),
    }


def _spread(values: Sequence[Any], rows: NDArray[np.int64], kind: Any) -> Any:
    """Return the blocks' values, one for each of their rows."""
    array = pa.array(values, kind)
    if array.null_count == 0 and pa.types.is_integer(kind):
        return pa.array(np.repeat(array.to_numpy(), rows), kind)
    return array.take(pa.array(np.repeat(np.arange(len(rows)), rows)))


def _channel(
    layout: ColumnLayout, is_float: bool, values: NDArray[np.generic] | None, rows: int
) -> Any:
    kind = pa.float64() if is_float else pa.int64()
    if values is None:
        return pa.nulls(rows, kind)
    # A float stays as it is: a null could not tell -0.0 from an absent 0.
    if layout.absent is None or is_float:
        return pa.array(values, kind)
    return pa.array(values, kind, mask=values == layout.absent)
