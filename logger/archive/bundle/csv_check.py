"""Whether the CSV of a bundle says of every sample what the entries do.

Values are compared as columns, many blocks at once. Of local and corrected times it is
compared whether they name the same moment as the number beside them.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from drivers.channels import CHANNELS
from drivers.model import Anchor, ColumnLayout
from logger.archive.bundle.reading import Chained
from logger.archive.bundle.zip_file import Member
from logger.archive.exports.sample_columns import COLUMNS, FLAGS
from logger.errors import JournalError, ProofFailed
from logger.journal.blocks import RawBlock, parse_block
from logger.journal.many_blocks import float_columns, join_columns, rows_of
from logger.session.model import Session
from logger.session.places import Place, place_at

_ABSENT = -(2**63)
_BLOCK_BYTES = 1 << 22
_TEXTS = ("pen", "session", "side", "zone")
_YES_NO = ("clock_synchronised", "simulated", "paused", *FLAGS)
_MOMENTS = ("time_utc", "time_local", "corrected_time_utc")

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class _Alike:
    """What blocks must have in common to be compared at once."""

    place: Place
    pen: str
    simulated: bool
    boot_id: int | None
    anchor: tuple[int, int, int]
    synchronised: bool
    flags_known: int
    layouts: tuple[ColumnLayout, ...]
    floats: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class CsvRead:
    """The columns as numbers, and the texts that the numbers of some stand for."""

    columns: Columns
    texts: dict[str, list[str]]


def check_csv(csv: CsvRead, blocks: Iterable[Chained], session: Session) -> int:
    """Return how many samples the CSV holds; ProofFailed unless they are those of ``blocks``."""
    columns, texts = csv.columns, csv.texts
    count = len(columns["position"])
    _check_moments(columns)
    at = 0
    for alike, group in groupby(_raw_blocks(blocks, session), key=lambda one: one[0]):
        run = list(group)
        positions, raw = [one[1] for one in run], [one[2] for one in run]
        expected, constant = _expected(alike, positions, raw, session.id)
        rows = slice(at, at + len(expected["position"]))
        if rows.stop > count:
            raise ProofFailed("samples.csv has fewer rows than there are samples")
        _compare(columns, texts, rows, expected, constant)
        at = rows.stop
    if at != count:
        raise ProofFailed("samples.csv has more rows than there are samples")
    return count


def read_csv(member: Member, sha256: str) -> CsvRead:
    """Return what the CSV says; ProofFailed unless it has that hash and the columns of a bundle.

    Most of it runs beside other threads.
    """
    content = member.content()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ProofFailed("samples.csv is not the one that was signed")
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(content),
            read_options=pa_csv.ReadOptions(block_size=_BLOCK_BYTES),
            parse_options=pa_csv.ParseOptions(newlines_in_values=b'"' in content),
            convert_options=pa_csv.ConvertOptions(
                column_types=_types(),
                null_values=[""],
                true_values=[],
                false_values=[],
                strings_can_be_null=True,
            ),
        )
    except (pa.ArrowException, UnicodeDecodeError, OverflowError) as error:
        raise ProofFailed(f"samples.csv is not in the form of a bundle: {error}") from error
    if tuple(table.column_names) != COLUMNS:
        raise ProofFailed("samples.csv has other columns than a bundle's")
    table = table.unify_dictionaries()
    return CsvRead(
        columns={name: _numbers(name, table.column(name)) for name in COLUMNS},
        texts={name: _dictionary(table.column(name)) for name in _TEXTS},
    )


def _types() -> dict[str, Any]:
    types = dict.fromkeys(COLUMNS, pa.int64())
    types |= dict.fromkeys(CHANNELS, pa.float64())
    types |= dict.fromkeys(_TEXTS, pa.dictionary(pa.int32(), pa.string()))
    types |= dict.fromkeys(_YES_NO, pa.int8())
    return types | dict.fromkeys(_MOMENTS, pa.timestamp("ns", tz="UTC"))


def _dictionary(column: Any) -> list[str]:
    texts: list[str] = column.chunk(0).dictionary.to_pylist() if column.num_chunks else []
    return texts


def _numbers(name: str, column: Any) -> NDArray[Any]:
    """Return a column without nulls: NaN, -1 or the least integer stands for them."""
    if name in _TEXTS:
        chunks = [chunk.indices for chunk in column.chunks]
        column = pa.chunked_array(chunks, pa.int32()).fill_null(-1)
    elif name in _YES_NO:
        column = column.fill_null(-1)
    elif name in _MOMENTS:
        column = column.cast(pa.int64()).fill_null(_ABSENT)
    elif name not in CHANNELS:
        column = column.fill_null(_ABSENT)
    numbers: NDArray[Any] = column.to_numpy()
    return numbers


def _check_moments(columns: Columns) -> None:
    pairs = (
        ("time_utc", "time_unix_ns"),
        ("time_local", "time_unix_ns"),
        ("corrected_time_utc", "corrected_time_unix_ns"),
    )
    for text, number in pairs:
        if not np.array_equal(columns[text], columns[number]):
            raise ProofFailed(f"{text} and {number} of samples.csv are not the same moments")
    known = columns["corrected_time_unix_ns"] != _ABSENT
    if not np.array_equal(known, columns["corrected_by_position"] != _ABSENT):
        raise ProofFailed("samples.csv has a corrected time that no entry vouches for")


def _raw_blocks(
    blocks: Iterable[Chained], session: Session
) -> Iterator[tuple[_Alike, int, RawBlock]]:
    for block in blocks:
        if block.payload is None:
            continue
        position = block.line.position
        try:
            raw, layouts = parse_block(block.payload)
        except JournalError as error:
            raise ProofFailed(f"entry {position}: {error}") from error
        place = place_at(session, position)
        if place is None:
            raise ProofFailed(f"block {position} lies in no segment of the session")
        floats, clock = float_columns(raw), raw.host[2]
        alike = _Alike(
            *(place, raw.pen, raw.simulated, raw.boot_id, raw.anchor, clock, raw.flags_known),
            *(layouts, floats),
        )
        yield alike, position, raw


def _expected(
    alike: _Alike, positions: Sequence[int], blocks: Sequence[RawBlock], session: str
) -> tuple[Columns, dict[str, Any]]:
    """Return what each sample must be, and what all must have in common."""
    try:
        sequence, device_us, status, *channels = join_columns(blocks)
    except JournalError as error:
        raise ProofFailed(f"the blocks from entry {positions[0]} on: {error}") from error
    anchor = Anchor(*alike.anchor)
    expected: Columns = {
        "time_unix_ns": anchor.utc_ns(device_us.astype(np.int64)),
        "position": np.repeat(np.array(positions), rows_of(blocks)),
        "sequence": sequence,
        "device_us": device_us,
    }
    constant: dict[str, Any] = {
        "clock_synchronised": int(alike.synchronised),
        "anchor": anchor.number,
        "pen": alike.pen,
        "simulated": int(alike.simulated),
        "session": session,
        "side": alike.place.side,
        "zone": alike.place.zone,
        "paused": int(alike.place.paused),
        "boot_id": _ABSENT if alike.boot_id is None else alike.boot_id,
    }
    constant |= dict.fromkeys(CHANNELS, np.nan) | dict.fromkeys(FLAGS, -1)
    for layout, raw in zip(alike.layouts, channels, strict=True):
        if layout.channel in CHANNELS:
            expected[layout.channel] = layout.values(raw)
    for name, flag in FLAGS.items():
        if alike.flags_known & flag:
            expected[name] = (status.astype(np.uint8) & np.uint8(flag)) != 0
    return expected, constant


def _compare(
    columns: Columns,
    texts: dict[str, list[str]],
    rows: slice,
    expected: Columns,
    constant: dict[str, Any],
) -> None:
    for name, value in (constant | expected).items():
        found = columns[name][rows]
        if name in _TEXTS:
            same = found == _code(texts[name], value)
        elif name in CHANNELS:
            same = (found == value) | (np.isnan(found) & np.isnan(value))
        else:
            same = found == value
        if not np.all(same):
            row = rows.start + int(np.argmin(same)) + 1
            raise ProofFailed(f"row {row} of samples.csv has another {name} than the journal")


def _code(texts: list[str], text: str | None) -> int:
    """Return the number by which a column has ``text``: -1 for none, -2 if it does not have it."""
    if text is None:
        return -1
    return texts.index(text) if text in texts else -2
