"""How long a sample takes from the pen's write to a subscriber."""

from dataclasses import asdict, dataclass

import numpy as np

from tests.bench.bed import Timing
from tests.bench.children import BenchFailed
from tests.bench.delivery import deliver
from tests.bench.generator import Load
from tests.support.report import Row

_LOAD = Load(pens=8, rate_hz=100, seed=700)


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised at a commit interval; ``p50_ms_max`` None where nothing is."""

    commit_interval_s: float
    p50_ms_max: float | None
    p99_ms_max: float


PROMISES = (Promise(0.2, None, 300), Promise(0.02, 30, 80))


def measure(promise: Promise, timing: Timing) -> Row:
    """Return the row for one commit interval, both sinks being served."""
    delivery = deliver(_LOAD, timing, promise.commit_interval_s)
    if not delivery.latency_ms.size:
        raise BenchFailed("nothing of the window came from the broker")
    p50_ms, p99_ms = np.percentile(delivery.latency_ms, (50, 99)).tolist()
    target = f"p99 at most {promise.p99_ms_max:g} ms"
    met = p99_ms <= promise.p99_ms_max
    if promise.p50_ms_max is not None:
        target = f"p50 at most {promise.p50_ms_max:g}, {target}"
        met = met and p50_ms <= promise.p50_ms_max
    return Row(
        f"serial write to MQTT receipt, commit every {promise.commit_interval_s * 1000:g} ms",
        f"p50 {p50_ms:.1f} ms, p99 {p99_ms:.1f} ms",
        target,
        met,
        {"load": asdict(_LOAD), **delivery.details()},
    )
