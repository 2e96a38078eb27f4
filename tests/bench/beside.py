"""What recording feels of ten seals and reports beside it, and what a round of nothing costs."""

import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from logger.archive.retention.settings import RetentionSettings
from logger.archive.settings import ArchiveSettings
from logger.journal.kinds import SealMade
from tests.bench.bed import Timing, Window, observe, servers
from tests.bench.children import BenchFailed
from tests.bench.delivery import TELEMETRY_TOPIC, latencies_within, tail
from tests.bench.generator import Load, generating
from tests.bench.listener import listening
from tests.bench.processes import Took, took
from tests.bench.recorder import Recorder, Sinks, recording
from tests.bench.reporting import record_treated_hour, report_command
from tests.bench.sealing import record_hour
from tests.support.archived import seals
from tests.support.report import Row

P99_MS_MAX = 300.0
_LOAD = Load(pens=8, rate_hz=100, seed=900)
_SETTLE_S = 5.0
_ROUNDS_S = 300.0
_NEVER_S = 3600.0


def measure_latency(hours: int, timing: Timing) -> Row:
    """Return the row: p99 from a pen's write to MQTT receipt, with the work beside and without.

    So many sessions of an hour lie in the journal unsealed. The recorder's own child seals
    them while a person prints one after another; the same recorder is then left in peace.
    """
    with (
        servers() as (directory, broker, database),
        listening(broker.port, TELEMETRY_TOPIC) as listener,
    ):
        sessions = _record_hours(directory / "data", hours)
        with (
            generating(_LOAD, directory, "--wait") as pens,
            recording(
                pens.links,
                _LOAD.profile,
                directory,
                sinks=Sinks(broker.port, database.url),
                settle_s=_SETTLE_S,
            ) as recorder,
        ):
            pens.until_speaking(recorder.child)
            recorder.open_sessions(pens.links)
            time.sleep(timing.warm_up_s)
            busy = _busy(recorder, sessions)
            quiet = observe(recorder.pid, timing)
            until_ns = tail()
            pens.end()
            recorder.finish(sinks=2)
            account, receipts = pens.account().between(0, until_ns), listener.first_receipts()
            sealed = _sealed(seals(recorder.data_dir), sessions)
    with_ms, without_ms = (latencies_within(account, one, receipts) for one in (busy, quiet))
    figures = {"busy_s": (busy.to_ns - busy.from_ns) / 1e9, "generator_late_ms": account.late_ms}
    return _latency_row(sealed, with_ms, without_ms, figures)


def _record_hours(data_dir: Path, hours: int) -> list[str]:
    data_dir.mkdir()
    sessions = [f"20261122-{number:04x}" for number in range(hours)]
    for number, session in enumerate(sessions):
        record_hour(data_dir, session, f"SIM-9{number:05d}")
    return sessions


def _busy(recorder: Recorder, sessions: list[str]) -> Window:
    """Return the window in which all were printed and the child sealed them."""
    from_ns = time.monotonic_ns()
    for session in sessions:
        took(report_command(recorder.data_dir, session))
    recorder.until_first_round(_ROUNDS_S)
    return Window(from_ns, time.monotonic_ns(), 0.0, 0)


def _sealed(told: list[SealMade], sessions: list[str]) -> int:
    count = len({one.name for one in told} & set(sessions))
    if count < len(sessions):
        raise BenchFailed(f"{count} of {len(sessions)} sessions were sealed")
    return count


def _latency_row(
    hours: int,
    with_ms: NDArray[np.float64],
    without_ms: NDArray[np.float64],
    figures: Mapping[str, object],
) -> Row:
    if not with_ms.size or not without_ms.size:
        raise BenchFailed("nothing of a window came from the broker")
    with_p99, without_p99 = (float(np.percentile(one, 99)) for one in (with_ms, without_ms))
    return Row(
        f"write to MQTT receipt while {hours} hours are sealed and printed",
        f"p99 {with_p99:.0f} ms, {without_p99:.0f} ms without",
        f"p99 at most {P99_MS_MAX:g} ms, the same with and without",
        with_p99 <= P99_MS_MAX,
        {
            **figures,
            "p50_ms": [float(np.median(one)) for one in (with_ms, without_ms)],
            "p99_ms": [with_p99, without_p99],
            "samples": [with_ms.size, without_ms.size],
            "load": asdict(_LOAD),
        },
    )


def measure_round(repeats: int) -> Row:
    """Return the row: the CPU of an hourly round's process when all is sealed."""
    with tempfile.TemporaryDirectory(prefix="needlelog-round-") as name:
        data_dir = Path(name) / "data"
        data_dir.mkdir()
        record_treated_hour(data_dir)
        with recording({}, "npt", Path(name), sinks=None, settle_s=_NEVER_S) as recorder:
            recorder.child.until(recorder.answers, "an answer at the command socket")
            taken = [_round(data_dir) for _ in range(max(repeats, 3))]
    cpu_s = min(one.cpu_s for one in taken)
    figures = {"taken": [asdict(one) for one in taken]}
    return Row("an hourly round with nothing to seal", f"{cpu_s:.2f} s of CPU", details=figures)


def _round(data_dir: Path) -> Took:
    """Run the archive's child as ``logger.service.chores`` does."""
    arguments = [str(ArchiveSettings().niceness), RetentionSettings().model_dump_json()]
    return took([sys.executable, "-P", "-m", "logger.archive", str(data_dir), *arguments])
