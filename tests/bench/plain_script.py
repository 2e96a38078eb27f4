"""What one would write instead of needlelog: the benchmark's measure.

A thread a pen reads lines with pyserial; each sample is published to MQTT (paho, QoS 1,
a topic a pen) and handed to influxdb-client's batching writer as a ``Point``. It parses
and checks what it reads, gives each sample its own time from the pen's ticks, reconnects,
and flushes on SIGTERM; it keeps no journal.
"""

import argparse
import json
import signal
import threading
import time
from collections.abc import Sequence
from typing import Any

import paho.mqtt.client as mqtt
import serial
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write.point import Point
from influxdb_client.client.write_api import WriteApi, WriteOptions
from influxdb_client.domain.write_precision import WritePrecision
from paho.mqtt.enums import CallbackAPIVersion

BASE_TOPIC = "plain/pen"
MEASUREMENT = "plain_telemetry"
_FIELDS = (
    ("depth_set_mm", 1000),
    ("depth_measured_mm", 1000),
    ("rate_hz", 10),
    ("rate_set_hz", 10),
    ("motor_current_ma", 1),
    ("battery_pct", 1),
    ("motor_temperature_c", 1),
)
_FLUSH_S = 60.0
_RECONNECT_S = 0.25

Sample = dict[str, float]


class PenReader(threading.Thread):
    """Reads one pen and sends on each sample."""

    def __init__(
        self, port: str, broker: mqtt.Client, writer: WriteApi, bucket: str, stop: threading.Event
    ) -> None:
        super().__init__(name=port)
        self._port = port
        self._broker = broker
        self._writer = writer
        self._bucket = bucket
        self._stopping = stop
        self._serial = "unknown"
        self._origin: tuple[int, int] | None = None
        self.last_message: mqtt.MQTTMessageInfo | None = None

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                with serial.Serial(self._port, 115200, timeout=1, exclusive=True) as port:
                    self._read(port)
            except (serial.SerialException, OSError):
                self._stopping.wait(_RECONNECT_S)

    def _read(self, port: serial.Serial) -> None:
        while not self._stopping.is_set():
            body = checked_body(port.readline())
            if body is None:
                continue
            kind, *fields = body.split(",")
            if kind == "PNPI":
                self._serial = fields[3]
            elif kind == "PNPT":
                self._send(parse_sample(fields))

    def _send(self, sample: Sample) -> None:
        time_us = self._time_us(int(sample["ticks_us"]))
        payload = json.dumps({"pen": self._serial, "time_us": time_us, **sample})
        topic = f"{BASE_TOPIC}/{self._serial}"
        self.last_message = self._broker.publish(topic, payload, qos=1)
        self._writer.write(bucket=self._bucket, record=self._point(sample, time_us))

    def _point(self, sample: Sample, time_us: int) -> object:
        # influxdb-client's points have no annotations.
        point: Any = Point(MEASUREMENT)  # type: ignore[no-untyped-call]
        point.tag("pen", self._serial).time(time_us, WritePrecision.US)
        for name, value in sample.items():
            point.field(name, value)
        return point

    def _time_us(self, ticks_us: int) -> int:
        """Return UTC in µs; from the ticks, so that no two samples share a time."""
        if self._origin is None:
            self._origin = (time.time_ns() // 1000, ticks_us)
        utc_us, first_ticks_us = self._origin
        return utc_us + (ticks_us - first_ticks_us) % (1 << 32)


def checked_body(line: bytes) -> str | None:
    """Return what stands between ``$`` and ``*`` if the checksum is right, else None."""
    start, star = line.find(b"$"), line.rfind(b"*")
    if not 0 <= start < star:
        return None
    body = line[start + 1 : star]
    checksum = 0
    for byte in body:
        checksum ^= byte
    if line[star + 1 :].strip().upper() != b"%02X" % checksum:
        return None
    return body.decode("utf-8", errors="replace")


def parse_sample(fields: Sequence[str]) -> Sample:
    """Return the values of a $PNPT line by name; absent ones are left out."""
    sample: Sample = {"sequence": int(fields[0]), "ticks_us": int(fields[1])}
    for (name, divisor), text in zip(_FIELDS, fields[2:9], strict=True):
        if text:
            sample[name] = int(text) / divisor
    sample["status"] = int(fields[9])
    return sample


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ports", nargs="+")
    parser.add_argument("--mqtt-port", type=int, required=True)
    parser.add_argument("--influx-url", required=True)
    parser.add_argument("--bucket", default="bench")
    arguments = parser.parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    broker = mqtt.Client(CallbackAPIVersion.VERSION2)
    broker.max_queued_messages_set(0)
    broker.connect("127.0.0.1", arguments.mqtt_port)
    broker.loop_start()
    database = InfluxDBClient(arguments.influx_url, token="none", org="bench")
    writer = database.write_api(WriteOptions(batch_size=1000, flush_interval=1000))
    readers = [PenReader(port, broker, writer, arguments.bucket, stop) for port in arguments.ports]
    for reader in readers:
        reader.start()
    stop.wait()
    _flush(readers, writer)
    broker.disconnect()
    broker.loop_stop()
    database.close()  # type: ignore[no-untyped-call]  # it has no annotations


def _flush(readers: Sequence[PenReader], writer: WriteApi) -> None:
    """Send what is still in memory: points by closing the writer, messages by waiting."""
    for reader in readers:
        reader.join()
    writer.close()  # type: ignore[no-untyped-call]  # it has no annotations
    for reader in readers:
        if reader.last_message is not None:
            reader.last_message.wait_for_publish(_FLUSH_S)


if __name__ == "__main__":
    main()
