"""What it takes to have a commit on the drive: the writer's time from call to return."""

import tempfile
import time
from pathlib import Path

import numpy as np

from logger.journal import kinds
from logger.journal.blocks import encode_block
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from tests.support.journaled import sample_block
from tests.support.report import Row

COMMIT_MS_MAX = 2.5
PENS = 8
ROWS = 20
_PAUSE_S = 0.02
_WARM_UP = 250
"""Until then the write-ahead log grows to its size, which costs a sync more; then it is reused."""


def measure(commits: int, place: Path | None = None) -> Row:
    """Return the row: median and 99th percentile of a commit of eight pens with two cursors.

    All of the time counts: hashing, writing, syncing, and folding the log now and then.
    The drive is that of ``place``, or of the temporary directory.
    """
    with (
        tempfile.TemporaryDirectory(prefix="needlelog-bench-", dir=place) as name,
        Journal.open(Path(name), HostClock()) as journal,
    ):
        taken = np.array([_commit_ms(journal, number) for number in range(_WARM_UP + commits)])
    taken = taken[_WARM_UP:]
    median_ms, late_ms = (float(one) for one in np.percentile(taken[:, 0], [50, 99]))
    cpu_ms = float(np.median(taken[:, 1]))
    return Row(
        f"a commit of {PENS} pens, synced: writer's time",
        f"median {median_ms:.2f} ms, of which {cpu_ms:.2f} ms of CPU; 99 % {late_ms:.2f} ms",
        f"median at most {COMMIT_MS_MAX} ms",
        median_ms <= COMMIT_MS_MAX,
        {"commits": len(taken), "median_ms": median_ms, "p99_ms": late_ms, "cpu_ms": cpu_ms},
    )


def _commit_ms(journal: Journal, number: int) -> tuple[float, float]:
    """Return how long a commit took by the clock on the wall, and of CPU."""
    blocks = [sample_block(f"NP-{pen}", number * ROWS, ROWS) for pen in range(PENS)]
    drafts = [Draft(kinds.SAMPLES, one.pen, "service", encode_block(one), one) for one in blocks]
    at = Cursor(journal.last_position, journal.last_position)
    started_s, cpu_s = time.perf_counter(), time.thread_time()
    journal.append(drafts, {"mqtt": at, "influx": at})
    took_s, cpu_s = time.perf_counter() - started_s, time.thread_time() - cpu_s
    time.sleep(_PAUSE_S)
    return took_s * 1e3, cpu_s * 1e3
