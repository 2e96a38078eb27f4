"""A capture replayed as a pen on a PTY."""

import asyncio
from pathlib import Path

import pytest

from drivers.capture import CaptureWriter, Chunk
from drivers.port import open_url
from drivers.port_capture import CapturePort
from drivers.profile.schema import PortSettings
from drivers.replay import Progress, replay, wait_for_reader
from drivers.simulator.pty_link import PtyLink
from tests.support.ports import PATIENCE_S, eventually, read_exactly

SAID = bytes(range(256)) * 100


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "pen.capture"
    with CaptureWriter(path, port="", baud_rate=115_200, started_utc="") as writer:
        for number, start in enumerate(range(0, len(SAID), 512)):
            writer.write(Chunk(number * 1_000_000, SAID[start : start + 512]))
    return path


@pytest.mark.parametrize("speed", [0, 1, 10])
async def test_who_opens_the_link_gets_every_byte(
    speed: float, capture: Path, tmp_path: Path
) -> None:
    progress = Progress()
    with CapturePort("pen", capture, speed) as port, PtyLink(tmp_path / "pen") as link:
        replaying = asyncio.create_task(replay_to_reader(port, link, progress))
        with open_url(str(link.path), PortSettings()) as reader:
            assert await read_exactly(reader, len(SAID)) == SAID
            await asyncio.wait_for(replaying, PATIENCE_S)
    assert progress.bytes_sent == len(SAID)


async def test_a_slow_reader_loses_nothing(capture: Path, tmp_path: Path) -> None:
    progress = Progress()
    with CapturePort("pen", capture, speed=0) as port, PtyLink(tmp_path / "pen") as link:
        replaying = asyncio.create_task(replay_to_reader(port, link, progress))
        with open_url(str(link.path), PortSettings()) as reader:
            # A PTY holds some 4 kB: from here on the replay waits for the reader.
            await eventually(lambda: progress.bytes_sent > 2048)
            assert await read_exactly(reader, len(SAID)) == SAID
            await asyncio.wait_for(replaying, PATIENCE_S)


async def test_a_reader_that_leaves_does_not_stop_the_replay(capture: Path, tmp_path: Path) -> None:
    progress = Progress()
    with CapturePort("pen", capture, speed=1) as port, PtyLink(tmp_path / "pen") as link:
        replaying = asyncio.create_task(replay_to_reader(port, link, progress))
        with open_url(str(link.path), PortSettings()) as reader:
            await read_exactly(reader, 512)
        await asyncio.wait_for(replaying, PATIENCE_S)
        assert port.ended
    assert progress.bytes_sent < len(SAID)


async def replay_to_reader(port: CapturePort, link: PtyLink, progress: Progress) -> None:
    await wait_for_reader(link)
    await replay(port, link, progress)
