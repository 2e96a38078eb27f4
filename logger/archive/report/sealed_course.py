"""The course of a session out of its sealed file: by columns, so in a fraction of the time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from drivers.model import ColumnLayout
from logger.archive.bundle.choosing import SealTold
from logger.archive.bundle.sealed_files import read_sealed
from logger.archive.report.course import PAUSED, Blocks, Integers
from logger.archive.report.proof import proof_of
from logger.archive.samples_reading import Layouts, file_told, layouts_of
from logger.errors import ProofFailed
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.places import held_stretches

Drawn = NDArray[np.float32]

_EVERY_SAMPLE = ("position", "sequence", "device_us")
_EVERY_BLOCK = (
    *("boot_id", "sequence_counted", "anchor_number", "anchor_utc_us", "anchor_device_us"),
    *("host_boot_id", "clock_synchronised", "host_wall_ns", "host_boottime_ns"),
)

_EXACT_BELOW = 2**53
"""So long an integer stays the same as a float, which numpy makes of it where there are nulls."""


class _Block(NamedTuple):
    boot_id: int | None
    sequence_counted: bool
    anchor: tuple[int, int, int]
    host_boot_id: str
    host: tuple[int, int, bool]


@dataclass(frozen=True, slots=True)
class _Part:
    """A row group: its blocks with the position and the rows of each, and its samples."""

    blocks: Sequence[_Block]
    positions: Integers
    rows: Integers
    sequence: Integers
    device_us: Integers
    channels: dict[str, Drawn]


def sealed_blocks(
    data_dir: Path, reader: JournalReader, session: Session, channels: Sequence[str]
) -> Blocks | None:
    """Return all samples of ``session``, to be drawn; None where no sealed file has just those.

    CommandRefused or ProofFailed where a file is not what was sealed.
    """
    newest = proof_of(reader, session.id, session.started_position).newest
    if newest is None:
        return None
    sealed = read_sealed(data_dir, session, [SealTold(newest.position, "", newest.told)])
    then = sealed.manifests[-1].session
    if then is None or not sealed.samples_file or held_stretches(then) != held_stretches(session):
        return None
    return read_sealed_blocks(sealed.samples_path(), session, channels)


def read_sealed_blocks(file: Path, session: Session, channels: Sequence[str]) -> Blocks:
    """Return all samples of a file, which must be those of ``session``; ProofFailed if damaged."""
    try:
        with pq.ParquetFile(file, page_checksum_verification=True) as opened:
            parts = list(_parts(opened, channels))
    except (OSError, pa.ArrowException, KeyError, IndexError) as error:
        raise ProofFailed(f"{file} is no whole file of samples: {error}") from error
    positions, rows, sequence, device_us = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("positions", "rows", "sequence", "device_us")
    )
    return Blocks(
        told=[block for part in parts for block in part.blocks],
        rows=rows,
        segments=_segments(session, positions),
        sequence=sequence,
        device_us=device_us,
        channels={name: np.concatenate([one.channels[name] for one in parts]) for name in channels},
    )


def _segments(session: Session, positions: Integers) -> Integers:
    """Return by block the number of the segment that holds its position."""
    stretches = held_stretches(session)
    starts = np.array([one.from_position for one in stretches])
    numbers = np.array([one.place.number or PAUSED for one in stretches], dtype=np.int64)
    return np.asarray(numbers[np.searchsorted(starts, positions, side="right") - 1])


def _parts(opened: Any, channels: Sequence[str]) -> Iterator[_Part]:
    layouts, names = layouts_of(file_told(opened)), opened.schema_arrow.names
    for number in range(opened.num_row_groups):
        yield _part(_Group(opened, number, names), layouts, channels)


class _Group:
    """A row group, of which a column that says the same throughout is not decoded."""

    def __init__(self, opened: Any, number: int, names: Sequence[str]) -> None:
        self._opened, self._number, self._names = opened, number, names
        self._told = opened.metadata.row_group(number)

    def same(self, name: str) -> Any:
        """Return the one value of a column; None where it has several, none, or does not say."""
        told = self._told.column(self._names.index(name)).statistics
        if told is None or not told.has_min_max or told.null_count or told.min != told.max:
            return None
        return told.min

    def read(self, names: Sequence[str]) -> Any:
        """Return columns as a table, on this thread alone: a recorder runs beside."""
        return self._opened.read_row_group(self._number, columns=list(names), use_threads=False)


def _part(group: _Group, layouts: Layouts, channels: Sequence[str]) -> _Part:
    # A row group holds blocks of one layout: another begins another row group.
    number = group.same("layout")
    layout = layouts[group.read(["layout"]).column(0)[0].as_py() if number is None else number]
    chosen = [(name, one) for name, one in layout if one.channel in channels]
    same = {name: value for name in _EVERY_BLOCK if (value := group.same(name)) is not None}
    varied = [name for name in _EVERY_BLOCK if name not in same]
    still = {name: value for name, _ in chosen if (value := group.same(name)) is not None}
    moving = [name for name, _ in chosen if name not in still]
    table = group.read([*_EVERY_SAMPLE, *varied, *moving])
    positions, sequence, device_us = (table.column(name).to_numpy() for name in _EVERY_SAMPLE)
    starts = np.flatnonzero(np.diff(positions, prepend=positions[0] - 1))
    # By numpy: pyarrow.compute takes 0.15 s to load, as long as all the rest.
    told = {name: table.column(name).to_numpy()[starts].tolist() for name in varied}
    values = {
        one.channel: _values(table.column(name), one)
        if name in moving
        else np.full(len(positions), one.drawn(np.array([still[name]]))[0])
        for name, one in chosen
    }
    nothing = np.full(len(positions), np.nan, dtype=np.float32)
    return _Part(
        blocks=_blocks(
            [[same[name]] * len(starts) if name in same else told[name] for name in _EVERY_BLOCK]
        ),
        positions=positions[starts],
        rows=np.diff(starts, append=len(positions)),
        sequence=sequence,
        device_us=device_us,
        channels={name: values.get(name, nothing) for name in channels},
    )


def _values(column: Any, layout: ColumnLayout) -> Drawn:
    values = column.to_numpy()
    if not (column.null_count and pa.types.is_integer(column.type)):
        return layout.drawn(values)
    if layout.absent is None or np.any(np.abs(values) >= _EXACT_BELOW):
        return layout.drawn(column.fill_null(layout.absent).to_numpy())
    return layout.drawn(np.nan_to_num(values, nan=layout.absent).astype(np.int64))


def _blocks(columns: Sequence[Sequence[Any]]) -> list[_Block]:
    boots, counted, *anchors, host_boots, synchronised, wall_ns, boottime_ns = columns
    clocks = zip(wall_ns, boottime_ns, synchronised, strict=True)
    told = zip(boots, counted, zip(*anchors, strict=True), host_boots, clocks, strict=True)
    return [_Block(*one) for one in told]
