"""Whether the recorder's memory stays flat over an hour of simulated time."""

import time

import numpy as np
from numpy.typing import NDArray

from tests.bench.accounting import resident_bytes
from tests.bench.bed import Timing, servers
from tests.bench.generator import Load, generating
from tests.bench.recorder import Recorder, Sinks, recording
from tests.bench.report import Row

GROWTH_MB_PER_H_MAX = 2.0
_SAMPLE_EVERY_S = 0.5
_SETTLING_SHARE = 0.25
_PENS = 8
_RATE_HZ = 100.0


def measure(timing: Timing, simulated_s: float) -> Row:
    """Return the row of the growth: a line through the resident memory, after it has settled.

    The pens live ``simulated_s`` within the window of ``timing``: so many times faster
    than in real time. Both sinks are served, and a session is open on every pen.
    """
    speed = simulated_s / timing.window_s
    load = Load(_PENS, _RATE_HZ, speed=f"{speed:g}", seed=900)
    with (
        servers() as (directory, broker, database),
        generating(load, directory, "--wait") as generator,
        recording(
            generator.links,
            load.profile,
            directory,
            sinks=Sinks(broker.port, database.url),
        ) as recorder,
    ):
        generator.until_speaking(recorder.child)
        recorder.open_sessions(generator.links)
        time.sleep(timing.warm_up_s)
        taken = _watch(recorder, timing.window_s)
    times_s, resident_mb = taken[:, 0], taken[:, 1]
    settled = times_s >= timing.window_s * _SETTLING_SHARE
    per_s, _ = np.polyfit(times_s[settled], resident_mb[settled], 1)
    per_simulated_h = float(per_s) / speed * 3600
    return Row(
        f"resident memory over {simulated_s / 60:.0f} min of 8 pens, {speed:g} times faster",
        f"{per_simulated_h:+.2f} MB/h, {resident_mb.max():.1f} MB at most",
        f"grows at most {GROWTH_MB_PER_H_MAX:g} MB/h",
        per_simulated_h <= GROWTH_MB_PER_H_MAX,
        {"speed": speed, "resident_mb": np.round(resident_mb, 2).tolist()},
    )


def _watch(recorder: Recorder, window_s: float) -> NDArray[np.float64]:
    """Return time since now in s and resident memory in MB, [n, 2]."""
    started_s = time.monotonic()
    taken = []
    while (passed_s := time.monotonic() - started_s) < window_s:
        recorder.child.check()
        taken.append((passed_s, resident_bytes(recorder.pid) / 1e6))
        time.sleep(_SAMPLE_EVERY_S)
    return np.array(taken)
