"""A subscriber of the benchmark: what came from the broker, and when."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import numpy as np
import paho.mqtt.client as mqtt
from numpy.typing import NDArray
from paho.mqtt.enums import CallbackAPIVersion

from tests.bench.children import BenchFailed
from tests.support.server import HOST

_CONNECT_S = 10.0


class _Telemetry(msgspec.Struct):
    """The part of a telemetry message that is needed here."""

    pen: str
    sequence: list[int]


class Listener:
    """Keeps every telemetry message with its time of receipt, CLOCK_MONOTONIC."""

    def __init__(self) -> None:
        self._received: list[tuple[int, bytes]] = []

    def take(self, client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        """Keep a message; paho calls it."""
        self._received.append((time.monotonic_ns(), bytes(message.payload)))

    def first_receipts(self) -> dict[str, dict[int, int]]:
        """Return for each pen when each sequence number was first received, in ns."""
        decoder = msgspec.json.Decoder(_Telemetry)
        receipts: dict[str, dict[int, int]] = {}
        for time_ns, payload in self._received:
            telemetry = decoder.decode(payload)
            of_pen = receipts.setdefault(telemetry.pen, {})
            for sequence in telemetry.sequence:
                of_pen.setdefault(sequence, time_ns)
        return receipts


def latencies_ms(
    sequence: NDArray[np.int64], sent_ns: NDArray[np.int64], receipts: dict[int, int]
) -> NDArray[np.float64]:
    """Return how long each sample took that was received, ms, float64 [n]."""
    pairs = zip(sequence.tolist(), sent_ns.tolist(), strict=True)
    taken = [receipts[number] - time_ns for number, time_ns in pairs if number in receipts]
    return np.array(taken, dtype=np.float64) / 1e6


@contextmanager
def listening(port: int, topic: str) -> Iterator[Listener]:
    """Subscribe to ``topic`` (QoS 1) in a thread while the context lasts."""
    listener = Listener()
    subscribed = threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_message = listener.take
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect(HOST, port)
    client.subscribe(topic, qos=1)
    client.loop_start()
    try:
        if not subscribed.wait(_CONNECT_S):
            raise BenchFailed("mosquitto does not confirm the subscription")
        yield listener
    finally:
        client.disconnect()
        client.loop_stop()
