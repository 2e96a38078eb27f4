"""Real servers as child processes on free ports of the loopback."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

HOST = "127.0.0.1"
_START_S = 20.0


def free_port() -> int:
    """Return a port that nothing listens on now.

    None that the kernel gives to outgoing connections: one of those may take it before the
    server does, and a client that tries a port of that range for long can meet itself.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind((HOST, port))
            return port


def wait_until_open(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return once something accepts connections; RuntimeError with the log if it never does."""
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} does not listen:\n{log.read_text(errors='replace')}")


class ServerProcess:
    """A server that can be killed, stopped politely, and started again in its directory."""

    def __init__(self, command: Sequence[str], port: int, directory: Path) -> None:
        self.command = list(command)
        self.port = port
        self.directory = directory
        self._log = directory / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, stdout=log, stderr=log, cwd=self.directory
            )
        wait_until_open(self.port, self._process, self._log)

    @property
    def log(self) -> str:
        """What the server has written so far."""
        return self._log.read_text(errors="replace")

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        assert self._process is not None
        return self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it politely."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
