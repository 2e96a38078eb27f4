"""A capture behind the interface of a port: its bytes come at their times."""

import asyncio
import math
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs

from drivers.capture import Chunk, read_chunks, read_header
from drivers.errors import ConfigError, LinkLost


class CapturePort:
    """Replays a capture at ``speed`` times its own pace; 0 is as fast as it is read.

    ``ended`` is True once every chunk was read; from then on ``read`` raises
    :class:`LinkLost`.
    """

    simulated = True

    def __init__(self, name: str, path: Path, speed: float = 1.0) -> None:
        read_header(path)
        self.name = name
        self.ended = False
        self._speed = speed
        self._chunks = read_chunks(path)
        self._next: Chunk | None = None
        self._started_s: float | None = None

    async def read(self) -> bytes:
        """Return the next chunk once its time has come. A cancelled read loses nothing."""
        # A replay without pauses must leave the others their turn.
        await asyncio.sleep(0)
        while not (data := self.read_now()):  # noqa: ASYNC110 - it waits for a time, not an event
            await asyncio.sleep(self._wait_s(self._peek()))
        return data

    def read_now(self) -> bytes:
        """Return the next chunk if its time has come, else b""; to be called in the loop."""
        chunk = self._peek()
        if self._wait_s(chunk) > 0:
            return b""
        self._next = None
        return chunk.data

    def write(self, data: bytes) -> None:
        """Ignore ``data``: a recorded pen hears nothing."""

    def close(self) -> None:
        """Close the file. May be called again."""
        self._chunks.close()
        self._next = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _peek(self) -> Chunk:
        if self._next is None:
            self._next = next(self._chunks, None)
        if self._next is None:
            self.ended = True
            raise LinkLost(f"{self.name}: the capture has ended")
        return self._next

    def _wait_s(self, chunk: Chunk) -> float:
        now_s = asyncio.get_running_loop().time()
        if self._started_s is None:
            self._started_s = now_s
        if self._speed == 0:
            return 0.0
        return max(0.0, self._started_s + chunk.t_ns / 1e9 / self._speed - now_s)


def open_capture(url: str, rest: str) -> CapturePort:
    """Return the port that replays ``PATH[?speed=X]``, the ``rest`` of ``url``."""
    path, _, query = rest.partition("?")
    options = parse_qs(query)
    speed_text = options.pop("speed", ["1"])[-1]
    if options:
        raise ConfigError(url, f"unknown option {min(options)}", "Only speed= is known")
    return CapturePort(url, Path(path), speed_of(url, speed_text))


def speed_of(place: str, text: str) -> float:
    """Return ``text`` as a replay speed, finite and not negative."""
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not (math.isfinite(speed) and speed >= 0):
        raise ConfigError(place, f"{text!r} is no speed", "Use 1 for its own pace, 0 for at once")
    return speed
