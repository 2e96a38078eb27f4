"""``needlelog console`` as a process of its own."""

import signal
import subprocess
from pathlib import Path
from typing import Self

from tests.support.recorder_process import NEEDLELOG, PATIENCE_S, environment


class ConsoleProcess:
    """Serves what the settings file names; ``address`` and ``code`` are what it printed."""

    def __init__(self, settings_file: Path, *settings: str) -> None:
        given = ["console.port=0", *settings]
        flags = [word for one in given for word in ("--set", one)]
        self._process = subprocess.Popen(
            [NEEDLELOG, "--config", str(settings_file), *flags, "console"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        self.address = self._told("console: ")

    def authority(self) -> str:
        """Return the fingerprint of its own authority, which comes before the set-up code."""
        return self._told("authority, SHA-256: ")

    def code(self) -> str:
        """Return the set-up code, which is printed after the address."""
        return self._told("set-up code, for the first administrator: ")

    def stop(self) -> tuple[int, str]:
        """End it politely; returns its exit code and all that it printed since."""
        self._process.send_signal(signal.SIGTERM)
        out, err = self._process.communicate(timeout=PATIENCE_S)
        return self._process.returncode, out + err

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def _told(self, label: str) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith(label):
            self._process.kill()
            raise AssertionError(line + self._process.communicate()[1])
        return line.removeprefix(label).strip()
