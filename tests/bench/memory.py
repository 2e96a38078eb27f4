"""Whether the recorder's memory stays flat over an hour of simulated time."""

import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tests.bench.accounting import resident_bytes
from tests.bench.bed import TAIL_S, Timing, servers
from tests.bench.generator import Generator, Load, generating
from tests.bench.recorder import Recorder, Sinks, recording
from tests.support.report import Row

GROWTH_MB_PER_H_MAX = 2.0
_SAMPLE_EVERY_S = 0.5
_SETTLING_SHARE = 0.5
_JUDGED_FROM_S = 7000
_PENS = 8
_RATE_HZ = 100.0


def measure(timing: Timing, simulated_s: float) -> Row:
    """Return the row of the growth: a line through the resident memory of the second half.

    The pens live ``simulated_s`` within the window of ``timing``: so many times faster
    than in real time. Both sinks are served, and a session is open on every pen. In the
    first hour caches fill and the heap finds its shape, so less than two is too short for
    a verdict.
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
        taken = _watch(generator, recorder, timing.window_s)
        until_ns = time.monotonic_ns()
        time.sleep(TAIL_S)
        generator.end()
        recorder.finish(sinks=2)
        account = generator.account().between(0, until_ns)
        lost = account.missing(recorder.journaled())
    return _row(taken, speed, {"speed": speed, "sent": len(account), "lost_in_journal": lost})


def _row(taken: NDArray[np.float64], speed: float, details: Mapping[str, object]) -> Row:
    times_s, resident_mb = taken[:, 0], taken[:, 1]
    simulated_s = float(times_s[-1]) * speed
    settled = times_s >= times_s[-1] * _SETTLING_SHARE
    per_s, _ = np.polyfit(times_s[settled], resident_mb[settled], 1)
    per_simulated_h = float(per_s) / speed * 3600
    long_enough = simulated_s >= _JUDGED_FROM_S
    return Row(
        f"resident memory over {simulated_s / 60:.0f} min of 8 pens, {speed:g} times faster",
        f"{per_simulated_h:+.2f} MB/h, {resident_mb.max():.1f} MB at most",
        f"at most {GROWTH_MB_PER_H_MAX:+g} MB/h over an hour",
        per_simulated_h <= GROWTH_MB_PER_H_MAX if long_enough else None,
        {**details, "resident_mb": np.round(resident_mb, 2).tolist()},
    )


def _watch(generator: Generator, recorder: Recorder, window_s: float) -> NDArray[np.float64]:
    """Return time since now in s and resident memory in MB, [n, 2]."""
    started_s = time.monotonic()
    taken = []
    while (passed_s := time.monotonic() - started_s) < window_s:
        generator.check()
        recorder.child.check()
        taken.append((passed_s, resident_bytes(recorder.pid) / 1e6))
        time.sleep(_SAMPLE_EVERY_S)
    return np.array(taken)
