"""How long a day's backlog takes to drain while a pen goes on, and whether all of it arrives."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drivers.simulator.pace import Pace
from logger.journal.reader import JournalReader
from tests.bench.accounting import own_resident_bytes, resident_bytes
from tests.bench.bed import servers
from tests.faults.accounting import account
from tests.faults.backlog import RATE_HZ, SERIAL, record_backlog
from tests.faults.counting import counting
from tests.faults.lives import surely_ended
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.report import Row
from tests.support.server import HOST
from tests.support.simulated import SimulatedPen, simulated_settings
from tests.support.victoria import Victoria

_DAY_S = 24 * 3600
_TARGET_S = 600
_MEMORY_MB = 160
_PATIENCE_S = 3600.0
_LOOK_EVERY_S = 0.25
_EXPORT_S = 3600
_LIVE = "SIM-LIVE"

Seen = NDArray[np.uint8]
"""How often each sample of the backlog was seen, by its sequence number."""


@dataclass(frozen=True, slots=True)
class Drain:
    """``drained_s`` by sink. ``unsaved_s`` is the longest time without a commit meanwhile.

    ``missing`` and ``twice`` count samples by receiver; repeats at the broker count
    before those that journal id and position tell are dropped. ``family_mb`` is the
    recorder with its children, which seal the day meanwhile.
    """

    samples: int
    drained_s: Mapping[str, float]
    missing: Mapping[str, int]
    twice: Mapping[str, int]
    repeats: int
    unsaved_s: float
    live_samples: int
    memory_mb: float
    family_mb: float


def rows(place: Path, seed: int) -> list[Row]:
    """Return the rows of 24 h at 100 Hz."""
    drain = drained(place, _DAY_S, seed)
    slowest_s = max(drain.drained_s.values())
    lost, twice = sum(drain.missing.values()), sum(drain.twice.values())
    return [
        Row(
            "backlog: 24 h at 100 Hz drained",
            f"{slowest_s:.0f} s to broker and database",
            f"≤ {_TARGET_S} s",
            met=slowest_s <= _TARGET_S,
            details=asdict(drain),
        ),
        Row(
            "backlog: samples missing or twice",
            f"{lost} and {twice} of {drain.samples}",
            "0 and 0",
            met=lost == twice == 0,
        ),
        Row(
            "backlog: longest time without a commit",
            f"{drain.unsaved_s:.1f} s, no sample of {drain.live_samples} lost",
        ),
        Row(
            "backlog: memory at most",
            f"{drain.memory_mb:.0f} MB, with the child that seals {drain.family_mb:.0f} MB",
            f"≤ {_MEMORY_MB} MB",
            met=drain.memory_mb <= _MEMORY_MB,
        ),
    ]


def drained(place: Path, duration_s: int, seed: int) -> Drain:
    """Drain a backlog of ``duration_s`` while another pen is recorded.

    AssertionError if anything of that pen is lost.
    """
    with servers() as (_, broker, database), counting(broker.port, SERIAL) as counter:
        sinks = (
            f'[mqtt]\nhost = "{HOST}"\nport = {broker.port}',
            f'[influx]\nurl = "{database.url}"\nbucket = "backlog"',
        )
        pen = SimulatedPen(place / "pen", simulated_settings(_LIVE, seed=seed))
        recorder = RecorderProcess(place, settings_text([PenTable(pen.link)], *sinks))
        until_ns = time.time_ns()
        samples = record_backlog(recorder.data_dir, duration_s, until_ns, seed)
        with JournalReader(recorder.data_dir) as reader:
            last = reader.last_position()
        with surely_ended(recorder), _recording(recorder, pen):
            drain_s, unsaved_s, memory_mb, family_mb = _until_drained(recorder, last)
            counter.until(last)
        stored = _stored(database, samples, until_ns / 1e9 - duration_s)
    live = account([pen.log], [recorder.data_dir])
    live.assert_sound()
    assert recorder.payloads("gap", stream=_LIVE) == [], "recording was held up"
    delivered = counter.seen(samples)
    return Drain(
        samples=samples,
        drained_s=drain_s,
        missing={"mqtt": int(np.sum(delivered == 0)), "influx": int(np.sum(stored == 0))},
        twice={"mqtt": int(np.sum(delivered > 1)), "influx": int(np.sum(stored > 1))},
        repeats=counter.repeats,
        unsaved_s=unsaved_s,
        live_samples=live.journaled,
        memory_mb=memory_mb,
        family_mb=family_mb,
    )


@contextmanager
def _recording(recorder: RecorderProcess, pen: SimulatedPen) -> Iterator[None]:
    recorder.start()
    with playing([pen.station], Pace(waits_for_readers=True)):
        yield
    recorder.until_entry("link.lost")
    recorder.stop()


def _until_drained(
    recorder: RecorderProcess, last: int
) -> tuple[dict[str, float], float, float, float]:
    """Return when each sink had all up to ``last``, the longest time unsaved, and memory.

    That is the recorder's own in MB, and with its children.
    """
    started_s = time.monotonic()
    drained_s: dict[str, float] = {}
    unsaved_s, own_bytes, family_bytes = 0.0, 0, 0
    while len(drained_s) < 2:
        status = recorder.ask()
        for sink in status.sinks:
            if sink.position >= last:
                drained_s.setdefault(sink.name, time.monotonic() - started_s)
        unsaved_s = max(unsaved_s, status.saved_age_s)
        own_bytes = max(own_bytes, own_resident_bytes(recorder.pid))
        family_bytes = max(family_bytes, resident_bytes(recorder.pid))
        assert time.monotonic() - started_s < _PATIENCE_S, f"not drained:\n{recorder.log}"
        time.sleep(_LOOK_EVERY_S)
    return drained_s, unsaved_s, own_bytes / 1e6, family_bytes / 1e6


def _stored(database: Victoria, samples: int, start_s: float) -> Seen:
    """Return how often the database holds each sample; asked for an hour at a time."""
    seen = np.zeros(samples, dtype=np.uint8)
    for at_s in range(0, samples // RATE_HZ, _EXPORT_S):
        # A point belongs to the part in which it begins, however it is rounded.
        between = {"start": start_s + at_s - 0.005, "end": start_s + at_s + _EXPORT_S - 0.006}
        for series in asyncio.run(database.export("pen_telemetry_sequence", **between)):
            if series["metric"]["pen"] == SERIAL:
                np.add.at(seen, np.array(series["values"], dtype=np.int64), 1)
    return seen
