"""``needlelog queue`` with a recorder running: it alone appends, and asks the broker again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from logger.cli.exits import Exit
from logger.status import SinkStatus
from tests.support.command_line import Answer, call
from tests.support.mosquitto import Mosquitto, Subscriber
from tests.support.queued import TOPIC, journal_with_queues
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.server import HOST


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that takes no large packet; it is not started yet."""
    (tmp_path / "mosquitto").mkdir()
    broker = Mosquitto(tmp_path / "mosquitto", "max_packet_size 2000")
    yield broker
    broker.stop()


@pytest.fixture
def recorder(tmp_path: Path, broker: Mosquitto) -> Iterator[RecorderProcess]:
    """A recorder without a pen, with a backlog and three items in quarantine for mqtt."""
    mqtt = f'[mqtt]\nhost = "{HOST}"\nport = {broker.port}\ntimeout_s = 2.0'
    recorder = RecorderProcess(tmp_path, settings_text([PenTable(tmp_path / "none")], mqtt))
    journal_with_queues(recorder.data_dir)
    with recorder:
        yield recorder


def queue(recorder: RecorderProcess, *arguments: str) -> Answer:
    return call("--config", recorder.settings_file, "queue", *arguments)


def mqtt(recorder: RecorderProcess) -> SinkStatus:
    recorder.until(lambda: recorder.sink("mqtt") is not None, "the sink")
    sink = recorder.sink("mqtt")
    assert sink is not None
    return sink


def until_down(recorder: RecorderProcess) -> None:
    recorder.until(lambda: mqtt(recorder).state == "down", "a sink that is down")


async def test_what_the_broker_accepts_after_all_leaves_the_quarantine(
    recorder: RecorderProcess, broker: Mosquitto
) -> None:
    broker.start()
    recorder.until_delivered("mqtt")
    async with Subscriber(broker.port, TOPIC) as subscriber:
        answer = queue(recorder, "retry", "mqtt", "--all", "--json")
        await subscriber.until(lambda: len(subscriber.payloads("event")) == 2)
    assert answer.json()["accepted"] == [1, 3]
    (refused,) = answer.json()["refused"]
    assert refused == {"item": 2, "reason": "the broker takes no packet over 2000 bytes"}
    assert answer.code == Exit.FOUND_WRONG
    (told,) = recorder.payloads("queue.retried")
    assert (told.items, told.positions) == ((1, 3), (2, 4))
    assert mqtt(recorder).quarantined == 1


def test_items_are_not_retried_while_the_sink_is_down(recorder: RecorderProcess) -> None:
    until_down(recorder)
    answer = queue(recorder, "retry", "mqtt", "1")
    assert answer.code == Exit.REFUSED
    assert "sink mqtt is down: no connection to the broker" in answer.err
    assert "The items stay in quarantine" in answer.err
    assert mqtt(recorder).quarantined == 3


def test_items_are_dropped_beside_the_recorder(recorder: RecorderProcess) -> None:
    until_down(recorder)
    answer = queue(recorder, "drop", "mqtt", "1", "2", "--reason", "never wanted", "--json")
    assert answer.json() == {"sink": "mqtt", "dropped": [1, 2]}
    assert queue(recorder, "drop", "mqtt", "1", "--reason", "again").code == Exit.REFUSED
    assert mqtt(recorder).quarantined == 1
    assert [told.reason for told in recorder.payloads("queue.dropped")] == ["never wanted"]


def test_a_backlog_is_given_up_while_the_sink_is_down(
    recorder: RecorderProcess, broker: Mosquitto
) -> None:
    until_down(recorder)
    answer = queue(recorder, "drop", "mqtt", "--backlog", "--reason", "new broker", "--json")
    (told,) = recorder.payloads("queue.given_up")
    assert (told.from_position, told.to_position) == (5, answer.json()["to_position"])
    assert mqtt(recorder).position == told.to_position
    recorder.kill()
    recorder.start()
    assert mqtt(recorder).position >= told.to_position
    broker.start()
    recorder.until_delivered("mqtt")


def test_the_list_shows_the_state_of_a_running_sink(recorder: RecorderProcess) -> None:
    until_down(recorder)
    (found,) = queue(recorder, "list", "mqtt", "--json").json()["sinks"]
    assert found["state"] in ("down", "connecting")
    assert "no connection to the broker" in found["error"]
    assert found["quarantined"] == 3
