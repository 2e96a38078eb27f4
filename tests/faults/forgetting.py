"""Receivers that acknowledged and then lost it are made whole after their power cut."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from drivers.simulator.pace import Pace
from logger.journal.blocks import decode_block
from tests.faults.accounting import Account, account
from tests.faults.backstage import Backstage, backstage
from tests.support.faithful_subscriber import FaithfulSubscriber
from tests.support.mosquitto import Mosquitto
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.report import Row
from tests.support.server import HOST
from tests.support.simulated import SimulatedPen, simulated_settings
from tests.support.victoria import Victoria
from tests.support.way import Way

SERIAL = "SIM-FORGOTTEN"
_MS_NS = 1_000_000
_METRIC = "pen_telemetry_sequence"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """``points`` and ``messages`` were acknowledged and gone after the kill."""

    points: int
    messages: int
    account: Account


def rows(place: Path, seed: int) -> list[Row]:
    """Return the row of one power cut of both receivers, 20 s after delivery began."""
    found = forgotten(place, seed, unheard=1500)
    return [
        Row(
            "sinks: what receivers acknowledged and lost",
            f"{found.messages} messages and {found.points} points came again, "
            f"{found.account.unexplained} samples are missing",
            "0 missing",
            met=True,
            details=found.account.as_dict(),
        )
    ]


def forgotten(place: Path, seed: int, unheard: int) -> Forgotten:
    """Kill a broker and a database that keep nothing, after ``unheard`` more samples.

    The broker held them for a subscriber that is away; its session is lost with it.
    AssertionError unless all arrives.
    """
    with _receivers(place) as (broker, database, ways, stage), ExitStack() as parts:
        subscriber = FaithfulSubscriber(broker.port)
        subscriber.start()
        parts.callback(subscriber.stop)
        pen = SimulatedPen(place / "pen", simulated_settings(SERIAL, seed=seed))
        recorder = parts.enter_context(_recorder(place, pen, ways))
        playing_pen = parts.enter_context(ExitStack())
        playing_pen.enter_context(playing([pen.station], Pace(waits_for_readers=True)))
        recorder.until_samples(100)
        recorder.until_delivered("mqtt", "influx")
        subscriber.stop()
        heard = {one["position"] for one in subscriber.telemetry()}
        recorder.until_samples(recorder.pen().samples + unheard)
        recorder.until_delivered("mqtt", "influx")
        accepted = min(sink.position for sink in recorder.ask().sinks)
        for way in ways.values():
            _close(stage, way)
        points = _killed(broker, database, accepted, recorder)
        subscriber.start()
        for way in ways.values():
            stage.work(way.open())
        playing_pen.close()
        recorder.until_entry("link.lost")
        recorder.until_delivered("mqtt", "influx")
        total = _account(recorder, pen, subscriber, database)
        journaled = {one.position for one in recorder.entries("samples", stream=SERIAL)}
    messages = len([one for one in journaled - heard if one <= accepted])
    return Forgotten(points, messages, total)


def _killed(broker: Mosquitto, database: Victoria, accepted: int, recorder: RecorderProcess) -> int:
    """Kill both and start them again; return how many acknowledged points are gone."""
    broker.kill()
    database.kill()
    broker.start()
    database.start()
    samples = recorder.entries("samples", stream=SERIAL)
    acknowledged = [decode_block(one.payload or b"") for one in samples if one.position <= accepted]
    return sum(map(len, acknowledged)) - len(_stored_ns(database))


def _account(
    recorder: RecorderProcess,
    pen: SimulatedPen,
    subscriber: FaithfulSubscriber,
    database: Victoria,
) -> Account:
    journaled = recorder.entries("samples", stream=SERIAL)
    subscriber.until_heard({entry.position for entry in journaled})
    total = account(
        [pen.log],
        [recorder.data_dir],
        messages=subscriber.telemetry(),
        stored_ns=_stored_ns(database),
        resolution_ns=_MS_NS,
    )
    total.assert_sound()
    assert recorder.payloads("gap") == [], "recording was held up"
    return total


def _stored_ns(database: Victoria) -> list[int]:
    series = asyncio.run(database.export(_METRIC))
    return [time_ms * _MS_NS for one in series for time_ms in one["timestamps"]]


@contextmanager
def _receivers(
    place: Path,
) -> Iterator[tuple[Mosquitto, Victoria, dict[str, Way], Backstage]]:
    """Yield a broker and a database, both forgetful, and open ways to them."""
    for part in ("mosquitto", "victoria"):
        (place / part).mkdir(parents=True)
    broker, database = Mosquitto(place / "mosquitto"), Victoria(place / "victoria")
    ways = {"mqtt": Way(HOST, broker.port), "influx": Way(HOST, database.port)}
    with backstage() as stage, ExitStack() as parts:
        for server in (broker, database):
            server.start()
            parts.callback(server.kill)
        for way in ways.values():
            stage.work(way.open())
            parts.callback(_close, stage, way)
        yield broker, database, ways, stage


def _close(stage: Backstage, way: Way) -> None:
    stage.work(way.close())


def _recorder(place: Path, pen: SimulatedPen, ways: dict[str, Way]) -> RecorderProcess:
    mqtt = f'[mqtt]\nhost = "{HOST}"\nport = {ways["mqtt"].port}\ntimeout_s = 2.0'
    influx = (
        f'[influx]\nurl = "http://{HOST}:{ways["influx"].port}"\nbucket = "b"\n'
        "flush_interval_s = 0.2\ntimeout_s = 2.0"
    )
    return RecorderProcess(place, settings_text([PenTable(pen.link)], mqtt, influx))
