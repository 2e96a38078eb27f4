"""How soon after its start ``needlelog run`` has a sample in the journal."""

import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from tests.bench.bed import servers
from tests.bench.generator import Load, generating
from tests.bench.recorder import Sinks, recording
from tests.support.report import Row

WITHIN_S = 1.0
_LOAD = Load(pens=1, rate_hz=100, seed=600)


def measure(runs: int) -> Row:
    """Return the row; from the start of the process until another one can read the sample.

    The pen is speaking already and both servers are there. The first of all runs is
    not counted: it leaves bytecode and the disk's cache as an installed program has them.
    """
    taken_s = [_start(number) for number in range(runs + 1)][1:]
    return Row(
        "start of `needlelog run` to the first sample journaled",
        f"median {median(taken_s):.2f} s, at most {max(taken_s):.2f} s of {runs} runs",
        f"within {WITHIN_S:g} s",
        max(taken_s) <= WITHIN_S,
        {"runs_s": [round(one, 3) for one in taken_s]},
    )


def _start(number: int) -> float:
    with (
        servers() as (directory, broker, database),
        generating(_LOAD, directory) as generator,
    ):
        return _time_to_sample(directory, generator.links, Sinks(broker.port, database.url))


def _time_to_sample(directory: Path, links: Mapping[str, Path], sinks: Sinks) -> float:
    started_s = time.monotonic()
    with recording(links, _LOAD.profile, directory, sinks=sinks) as recorder:
        recorder.child.until(recorder.has_samples, "sample in the journal")
        return time.monotonic() - started_s
