"""Whole processes, and what each took from its start to its end."""

import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.recorder_process import environment


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock on the wall, and of CPU, those of its own children included."""

    wall_s: float
    cpu_s: float


def took(command: Sequence[str | Path]) -> Took:
    """Run ``command`` to its end, which must be good, and return what it took."""
    began_s, used_s = time.perf_counter(), _children_s()
    subprocess.run(command, check=True, capture_output=True, env=environment())
    return Took(time.perf_counter() - began_s, _children_s() - used_s)


def _children_s() -> float:
    """Return the CPU seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
