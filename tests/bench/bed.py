"""The bed on which a measurement lies: servers of its own, and a window of time."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.bench.accounting import cpu_s, resident_bytes
from tests.support.mosquitto import Mosquitto
from tests.support.victoria import Victoria

TAIL_S = 1.0


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a measurement takes: its warm-up, and the window in which it counts."""

    warm_up_s: float
    window_s: float


@dataclass(frozen=True, slots=True)
class Window:
    """What a process cost between two moments of CLOCK_MONOTONIC."""

    from_ns: int
    to_ns: int
    cpu_s: float
    resident_bytes: int

    @property
    def core_share(self) -> float:
        """How much of one core the process took."""
        return self.cpu_s / (self.to_ns - self.from_ns) * 1e9


@contextmanager
def servers() -> Iterator[tuple[Path, Mosquitto, Victoria]]:
    """Run an empty broker and database; yields them and an empty directory beside theirs."""
    with tempfile.TemporaryDirectory(prefix="needlelog-bench-") as name:
        root = Path(name)
        for part in ("work", "mosquitto", "victoria"):
            (root / part).mkdir()
        broker, database = (
            Mosquitto(root / "mosquitto", "set_tcp_nodelay true"),
            Victoria(root / "victoria"),
        )
        try:
            broker.start()
            database.start()
            yield root / "work", broker, database
        finally:
            database.stop()
            broker.stop()


def observe(pid: int, timing: Timing) -> Window:
    """Return what a process cost in a window after its warm-up; takes as long as both."""
    time.sleep(timing.warm_up_s)
    from_ns, cpu_before_s = time.monotonic_ns(), cpu_s(pid)
    time.sleep(timing.window_s)
    return Window(from_ns, time.monotonic_ns(), cpu_s(pid) - cpu_before_s, resident_bytes(pid))


def stored(database: Victoria, metric: str) -> dict[str, NDArray[np.int64]]:
    """Return the sequence numbers that the database holds in ``metric``, by pen."""
    found: dict[str, list[float]] = {}
    for series in asyncio.run(database.export(metric)):
        found.setdefault(series["metric"]["pen"], []).extend(series["values"])
    return {pen: np.array(values, dtype=np.int64) for pen, values in found.items()}
