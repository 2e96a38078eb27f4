"""A sink that is down, at boot or later, costs lag: nothing else notices, nothing is lost."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from drivers.model import SampleBlock
from drivers.simulator.pace import Pace
from logger.status import SinkStatus
from tests.support import brokered
from tests.support.command_line import call
from tests.support.faithful_subscriber import FaithfulSubscriber
from tests.support.mosquitto import Mosquitto, Subscriber
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.server import HOST
from tests.support.simulated import SimulatedPen, sequence_of, simulated_settings
from tests.support.victoria import Victoria

SERIAL = "SIM-1"


@contextmanager
def _recording(
    place: Path, broker: Mosquitto, database: Victoria
) -> Iterator[tuple[RecorderProcess, ExitStack]]:
    """Record a pen and deliver to both, up or not; closing the stack ends the pen."""
    pen = SimulatedPen(place / "pen", simulated_settings(SERIAL))
    mqtt = f'[mqtt]\nhost = "{HOST}"\nport = {broker.port}\ntimeout_s = 2.0'
    influx = f'[influx]\nurl = "{database.url}"\nbucket = "b"\nflush_interval_s = 0.2'
    recorder = RecorderProcess(place, settings_text([PenTable(pen.link)], mqtt, influx))
    with ExitStack() as pens, recorder:
        pens.enter_context(playing([pen.station], Pace(waits_for_readers=True)))
        yield recorder, pens


def _delivered_to_the_end(recorder: RecorderProcess, pens: ExitStack) -> list[SampleBlock]:
    """End the pen; return all that was recorded once both sinks have it."""
    pens.close()
    recorder.until_entry("link.lost")
    recorder.until_delivered("mqtt", "influx")
    return recorder.blocks(SERIAL)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that is not started yet."""
    (tmp_path / "mosquitto").mkdir()
    place = tmp_path / "mosquitto"
    broker = Mosquitto(place, f"persistence true\npersistence_location {place}/")
    yield broker
    broker.stop()


def _sink(recorder: RecorderProcess, name: str) -> SinkStatus:
    sink = recorder.sink(name)
    assert sink is not None
    return sink


def _until_down(recorder: RecorderProcess, name: str) -> None:
    def down() -> bool:
        sink = recorder.sink(name)
        return sink is not None and sink.state == "down" and sink.depth > 0

    recorder.until(down, f"{name} to be down")


def _until_further(recorder: RecorderProcess, name: str) -> None:
    """Return once the sink has taken something that is not recorded yet."""
    now = recorder.ask().saved_position
    recorder.until(lambda: _sink(recorder, name).position > now, f"progress of {name}")


def test_a_broker_that_is_down_at_boot_gets_everything_later(
    tmp_path: Path, broker: Mosquitto, victoria: Victoria
) -> None:
    archive = _subscribed_before(broker)
    with _recording(tmp_path, broker, victoria) as (recorder, pens):
        _until_down(recorder, "mqtt")
        _until_further(recorder, "influx")
        broker.start()
        archive.start()
        blocks = _delivered_to_the_end(recorder, pens)
        archive.until_heard({entry.position for entry in recorder.entries("samples")})
        archive.stop()
    assert sequence_of(blocks) == list(range(len(sequence_of(blocks))))
    brokered.assert_same_samples(brokered.once(archive.telemetry()), blocks)


def _subscribed_before(broker: Mosquitto) -> FaithfulSubscriber:
    """Return a subscriber for whom the broker, now down, keeps what it gets from its start on."""
    subscriber = FaithfulSubscriber(broker.port)
    broker.start()
    subscriber.start()
    subscriber.stop()
    broker.stop()
    return subscriber


async def test_a_broker_that_is_down_costs_the_database_nothing(
    tmp_path: Path, broker: Mosquitto, victoria: Victoria
) -> None:
    with _recording(tmp_path, broker, victoria) as (recorder, pens):
        _until_down(recorder, "mqtt")
        pens.close()
        recorder.until_entry("link.lost")
        recorder.until_delivered("influx")
        blocks = recorder.blocks(SERIAL)
    assert await _held(victoria, len(sequence_of(blocks))) == sequence_of(blocks)


async def _held(database: Victoria, count: int) -> list[int]:
    """Return the sequence numbers in the database, once there are ``count``: it is slow to show."""
    async with asyncio.timeout(30):
        while True:
            series = await database.export("pen_telemetry_sequence")
            held = sorted({int(number) for one in series for number in one["values"]})
            if len(held) >= count:
                return held
            await asyncio.sleep(0.1)


async def test_a_database_that_dies_hinders_neither_recording_nor_the_broker(
    tmp_path: Path, broker: Mosquitto, victoria: Victoria
) -> None:
    broker.start()
    with _recording(tmp_path, broker, victoria) as (recorder, pens):
        recorder.until_samples(20)
        recorder.until_delivered("mqtt", "influx")
        victoria.stop()
        _until_down(recorder, "influx")
        _until_further(recorder, "mqtt")
        victoria.start()
        blocks = _delivered_to_the_end(recorder, pens)
    assert await _held(victoria, len(sequence_of(blocks))) == sequence_of(blocks)
    assert recorder.payloads("gap") == []


def test_the_backlog_of_a_sink_that_is_down_grows_in_depth_and_age(
    tmp_path: Path, broker: Mosquitto, victoria: Victoria
) -> None:
    with _recording(tmp_path, broker, victoria) as (recorder, _):
        _until_down(recorder, "mqtt")
        before = _sink(recorder, "mqtt")
        recorder.until(lambda: _sink(recorder, "mqtt").depth > before.depth, "a deeper backlog")
        after = _sink(recorder, "mqtt")
        shown = call("--config", recorder.settings_file, "status").out
    assert after.age_s > before.age_s
    assert "mqtt: down" in shown or "mqtt: connecting" in shown
    assert "entries behind, oldest" in shown
    assert after.error


async def test_queue_replay_delivers_again_from_a_position_on(
    tmp_path: Path, broker: Mosquitto, victoria: Victoria
) -> None:
    broker.start()
    async with Subscriber(broker.port) as subscriber:
        with _recording(tmp_path, broker, victoria) as (recorder, _):
            recorder.until_samples(50)
            recorder.until_delivered("mqtt", "influx")
            first = recorder.entries("samples")[0].position
            answer = call(
                *("--config", recorder.settings_file),
                *("queue", "replay", "mqtt", "--since", str(first), "--json"),
            )
            await subscriber.until(lambda: _times_heard(subscriber, first) == 2)
            recorder.stop()
    assert answer.json()["from_position"] == first
    (told,) = recorder.payloads("queue.replayed")
    assert (told.sink, told.from_position) == ("mqtt", first)
    assert _times_heard(subscriber, answer.json()["to_position"] + 5) <= 1


def _times_heard(subscriber: Subscriber, position: int) -> int:
    return [p["position"] for p in subscriber.payloads("/telemetry")].count(position)


def test_queue_replay_takes_a_time(tmp_path: Path, broker: Mosquitto, victoria: Victoria) -> None:
    broker.start()
    with _recording(tmp_path, broker, victoria) as (recorder, _):
        recorder.until_samples(10)
        recorder.until_delivered("mqtt", "influx")
        shown = call(
            *("--config", recorder.settings_file),
            *("queue", "replay", "influx", "--since", time.strftime("%Y-01-01T00:00")),
        )
    assert shown.out.startswith("influx: delivering again from position 1 to ")


def test_queue_replay_of_a_sink_that_is_not_set_is_refused(
    tmp_path: Path, broker: Mosquitto, victoria: Victoria
) -> None:
    broker.start()
    with _recording(tmp_path, broker, victoria) as (recorder, _):
        recorder.until_delivered("mqtt", "influx")
        answer = call(
            "--config", recorder.settings_file, "queue", "replay", "kafka", "--since", "1"
        )
    assert answer.code == 3
    assert answer.err == "error: there is no sink 'kafka'. Set are: mqtt, influx\n"
