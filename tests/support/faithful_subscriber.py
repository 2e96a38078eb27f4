"""A subscriber whose subscription outlives its connection, as that of an archive should."""

import threading
import time
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.support.server import HOST

_PATIENCE_S = 60.0
_FOR_EVER = 0xFFFFFFFF
_RECONNECT_S = 1


class FaithfulSubscriber:
    """Keeps every telemetry payload in order of arrival; comes back by itself.

    While the broker keeps sessions, it misses nothing that the broker acknowledged.
    """

    def __init__(self, port: int, name: str = "archive") -> None:
        self._port = port
        self._name = name
        self._payloads: list[bytes] = []
        self._subscribed = threading.Event()
        self._client: mqtt.Client | None = None

    def start(self) -> None:
        """Connect and return once subscribed."""
        lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # it has none
        lasting.SessionExpiryInterval = _FOR_EVER
        self._subscribed.clear()
        self._client = client = self._made()
        client.connect(HOST, self._port, clean_start=False, properties=lasting)
        client.loop_start()
        assert self._subscribed.wait(_PATIENCE_S), "the broker does not confirm a subscription"

    def _made(self) -> mqtt.Client:
        """Return a new client, since one that was stopped leaves sockets behind when started."""
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._name,
            protocol=mqtt.MQTTv5,
            manual_ack=True,
        )
        client.reconnect_delay_set(_RECONNECT_S, _RECONNECT_S)
        client.on_connect = lambda connected, *_: connected.subscribe("needlelog/#", qos=1)
        client.on_subscribe = lambda *_: self._subscribed.set()
        client.on_message = self._take
        return client

    def stop(self) -> None:
        """Go away without giving up the subscription; idempotent."""
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
            self._client = None

    def telemetry(self) -> list[dict[str, Any]]:
        """Return all telemetry that has arrived, repeats included, in order of arrival."""
        return [msgspec.json.decode(payload) for payload in list(self._payloads)]

    def until_heard(self, positions: set[int]) -> None:
        """Return once telemetry of all ``positions`` has arrived."""
        deadline = time.monotonic() + _PATIENCE_S
        while missing := positions - {one["position"] for one in self.telemetry()}:
            assert time.monotonic() < deadline, f"not heard: {sorted(missing)[:10]}"
            time.sleep(0.1)

    def _take(self, client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        # Kept before it is acknowledged: what a kill comes between arrives again.
        if message.topic.endswith("/telemetry"):
            self._payloads.append(bytes(message.payload))
        client.ack(message.mid, message.qos)
