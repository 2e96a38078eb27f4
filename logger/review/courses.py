"""The samples of sessions as columns in memory, so that looking closer reads nothing again."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from logger.archive.report.chart import HOLE_S
from logger.archive.report.course import Blocks, read_blocks
from logger.archive.report.course_axis import elapsed_s, missing_before, utc_ns_at_zero
from logger.archive.report.sealed_course import sealed_blocks
from logger.errors import CommandRefused, ProofFailed
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.places import Stretch, held_stretches

log = logging.getLogger(__name__)

CHANNELS = ("depth_set_mm", "depth_measured_mm", "rate_hz", "motor_current_ma")
DIALS = ("depth_set_mm", "rate_set_hz")
READ = (*CHANNELS, "rate_set_hz")
BYTES_MAX = 300_000_000
"""Some three hours at 1000 Hz, or thirty at 100 Hz."""
GOING_ON_S = 5.0
"""So long the samples of a session that still goes on are not read again."""

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Run:
    """Samples one after another, of one segment and by one reading of the clock.

    UTC in ns is the elapsed time in ns plus ``utc_ns_at_zero``.
    """

    segment: int
    from_s: float
    to_s: float
    utc_ns_at_zero: int


@dataclass(frozen=True, slots=True)
class Columns:
    """All samples of a session, columns of length n.

    ``elapsed_s`` float64 is that of a ``Course``; ``channels`` are float32 with NaN where
    nothing was measured; ``edges`` are the rows at which that begins or ends. After the rows
    of ``holes`` something is missing: ``missing`` says how many samples, 0 where nobody can
    tell. At the rows of ``turns`` the set depth changed, at
    those of ``rate_turns`` the set rate.
    """

    elapsed_s: NDArray[np.float64]
    channels: dict[str, NDArray[np.float32]]
    edges: dict[str, Integers]
    holes: Integers
    missing: Integers
    turns: Integers
    rate_turns: Integers
    runs: tuple[Run, ...]

    def __len__(self) -> int:
        return len(self.elapsed_s)

    @property
    def duration_s(self) -> float:
        """From the first to the last sample; 0.0 for none."""
        return float(self.elapsed_s[-1]) if len(self) else 0.0

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        rows = (self.elapsed_s, self.holes, self.missing, self.turns, self.rate_turns)
        channels, edges = self.channels.values(), self.edges.values()
        return sum(one.nbytes for some in (rows, channels, edges) for one in some)


def columns_of(blocks: Blocks) -> Columns:
    """Return the samples of a session as they are kept."""
    if not blocks.told:
        none = np.empty(0, dtype=np.int64)
        channels = {name: np.empty(0, dtype=np.float32) for name in CHANNELS}
        edges = dict.fromkeys(CHANNELS, none)
        return Columns(np.empty(0), channels, edges, none, none, none, none, ())
    at_s = elapsed_s(blocks.told, blocks.rows, blocks.device_us)
    missing = missing_before(blocks.told, blocks.rows, blocks.sequence)
    is_hole = missing[1:] > 0
    is_hole |= np.diff(at_s) > HOLE_S
    holes = np.flatnonzero(is_hole)
    read = {name: blocks.channels[name].astype(np.float32, copy=False) for name in READ}
    edges = {name: _edges(values) for name, values in read.items()}
    turns, rate_turns = (_turns(read[name], edges[name]) for name in DIALS)
    return Columns(
        elapsed_s=at_s,
        channels={name: read[name] for name in CHANNELS},
        edges={name: edges[name] for name in CHANNELS},
        holes=holes,
        missing=missing[holes + 1],
        turns=turns,
        rate_turns=rate_turns,
        runs=_runs(blocks, at_s),
    )


def _edges(values: NDArray[np.float32]) -> Integers:
    if not np.isnan(values.min()):
        return np.empty(0, dtype=np.int64)
    is_absent = np.isnan(values)
    return np.flatnonzero(is_absent[1:] != is_absent[:-1]) + 1


def _turns(values: NDArray[np.float32], edges: Integers) -> Integers:
    """Return the rows at which a dial stands elsewhere than before."""
    if len(edges):
        known = np.flatnonzero(~np.isnan(values))
        return np.asarray(known[1:][np.diff(values[known]) != 0])
    if np.isnan(values[0]):
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(values[1:] != values[:-1]) + 1


def _runs(blocks: Blocks, at_s: NDArray[np.float64]) -> tuple[Run, ...]:
    ends = np.cumsum(blocks.rows)
    starts = ends - blocks.rows
    began_ns = np.rint(at_s[starts] * 1e9).astype(np.int64)
    at_zero_ns = utc_ns_at_zero(blocks.told) + blocks.device_us[starts] * 1000 - began_ns
    # What the rounding of floats leaves is no other reading of the clock.
    is_other = np.abs(np.diff(at_zero_ns)) > 2000
    is_other |= np.diff(blocks.segments) != 0
    edges = (np.flatnonzero(is_other) + 1).tolist()
    return tuple(
        Run(
            int(blocks.segments[first]),
            float(at_s[starts[first]]),
            float(at_s[ends[last] - 1]),
            int(at_zero_ns[first]),
        )
        for first, last in zip([0, *edges], [*(one - 1 for one in edges), -1], strict=True)
    )


_Key = tuple[str, tuple[Stretch, ...], float]


class Courses:
    """The columns of the sessions that were looked at last; from any thread."""

    def __init__(self, data_dir: Path, now_s: Callable[[], float]) -> None:
        self._data_dir = data_dir
        self._now_s = now_s
        self._kept: OrderedDict[_Key, Columns] = OrderedDict()
        self._lock = Lock()
        self._reading = Lock()

    def columns(self, session: Session) -> Columns:
        """Return all samples of ``session``. JournalError if the journal cannot be read.

        The same stretches of the journal hold the same samples; those of a session that
        still goes on are read anew after a while.
        """
        stretches = tuple(held_stretches(session))
        is_over = session.ended_position is not None
        key = (session.id, stretches, 0.0 if is_over else self._now_s() // GOING_ON_S)
        kept = self._find(key)
        if kept is not None:
            return kept
        # One at a time: an hour at 1000 Hz takes half a gigabyte while it is read.
        with self._reading:
            kept = self._find(key)
            if kept is None:
                kept = columns_of(self._read(session))
                self._keep(key, kept)
            return kept

    def forget(self, session_id: str) -> None:
        """Keep nothing of a session that is there no more."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == session_id]:
                del self._kept[key]

    def _find(self, key: _Key) -> Columns | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: _Key, columns: Columns) -> None:
        self.forget(key[0])
        with self._lock:
            self._kept[key] = columns
            while sum(one.size for one in self._kept.values()) > BYTES_MAX and len(self._kept) > 1:
                self._kept.popitem(last=False)

    def _read(self, session: Session) -> Blocks:
        with JournalReader(self._data_dir) as reader:
            try:
                sealed = sealed_blocks(self._data_dir, reader, session, READ)
            except (CommandRefused, ProofFailed) as error:
                log.error("%s; the journal is read instead", error)
                sealed = None
            return read_blocks(reader, session, READ) if sealed is None else sealed
