"""A subscriber that counts the samples of one pen and keeps no message."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import numpy as np
import paho.mqtt.client as mqtt
from numpy.typing import NDArray
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.server import HOST

_PATIENCE_S = 120.0


class _Telemetry(msgspec.Struct):
    """The part of a telemetry message that is needed here."""

    pen: str
    journal: str
    position: int
    sequence: list[int]


class Counter:
    """Drops repeats by journal id and position, as every receiver should, and counts them."""

    def __init__(self, pen: str) -> None:
        self._pen = pen
        self._decoder = msgspec.json.Decoder(_Telemetry)
        self._met: set[tuple[str, int]] = set()
        self._sequences: list[NDArray[np.uint32]] = []
        self.repeats = 0
        self._last = 0

    def take(self, client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        """Count a message; paho calls it."""
        telemetry = self._decoder.decode(message.payload)
        if telemetry.pen != self._pen:
            return
        key = (telemetry.journal, telemetry.position)
        if key in self._met:
            self.repeats += 1
            return
        self._met.add(key)
        self._sequences.append(np.array(telemetry.sequence, dtype=np.uint32))
        self._last = max(self._last, telemetry.position)

    def until(self, position: int) -> None:
        """Return once the message of ``position`` has arrived; they come in order."""
        deadline = time.monotonic() + _PATIENCE_S
        while self._last < position:
            assert time.monotonic() < deadline, f"heard up to {self._last} of {position}"
            time.sleep(0.1)

    def seen(self, samples: int) -> NDArray[np.uint8]:
        """Return how often each of so many samples arrived, by sequence number."""
        counts = np.zeros(samples, dtype=np.uint8)
        np.add.at(counts, np.concatenate(self._sequences), 1)
        return counts


@contextmanager
def counting(port: int, pen: str) -> Iterator[Counter]:
    """Subscribe (QoS 1) to the telemetry of all pens while the context lasts."""
    counter = Counter(pen)
    subscribed = threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_message = counter.take
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect(HOST, port)
    client.subscribe("needlelog/+/pen/+/telemetry", qos=1)
    client.loop_start()
    try:
        assert subscribed.wait(_PATIENCE_S), "mosquitto does not confirm the subscription"
        yield counter
    finally:
        client.disconnect()
        client.loop_stop()
