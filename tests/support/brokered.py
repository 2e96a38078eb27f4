"""An MQTT sink for tests, and what a subscriber should see of a journal."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from drivers.model import SampleBlock
from logger.sinks.mqtt import MqttSink
from logger.sinks.present import Present
from logger.sinks.settings import MqttSettings
from tests.support.delivery import clock
from tests.support.server import HOST

JOURNAL_ID = "ab" * 16


def mqtt_sink(port: int, present: Callable[[], Present] = Present, **settings: object) -> MqttSink:
    """Return a sink for the broker at ``port``, impatient unless ``settings`` say otherwise."""
    values = {"host": HOST, "port": port, "timeout_s": 2.0}
    return MqttSink(
        MqttSettings.model_validate(values | settings),
        site="clinic",
        journal_id=JOURNAL_ID,
        present=present,
        clock=clock,
    )


def once(payloads: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the messages in order of position, as a receiver that drops repeats has them."""
    by_position = {(p["journal"], p["position"]): p for p in payloads}
    return [by_position[key] for key in sorted(by_position)]


def assert_same_samples(payloads: Sequence[dict[str, Any]], blocks: Sequence[SampleBlock]) -> None:
    """Every block is there, with its sequence, times, flags and every value, exactly."""
    assert len(payloads) == len(blocks)
    for payload, block in zip(payloads, blocks, strict=True):
        times = np.array(payload["time_unix_us"]) * 1000 + payload["anchor"] % 1000
        assert times.tolist() == block.utc_ns().tolist()
        assert payload["sequence"] == block.sequence.tolist()
        assert payload["status"] == block.status.tolist()
        for layout in block.layouts:
            sent = np.asarray(block.values(layout.channel)).tolist()
            held = payload["channels"][layout.channel]
            assert held == [None if np.isnan(value) else value for value in sent]
