"""A capture opened as a port."""

import asyncio
import contextlib
import time
from pathlib import Path

import pytest

from drivers.capture import CaptureWriter, Chunk
from drivers.errors import ConfigError, LinkLost
from drivers.port import open_url
from drivers.port_capture import CapturePort
from drivers.profile.schema import PortSettings

SETTINGS = PortSettings()


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "pen.capture"
    with CaptureWriter(path, port="/dev/ttyUSB0", baud_rate=115_200, started_utc="") as writer:
        for number in range(10):
            writer.write(Chunk(number * 20_000_000, b"%d" % number))
    return path


async def test_its_bytes_come_read_by_read_as_they_were_recorded(capture: Path) -> None:
    with open_url(f"capture://{capture}?speed=0", SETTINGS) as port:
        assert [await port.read() for _ in range(10)] == [b"%d" % n for n in range(10)]


async def test_its_bytes_come_at_their_times(capture: Path) -> None:
    with open_url(f"capture://{capture}", SETTINGS) as port:
        began = time.monotonic()
        for _ in range(10):
            await port.read()
        assert time.monotonic() - began >= 0.179


async def test_speed_stretches_the_times(capture: Path) -> None:
    with open_url(f"capture://{capture}?speed=0.5", SETTINGS) as port:
        began = time.monotonic()
        for _ in range(10):
            await port.read()
        assert time.monotonic() - began >= 0.359


async def test_its_end_is_a_lost_link(capture: Path) -> None:
    with CapturePort("pen", capture, speed=0) as port:
        for _ in range(10):
            await port.read()
        assert not port.ended
        for _ in range(2):
            with pytest.raises(LinkLost, match="the capture has ended"):
                await port.read()
        assert port.ended


async def test_a_cancelled_read_loses_nothing(capture: Path) -> None:
    with CapturePort("pen", capture) as port:
        assert await port.read() == b"0"
        reading = asyncio.create_task(port.read())
        await asyncio.sleep(0)
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
        assert await port.read() == b"1"


async def test_read_now_gives_only_what_is_due(capture: Path) -> None:
    with CapturePort("pen", capture) as port:
        assert port.read_now() == b"0"
        assert port.read_now() == b""
        assert await port.read() == b"1"


async def test_read_now_takes_its_chunk_before_a_pending_read(capture: Path) -> None:
    with CapturePort("pen", capture, speed=0) as port:
        reading = asyncio.create_task(port.read())
        await asyncio.sleep(0)
        assert port.read_now() == b"0"
        assert await reading == b"1"


async def test_what_is_written_to_it_changes_nothing(capture: Path) -> None:
    with CapturePort("pen", capture, speed=0) as port:
        port.write(b"\x81")
        assert await port.read() == b"0"


async def test_a_closed_one_is_a_lost_link(capture: Path) -> None:
    port = CapturePort("pen", capture, speed=0)
    await port.read()
    port.close()
    port.close()
    with pytest.raises(LinkLost):
        await port.read()


def test_it_says_that_no_pen_is_behind_it(capture: Path) -> None:
    with open_url(f"capture://{capture}", SETTINGS) as port:
        assert port.simulated


@pytest.mark.parametrize("query", ["speed=-1", "speed=nan", "speed=inf", "speed=fast", "pace=2"])
def test_a_speed_that_cannot_be_meant_is_named(query: str, capture: Path) -> None:
    with pytest.raises(ConfigError):
        open_url(f"capture://{capture}?{query}", SETTINGS)


def test_a_file_that_is_no_capture_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        open_url(f"capture://{tmp_path}/none", SETTINGS)
