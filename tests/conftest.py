"""Real servers for whoever asks for them: started once, or anew where a test ends them."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.influxd import Influxd, Shim
from tests.support.mosquitto import Mosquitto
from tests.support.readback import ReadBack, ReadBackV1, ReadBackV2, Target
from tests.support.victoria import Victoria

_V2 = "NEEDLELOG_TEST_INFLUX_"


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker of the test's own, running, that keeps nothing over a restart."""
    directory = tmp_path / "mosquitto"
    directory.mkdir()
    broker = Mosquitto(directory)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def victoria(tmp_path: Path) -> Iterator[Victoria]:
    """A victoria-metrics of the test's own, running."""
    directory = tmp_path / "victoria"
    directory.mkdir()
    server = Victoria(directory)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    """One influxdb 1.6.7 for the whole run; tests take a database each."""
    server = Influxd(tmp_path_factory.mktemp("influxd"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def influx_shim(influxd: Influxd) -> AsyncIterator[Shim]:
    """The v2 write and delete API in front of ``influxd``, whose answers a test can bend."""
    shim = Shim(influxd)
    await shim.start()
    yield shim
    await shim.stop()


@pytest.fixture
async def shim_target(influxd: Influxd, influx_shim: Shim) -> Target:
    """A fresh database behind the shim."""
    database = f"test_{uuid.uuid4().hex}"
    await influxd.create(database)
    return Target(influx_shim.url, "clinic", database, "test-token")


@pytest.fixture
def shim_read_back(influxd: Influxd, shim_target: Target) -> ReadBack:
    """How to read what was written to ``shim_target``."""
    return ReadBackV1(influxd.url, shim_target.bucket)


@pytest.fixture
def influx_target(request: pytest.FixtureRequest) -> Target:
    """Any v2 server that the environment names, else a fresh database behind the shim."""
    if f"{_V2}URL" in os.environ:
        return Target(*(os.environ[_V2 + name] for name in ("URL", "ORG", "BUCKET", "TOKEN")))
    target: Target = request.getfixturevalue("shim_target")
    return target


@pytest.fixture
def read_back(request: pytest.FixtureRequest, influx_target: Target) -> ReadBack:
    """How to read what was written to ``influx_target``."""
    if f"{_V2}URL" in os.environ:
        return ReadBackV2(influx_target)
    reader: ReadBack = request.getfixturevalue("shim_read_back")
    return reader
