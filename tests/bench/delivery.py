"""From a pen's bytes to journal, broker and database: what it costs, takes and loses."""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.bench.bed import (
    TAIL_S,
    Timing,
    Window,
    observe,
    servers,
    stored,
)
from tests.bench.children import running
from tests.bench.generator import Account, Load, generating
from tests.bench.listener import latencies_ms, listening
from tests.bench.plain_script import MEASUREMENT
from tests.bench.recorder import BUCKET, Sinks, recording

TELEMETRY_TOPIC = "needlelog/+/pen/+/telemetry"
_SCRIPT_FLUSH_S = 90.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One measurement of one program under one load.

    ``lost`` counts by place the samples that were sent and are not there for good.
    ``cpu_us`` is per sample that was kept; ``latency_ms`` float64 [n], empty for the script.
    """

    cpu_us: float
    core_share: float
    resident_mb: float
    sent: int
    lost: Mapping[str, int]
    latency_ms: NDArray[np.float64]
    generator_late_ms: float

    def details(self) -> dict[str, object]:
        """Return the figures for the JSON report."""
        figures: dict[str, object] = {
            "cpu_us_per_sample": round(self.cpu_us, 2),
            "core_share": round(self.core_share, 4),
            "resident_mb": round(self.resident_mb, 1),
            "sent": self.sent,
            "lost": dict(self.lost),
            "generator_late_ms": round(self.generator_late_ms, 1),
        }
        if self.latency_ms.size:
            low, high = np.percentile(self.latency_ms, (50, 99)).tolist()
            figures["latency_ms"] = {"p50": round(low, 2), "p99": round(high, 2)}
        return figures


def deliver(load: Load, timing: Timing, commit_interval_s: float = 0.2) -> Delivery:
    """Measure needlelog with both sinks and a session open on every pen."""
    with (
        servers() as (directory, broker, database),
        listening(broker.port, TELEMETRY_TOPIC) as listener,
        generating(load, directory, "--wait") as generator,
        recording(
            generator.links,
            load.profile,
            directory,
            sinks=Sinks(broker.port, database.url),
            commit_interval_s=commit_interval_s,
        ) as recorder,
    ):
        generator.until_speaking(recorder.child)
        recorder.open_sessions(generator.links)
        recorder.until_first_round()
        window = observe(recorder.pid, timing)
        until_ns = tail()
        generator.end()
        recorder.finish(sinks=2)
        account = generator.account().between(0, until_ns)
        receipts = listener.first_receipts()
        kept = {
            "journal": recorder.journaled(),
            "broker": {pen: np.array(list(of_pen)) for pen, of_pen in receipts.items()},
            "database": stored(database, "pen_telemetry_sequence"),
        }
    return _delivery(account, kept, window, latencies_within(account, window, receipts))


def deliver_plainly(load: Load, timing: Timing) -> Delivery:
    """Measure the plain script; what it loses is counted in the database."""
    with servers() as (directory, broker, database), generating(load, directory, "--wait") as pens:
        command = [sys.executable, "-m", "tests.bench.plain_script", *map(str, pens.links.values())]
        command += ["--mqtt-port", str(broker.port), "--influx-url", database.url]
        with running("plain-script", [*command, "--bucket", BUCKET], directory) as script:
            pens.until_speaking(script)
            window = observe(script.pid, timing)
            until_ns = tail()
            pens.end()
            script.end(_SCRIPT_FLUSH_S)
        account = pens.account().between(0, until_ns)
        kept = {"database": stored(database, f"{MEASUREMENT}_sequence")}
    return _delivery(account, kept, window, np.zeros(0))


def tail() -> int:
    """Let what is on the way arrive; return the moment up to which all must have."""
    until_ns = time.monotonic_ns()
    time.sleep(TAIL_S)
    return until_ns


def latencies_within(
    account: Account, window: Window, receipts: Mapping[str, dict[int, int]]
) -> NDArray[np.float64]:
    """Return the latencies of all samples that were sent in the window and received."""
    sent = account.between(window.from_ns, window.to_ns).sent
    return np.concatenate(
        [
            latencies_ms(of_pen.sequence, of_pen.time_ns, receipts.get(pen, {}))
            for pen, of_pen in sent.items()
        ]
    )


def _delivery(
    account: Account,
    kept: Mapping[str, Mapping[str, NDArray[np.int64]]],
    window: Window,
    latency_ms: NDArray[np.float64],
) -> Delivery:
    lost = {place: account.missing(of_place) for place, of_place in kept.items()}
    kept_share = 1 - max(lost.values()) / len(account)
    in_window = len(account.between(window.from_ns, window.to_ns)) * kept_share
    return Delivery(
        cpu_us=window.cpu_s / max(in_window, 1) * 1e6,
        core_share=window.core_share,
        resident_mb=window.resident_bytes / 1e6,
        sent=len(account),
        lost=lost,
        latency_ms=latency_ms,
        generator_late_ms=account.late_ms,
    )
