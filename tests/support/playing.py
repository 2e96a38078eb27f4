"""Runs simulated pens on PTYs beside a test, which reads them as any program would."""

import os
import select
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from drivers.simulator.pace import Host, Pace, run
from drivers.simulator.station import Station

PATIENCE_S = 20.0


@contextmanager
def playing(stations: Sequence[Station], pace: Pace) -> Iterator[Thread]:
    """Yield the thread that plays ``stations``; stops it and unplugs all at the end."""
    stop = Event()
    host = Host(time.monotonic_ns, time.sleep, stop.is_set)
    thread = Thread(target=run, args=(stations, pace, host))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


class Reader:
    """A program that has the port open; opens it as soon as it is there."""

    def __init__(self, path: Path) -> None:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                self._descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
                return
            except FileNotFoundError:
                assert time.monotonic() < until, f"{path} did not appear"
                time.sleep(0.005)

    def read(self) -> bytes:
        """Return what comes next; empty at the end of the line."""
        ready, _, _ = select.select([self._descriptor], [], [], PATIENCE_S)
        assert ready, "the line stayed silent"
        try:
            return os.read(self._descriptor, 65_536)
        except OSError:
            return b""

    def read_all(self) -> bytes:
        """Return all that comes until the line ends."""
        return b"".join(iter(self.read, b""))

    def write(self, data: bytes) -> None:
        os.write(self._descriptor, data)

    def close(self) -> None:
        os.close(self._descriptor)

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
