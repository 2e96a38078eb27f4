"""Whether the CSV of a bundle says of every sample what the entries do.

It is written again from the entries, as an export writes it, and compared byte for byte.
What no entry tells is taken from it and must fit: the offset of local times, and how wrong
the clock was.
"""

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from logger.archive.bundle.form import CSV
from logger.archive.bundle.reading import Chained
from logger.archive.exports.runs import Run, runs
from logger.archive.exports.sample_columns import COLUMNS, samples_of
from logger.archive.exports.samples_text import CSV_HEADER, csv_rows
from logger.archive.exports.times import Around
from logger.errors import JournalError, ProofFailed
from logger.journal.blocks import RawBlock
from logger.journal.many_blocks import rows_of
from logger.session.model import Session
from logger.session.places import Place, placing
from logger.session.true_clock import Correction

_LINE_END, _QUOTE = b"\n"[0], b'"'[0]
_TIME_LOCAL, _TIME_UNIX_NS = COLUMNS.index("time_local"), COLUMNS.index("time_unix_ns")
_CORRECTED_NS = COLUMNS.index("corrected_time_unix_ns")
_BY_POSITION = COLUMNS.index("corrected_by_position")
_SECOND_LONG = len("2026-11-22T08:07:00")
_PIECE_BYTES = 1 << 20
_ROWS_AT_ONCE = 10_000
_THREADS, _RUNS_HELD = 2, 4
_OFFSET_AT = _SECOND_LONG + len(".000000001")


@dataclass(frozen=True, slots=True)
class CsvRead:
    """The text, and where in it each row begins, int64 [rows + 1]: last, where it ends."""

    content: bytearray
    starts: NDArray[np.int64]

    def times(self, row: int) -> list[bytearray]:
        """Return what a row, from 0, has up to ``corrected_by_position``."""
        if row + 1 >= len(self.starts):
            raise ProofFailed(f"{CSV} has fewer rows than there are samples")
        begin, end = self.starts[row : row + 2].tolist()
        return self.content[begin:end].split(b",", _BY_POSITION + 1)[: _BY_POSITION + 1]

    def around(self, first: int) -> Around:
        """Return what gives local times as they stand here; rows count from ``first``."""

        def local(second: int, row: int) -> tuple[str, str]:
            told = self.times(first + row)[_TIME_LOCAL].decode()
            before, offset = told[:_SECOND_LONG], told[_OFFSET_AT:]
            moment = datetime.fromisoformat(before + offset)
            same = moment.tzinfo is not None and moment.timestamp() == second
            if not same or moment.isoformat() != before + offset:
                raise ProofFailed(f"row {first + row + 1} of {CSV} has another time_local")
            return f"{before}.", offset

        return local


class _Corrections:
    """Tells block after block how wrong its clock was: what the CSV says in its first row."""

    def __init__(self, read: CsvRead) -> None:
        self._read = read
        self._row = 0

    def __call__(self, block: RawBlock) -> Correction | None:
        times = self._read.times(self._row)
        self._row += block.rows
        true_ns, by_position = times[_CORRECTED_NS], times[_BY_POSITION]
        if not true_ns and not by_position:
            return None
        wrong_ns = int(true_ns) - int(times[_TIME_UNIX_NS])
        return Correction(correction_ns=wrong_ns, by_position=int(by_position))


def read_csv(content: bytearray) -> CsvRead:
    """Return where the rows of ``content`` lie; ProofFailed if it has other columns."""
    if not content.startswith(CSV_HEADER):
        raise ProofFailed(f"{CSV} has other columns than a bundle's")
    return CsvRead(content, np.concatenate(list(_row_ends(content))))


def _row_ends(content: bytearray) -> Iterator[NDArray[np.int64]]:
    """Yield where rows end, piece by piece: a piece stays in the processor's cache."""
    has_quotes, quotes = _QUOTE in content, 0
    for at in range(0, len(content), _PIECE_BYTES):
        piece = np.frombuffer(content[at : at + _PIECE_BYTES], np.uint8)
        is_end = piece == _LINE_END
        if has_quotes:
            # A text in quotes may hold line ends; after an even number of quotes none is open.
            counted = np.cumsum(piece == _QUOTE) + quotes
            is_end &= counted % 2 == 0
            quotes = int(counted[-1])
        yield np.flatnonzero(is_end) + (at + 1)


def check_csv(read: CsvRead, blocks: Iterable[Chained], session: Session) -> int:
    """Return how many samples the CSV holds; ProofFailed unless they are those of ``blocks``."""
    try:
        return _compared(read, blocks, session)
    except (JournalError, ValueError, LookupError, OverflowError, OSError) as error:
        raise ProofFailed(f"{CSV} and the entries do not fit: {error}") from error


def _compared(read: CsvRead, blocks: Iterable[Chained], session: Session) -> int:
    """Return the same; runs are compared in threads of their own while more are read."""
    first = 0
    compared: deque[Future[None]] = deque()
    with ThreadPoolExecutor(_THREADS) as pool:
        for run in runs(_placed(blocks, session), _Corrections(read), _ROWS_AT_ONCE):
            compared.append(pool.submit(_compare, read, session.id, run, first))
            first += int(rows_of(run.blocks).sum())
            if len(compared) > _RUNS_HELD:
                compared.popleft().result()
        for one in compared:
            one.result()
    if read.starts[first] != len(read.content):
        raise ProofFailed(f"{CSV} has more rows than there are samples")
    return first


def _compare(read: CsvRead, session: str, run: Run, first: int) -> None:
    """Return if the rows of ``run``, from ``first`` on, are what its blocks tell."""
    samples = samples_of(session, run, read.around(first))
    expected = csv_rows(samples)
    begin, end = read.starts[[first, first + samples.count]].tolist()
    if end - begin != len(expected) or not read.content.startswith(expected, begin):
        raise ProofFailed(_difference(read.content[begin:end], expected, first))


def _placed(blocks: Iterable[Chained], session: Session) -> Iterator[tuple[int, Place, bytes]]:
    place_at = placing(session)
    for block in blocks:
        position = block.line.position
        if block.payload is None:
            continue
        place = place_at(position)
        if place is None:
            raise ProofFailed(f"block {position} lies in no segment of the session")
        yield position, place, block.payload


def _difference(found: bytearray, expected: bytes, before: int) -> str:
    """Say where rows differ; ``before`` them there are so many."""
    both = (csv.reader(io.StringIO(one.decode(), newline="")) for one in (found, expected))
    for row, (told, wanted) in enumerate(zip_longest(*both, fillvalue=[""]), before + 1):
        for name, one, other in zip(COLUMNS, told, wanted, strict=False):
            if one != other:
                return f"row {row} of {CSV} has another {name} than the journal"
    return f"{CSV} is not written as a bundle's is"
