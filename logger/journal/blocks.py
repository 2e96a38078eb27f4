"""A block of samples as the payload of an entry of kind ``samples``.

One msgpack array: version, pen, boot id, simulated, whether the pen counts, anchor, host
clock reading, host boot id, known flags, rows, layouts, then the columns (sequence, device
time, status, and one for each layout). ``docs/journal.md`` gives it element by element.
Layouts stand in every block, so that a block can be read with nothing else at hand.
"""

from functools import lru_cache
from typing import Annotated, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from drivers.model import Anchor, ColumnLayout, Flag, HostTime, SampleBlock
from logger.errors import JournalError
from logger.journal.columns import Column, Int64, decode_column, encode_columns
from logger.journal.few_rows import FEW_ROWS, encode_few

ROWS_MAX = 1 << 18
"""Rows of a block; what a damaged or forged one could make us allocate is bounded by it."""
LAYOUTS_MAX = 32

_LayoutRow = tuple[str, str, Int64, Int64, Int64, Int64 | None]


class RawBlock(msgspec.Struct, frozen=True, array_like=True, tag=1, gc=False):
    """Version 1 of the block, which is its tag; its columns are not looked into yet."""

    pen: str
    boot_id: Int64 | None
    simulated: bool
    sequence_counted: bool
    anchor: tuple[Int64, Int64, Int64]
    host: tuple[Int64, Int64, bool]
    host_boot_id: str
    flags_known: Annotated[int, msgspec.Meta(ge=0, le=0xFF)]
    rows: Annotated[int, msgspec.Meta(ge=1, le=ROWS_MAX)]
    layouts: msgspec.Raw
    columns: Annotated[list[Column], msgspec.Meta(max_length=LAYOUTS_MAX + 3)]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(RawBlock)
_LAYOUTS_DECODER = msgspec.msgpack.Decoder(
    Annotated[tuple[_LayoutRow, ...], msgspec.Meta(max_length=LAYOUTS_MAX)]
)


class BlockEncoder:
    """Encodes blocks; the layouts, which a pen's blocks share, it encodes but once."""

    def __init__(self) -> None:
        self._layouts: tuple[ColumnLayout, ...] = ()
        self._encoded_layouts = msgspec.Raw(_ENCODER.encode(()))

    def encode(self, block: SampleBlock) -> bytes:
        """Return the payload for ``block``; JournalError if it cannot be journaled.

        It must have 1 to ``ROWS_MAX`` rows and at most ``LAYOUTS_MAX`` layouts.
        """
        rows, layouts = len(block), block.layouts
        if not 1 <= rows <= ROWS_MAX or len(layouts) > LAYOUTS_MAX:
            raise JournalError(
                f"a block of {rows} rows and {len(layouts)} channels cannot be journaled: "
                f"1 to {ROWS_MAX} rows and at most {LAYOUTS_MAX} channels"
            )
        if layouts is not self._layouts:
            self._encoded_layouts = msgspec.Raw(
                _ENCODER.encode([_layout_row(it) for it in layouts])
            )
            self._layouts = layouts
        columns: list[NDArray[np.generic]] = [block.sequence, block.device_us, block.status]
        columns += [block.columns[layout.channel] for layout in layouts]
        encode = encode_few if rows <= FEW_ROWS else encode_columns
        anchor, host = block.anchor, block.host
        return _ENCODER.encode(
            RawBlock(
                pen=block.pen,
                boot_id=block.boot_id,
                simulated=block.simulated,
                sequence_counted=block.sequence_counted,
                anchor=(anchor.number, anchor.utc_us, anchor.device_us),
                host=(host.wall_ns, host.boottime_ns, host.synchronised),
                host_boot_id=block.host_boot_id,
                flags_known=int(block.flags_known),
                rows=rows,
                layouts=self._encoded_layouts,
                columns=encode(columns),
            )
        )


def encode_block(block: SampleBlock) -> bytes:
    """Return the payload for one block by itself; see :meth:`BlockEncoder.encode`."""
    return BlockEncoder().encode(block)


def decode_block(payload: bytes) -> SampleBlock:
    """Return the block that ``payload`` encodes; JournalError, and no other, if it is damaged."""
    raw, layouts = parse_block(payload)
    sequence, device_us, status, *channels = (
        decode_column(column, raw.rows) for column in raw.columns
    )
    return SampleBlock(
        pen=raw.pen,
        boot_id=raw.boot_id,
        simulated=raw.simulated,
        sequence=_integers(sequence),
        sequence_counted=raw.sequence_counted,
        device_us=_integers(device_us),
        layouts=layouts,
        columns={layout.channel: column for layout, column in zip(layouts, channels, strict=True)},
        status=_status(status),
        flags_known=Flag(raw.flags_known),
        anchor=Anchor(*raw.anchor),
        host=HostTime(*raw.host),
        host_boot_id=raw.host_boot_id,
    )


def check_block(payload: bytes) -> int:
    """Return the rows of the block that ``payload`` encodes; JournalError if it is damaged.

    Cheaper than decoding: it looks at the form, not at the columns' values.
    """
    raw, _ = parse_block(payload)
    return raw.rows


def _layout_row(layout: ColumnLayout) -> _LayoutRow:
    return (
        layout.channel,
        layout.raw_unit,
        layout.numerator,
        layout.addend,
        layout.denominator,
        layout.absent,
    )


def parse_block(payload: bytes) -> tuple[RawBlock, tuple[ColumnLayout, ...]]:
    """Return a block's fields and its layouts, the same object for the same layouts.

    JournalError, and no other, if it is damaged. Columns stay encoded.
    """
    try:
        raw = _DECODER.decode(payload)
        layouts = _layouts(bytes(raw.layouts))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise JournalError(f"this is no block of samples: {error}") from error
    if len(raw.columns) != len(layouts) + 3:
        raise JournalError(f"{len(raw.columns)} columns for {len(layouts)} channels")
    return raw, layouts


@lru_cache(maxsize=64)
def _layouts(encoded: bytes) -> tuple[ColumnLayout, ...]:
    """Return the layouts, the same object for the same bytes: a pen's blocks share them."""
    layouts = tuple(ColumnLayout(*row) for row in _LAYOUTS_DECODER.decode(encoded))
    if len({layout.channel for layout in layouts}) != len(layouts):
        raise JournalError("a channel stands twice in a block")
    if not all(layout.denominator for layout in layouts):
        raise JournalError("a channel's values are divided by zero")
    return layouts


def _integers(column: NDArray[np.generic]) -> NDArray[np.int64]:
    if column.dtype != np.int64:
        raise JournalError("a column that must hold integers holds floats")
    return cast("NDArray[np.int64]", column)


def _status(column: NDArray[np.generic]) -> NDArray[np.uint8]:
    integers = _integers(column)
    if not 0 <= int(np.bitwise_or.reduce(integers)) <= 0xFF:
        raise JournalError("a status does not fit its 8 bits")
    return integers.astype(np.uint8)
