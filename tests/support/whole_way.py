"""One recording of six simulated pens, all the way to broker and database, for many tests."""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.model import SampleBlock
from drivers.simulator.pace import Pace
from drivers.simulator.script import US_PER_S
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.session.orders import Start, StartSegment, Stop
from tests.support.brokered import once
from tests.support.mosquitto import Subscriber
from tests.support.playing import playing
from tests.support.readback import ReadBack, ReadPoint, Target
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.server import HOST
from tests.support.simulated import (
    Cut,
    SimulatedPen,
    byte_by_byte,
    in_chunks,
    simulated_settings,
    whole,
)

PROFILES = ("npt", "npt-line")
LINES: Mapping[str, tuple[Cut, tuple[str, ...]]] = {
    "byte-by-byte": (byte_by_byte, ()),
    "chunked": (in_chunks(seed=5), ()),
    "lossy": (whole, ("lose:rate=0.002",)),
}
MEASUREMENTS = ("pen_telemetry", "pen_event", "session_summary")
DURATION_S = 8
SAMPLES = 100 * DURATION_S + 1
START_AT, SEGMENT_AT, STOP_AT = 50, 370, 480
"""Numbers of samples recorded before each order: the motor runs from about 330 on."""

Name = tuple[str, str]
"""A pen's profile and line."""


@dataclass(frozen=True)
class Recorded:
    """What was sent and what is held: ``messages`` and ``points`` by serial number."""

    pens: Mapping[Name, SimulatedPen]
    entries: list[Entry]
    blocks: Mapping[str, list[SampleBlock]]
    messages: Mapping[str, dict[str, list[dict[str, Any]]]]
    points: Mapping[str, dict[str, list[ReadPoint]]]
    sessions: Mapping[str, str]
    journal_id: str
    stop_code: int
    stop_s: float

    def payloads(self, kind: str, stream: str) -> list[Any]:
        """Return the payloads of ``kind`` of a pen, in order."""
        return [
            kinds.decode(entry.kind, entry.payload)
            for entry in self.entries
            if entry.kind == kind and entry.stream == stream and entry.payload is not None
        ]


def make_pens(directory: Path) -> dict[Name, SimulatedPen]:
    """Return a pen for each profile and line; no other run of the tests has their names."""
    run = uuid.uuid4().hex[:8]
    pens = {}
    for number, (profile, line) in enumerate((p, n) for p in PROFILES for n in LINES):
        cut, faults = LINES[line]
        settings = simulated_settings(f"SIM-{run}-{number}")
        place = directory / f"{profile}-{line}"
        pens[profile, line] = SimulatedPen(place, settings, *faults, profile=profile, cut=cut)
    return pens


async def record(
    directory: Path, broker_port: int, target: Target, read_back: ReadBack
) -> Recorded:
    """Record all pens with a session of two segments on each, deliver, stop, and read back."""
    pens = make_pens(directory)
    tables = [PenTable(pen.link, pen.profile.name) for pen in pens.values()]
    mqtt = f'[mqtt]\nhost = "{HOST}"\nport = {broker_port}'
    influx = (
        f'[influx]\nurl = "{target.url}"\norg = "{target.org}"\nbucket = "{target.bucket}"\n'
        f'token = "{target.token}"\nflush_interval_s = 0.2'
    )
    recorder = RecorderProcess(directory, settings_text(tables, mqtt, influx))
    pace = Pace(duration_us=DURATION_S * US_PER_S, waits_for_readers=True)
    async with Subscriber(broker_port) as subscriber:
        with playing([pen.station for pen in pens.values()], pace), recorder:
            sessions = await asyncio.to_thread(_work, recorder, pens)
            code, took_s = await asyncio.to_thread(recorder.stop)
        messages = {
            pen.serial: {leaf: _of(subscriber, pen.serial, leaf) for leaf in ("telemetry", "event")}
            for pen in pens.values()
        }
    with JournalReader(recorder.data_dir) as reader:
        journal_id = reader.id
    return Recorded(
        pens=pens,
        entries=recorder.entries(),
        blocks={pen.serial: recorder.blocks(pen.serial) for pen in pens.values()},
        messages=messages,
        points={
            pen.serial: {name: await read_back.points(name, pen.serial) for name in MEASUREMENTS}
            for pen in pens.values()
        },
        sessions=sessions,
        journal_id=journal_id,
        stop_code=code,
        stop_s=took_s,
    )


def _work(recorder: RecorderProcess, pens: Mapping[Name, SimulatedPen]) -> dict[str, str]:
    """Give the orders of every pen's session; return the ids by serial number."""
    serials = [pen.serial for pen in pens.values()]
    sessions: dict[str, str] = {}
    recorder.until(lambda: _least(recorder) >= START_AT, "samples before the sessions")
    for serial in serials:
        start = Start(
            pen=serial, client="C-17", practitioner="dr-b", side="left", zone="anterior-thigh"
        )
        sessions[serial] = recorder.order(start)["session"]
    recorder.until(lambda: _least(recorder) >= SEGMENT_AT, "samples before the second segment")
    for session in sessions.values():
        recorder.order(StartSegment(session=session, side="right", zone="anterior-lower-leg"))
    recorder.until(lambda: _least(recorder) >= STOP_AT, "samples before the stop")
    for session in sessions.values():
        recorder.order(Stop(session=session))
    recorder.until_entry("link.lost", count=len(pens))
    recorder.until_delivered("mqtt", "influx")
    return sessions


def _least(recorder: RecorderProcess) -> int:
    return min(pen.samples for pen in recorder.ask().pens)


def _of(subscriber: Subscriber, serial: str, leaf: str) -> list[dict[str, Any]]:
    return once([p for p in subscriber.payloads(f"/{leaf}") if p["pen"] == serial])
