"""How many samples a second are journaled when a pen speaks as fast as it is read."""

import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from logger.journal.blocks import check_block
from logger.journal.kinds import SAMPLES
from logger.journal.reader import JournalReader
from tests.bench.accounting import cpu_s
from tests.bench.bed import Timing
from tests.bench.children import BenchFailed
from tests.bench.generator import Load, generating
from tests.bench.recorder import recording
from tests.support.report import Row

SAMPLES_PER_S_MIN = 100_000
_LOAD = Load(pens=1, rate_hz=10_000, speed="max", seed=800)


def measure(timing: Timing) -> list[Row]:
    """Return two rows: by the clock on the wall, and by the recorder's own CPU second.

    The recorder has one core to itself, the pen another; nothing is delivered. Where
    the pen is the slower one, the recorder is not busy all the time and the second
    figure says what its core carries. The pen's own time passes about ten times faster
    than the clock on the wall.
    """
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise BenchFailed("the recorder and the pen need a core each")
    with (
        tempfile.TemporaryDirectory(prefix="needlelog-bench-") as name,
        generating(_LOAD, Path(name), "--wait", core=cores[1]) as generator,
        recording(
            generator.links, _LOAD.profile, Path(name), sinks=None, core=cores[0]
        ) as recorder,
    ):
        recorder.child.until(recorder.has_samples, "sample in the journal")
        time.sleep(timing.warm_up_s)
        from_ns, cpu_before_s = time.time_ns(), cpu_s(recorder.pid)
        time.sleep(timing.window_s)
        to_ns, cpu_taken_s = time.time_ns(), cpu_s(recorder.pid) - cpu_before_s
        generator.end()
        recorder.finish(sinks=0)
        samples = _journaled(recorder.data_dir, from_ns, to_ns)
    wall_s = (to_ns - from_ns) / 1e9
    details = {"samples": samples, "wall_s": wall_s, "cpu_s": cpu_taken_s}
    return [
        _row("as fast as it reads: samples journaled a second", samples / wall_s, details),
        _row("the same for each CPU second of the recorder", samples / cpu_taken_s, details),
    ]


def _journaled(data_dir: Path, from_ns: int, to_ns: int) -> int:
    """Return how many samples were committed between two wall times."""
    with JournalReader(data_dir) as journal:
        return sum(
            check_block(entry.payload or b"")
            for entry in journal.entries(kinds=[SAMPLES])
            if from_ns <= entry.time_ns < to_ns
        )


def _row(name: str, per_s: float, details: Mapping[str, object]) -> Row:
    return Row(
        name,
        f"{per_s:,.0f}",
        f"at least {SAMPLES_PER_S_MIN:,}",
        per_s >= SAMPLES_PER_S_MIN,
        details,
    )
