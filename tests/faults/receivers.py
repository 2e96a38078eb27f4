"""A broker with a subscriber and a database, for laboratories that are no coroutines."""

import asyncio
import uuid
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

from tests.support.influxd import Influxd, Shim
from tests.support.mosquitto import Mosquitto, Subscriber
from tests.support.readback import ReadBackV1
from tests.support.server import HOST

_PATIENCE_S = 120.0

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Receivers:
    """Both receive from a recorder whose settings hold ``tables``."""

    broker: Mosquitto
    database: Influxd
    tables: tuple[str, str]
    _subscriber: Subscriber
    _read_back: ReadBackV1
    _loop: asyncio.AbstractEventLoop

    def messages(self) -> list[dict[str, Any]]:
        """Return all telemetry that has arrived, repeats included, in order of arrival."""
        return self._subscriber.payloads("/telemetry")

    def stored_ns(self, pen: str) -> list[int]:
        """Return the times of all telemetry points of ``pen``."""
        points = _run(self._loop, self._read_back.points("pen_telemetry", pen))
        return [point.time_ns for point in points]


@contextmanager
def receiving(place: Path) -> Iterator[Receivers]:
    """Yield both servers, running; they and what they hold end with the context."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    servers = Mosquitto(_made(place / "mosquitto")), Influxd(_made(place / "influxd"))
    shim = Shim(servers[1])
    subscriber = None
    try:
        for server in servers:
            server.start()
        _run(loop, shim.start())
        subscriber = _run(loop, _subscribed(servers[0].port))
        yield _receivers(servers, shim, subscriber, loop)
    finally:
        if subscriber is not None:
            _run(loop, subscriber.__aexit__(None, None, None))
        _run(loop, shim.stop())
        for server in servers:
            server.kill()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _receivers(
    servers: tuple[Mosquitto, Influxd],
    shim: Shim,
    subscriber: Subscriber,
    loop: asyncio.AbstractEventLoop,
) -> Receivers:
    broker, database = servers
    bucket = f"faults_{uuid.uuid4().hex}"
    _run(loop, database.create(bucket))
    mqtt = f'[mqtt]\nhost = "{HOST}"\nport = {broker.port}'
    influx = (
        f'[influx]\nurl = "{shim.url}"\norg = "clinic"\nbucket = "{bucket}"\n'
        'token = "t"\nflush_interval_s = 0.2'
    )
    read_back = ReadBackV1(database.url, bucket)
    return Receivers(broker, database, (mqtt, influx), subscriber, read_back, loop)


async def _subscribed(port: int) -> Subscriber:
    return await Subscriber(port).__aenter__()


def _run(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, _Result]) -> _Result:
    return asyncio.run_coroutine_threadsafe(work, loop).result(_PATIENCE_S)


def _made(place: Path) -> Path:
    place.mkdir(parents=True)
    return place
