"""What systemd is told, on a socket of its kind."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from logger.service.manager import Manager
from tests.support.recorder_process import RecorderProcess, settings_text

_PID = 4711


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(30)
        yield listening


def _environment(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": str(tmp_path / "notify"), **more}


class _Turns:
    """Turns that stop after some, and a sleep that notes how long it was to be."""

    def __init__(self, go_on: int) -> None:
        self.now = 0
        self.go_on = go_on
        self.slept_s: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.now = min(self.now + 1, self.go_on)
        if len(self.slept_s) == 6:
            raise asyncio.CancelledError


async def _watched(manager: Manager, turns: _Turns) -> None:
    with pytest.raises(asyncio.CancelledError):
        await manager.watch(lambda: turns.now, lambda: "all is well")


async def test_a_loop_that_goes_on_gives_signs_of_life(
    tmp_path: Path, heard: socket.socket
) -> None:
    turns = _Turns(go_on=9)
    environment = _environment(tmp_path, WATCHDOG_USEC="60000000", WATCHDOG_PID=str(_PID))
    await _watched(Manager.of(environment, _PID, turns.sleep), turns)
    assert heard.recv(500) == b"WATCHDOG=1\nSTATUS=all is well"
    assert [heard.recv(500) for _ in range(5)] == [b"WATCHDOG=1"] * 5
    assert set(turns.slept_s) == {20.0}


async def test_a_loop_that_hangs_gives_none(tmp_path: Path, heard: socket.socket) -> None:
    turns = _Turns(go_on=2)
    environment = _environment(tmp_path, WATCHDOG_USEC="60000000")
    await _watched(Manager.of(environment, _PID, turns.sleep), turns)
    assert len([heard.recv(500) for _ in range(3)]) == 3
    heard.setblocking(False)
    with pytest.raises(BlockingIOError):
        heard.recv(500)


@pytest.mark.parametrize(
    "environment", [{}, {"WATCHDOG_USEC": "1000"}, {"NOTIFY_SOCKET": "vsock:1"}]
)
async def test_without_a_manager_nobody_is_told(environment: dict[str, str]) -> None:
    manager = Manager.of(environment, _PID)
    manager.ready("all is well")
    await manager.watch(lambda: 0, lambda: "")


async def test_the_patience_for_another_process_is_not_ours(tmp_path: Path) -> None:
    environment = _environment(tmp_path, WATCHDOG_USEC="60000000", WATCHDOG_PID="1")
    assert Manager.of(environment, _PID).watchdog_s == 0


async def test_a_manager_that_went_away_ends_nothing(tmp_path: Path) -> None:
    Manager.of(_environment(tmp_path), _PID).ready("all is well")


def test_a_recorder_says_when_it_takes_orders_and_when_it_ends(
    tmp_path: Path, heard: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in _environment(tmp_path, WATCHDOG_USEC="300000").items():
        monkeypatch.setenv(name, value)
    with RecorderProcess(tmp_path, settings_text([])) as recorder:
        assert heard.recv(500).startswith(b"READY=1\nSTATUS=pens: 1 no port; degraded: ")
        assert heard.recv(500).startswith(b"WATCHDOG=1\nSTATUS=pens: 1 no port; ")
        recorder.stop()
        said = iter(lambda: heard.recv(500), b"")
        assert any(one.startswith(b"STOPPING=1") for one in said)
