"""``needlelog run`` as a process of its own, its settings, and what its journal holds."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import msgspec

from drivers.model import SampleBlock
from logger.command_socket import send_order
from logger.errors import CommandRefused, ConfigError, JournalError
from logger.journal import kinds
from logger.journal.blocks import decode_block
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.session.orders import AnyOrder
from logger.status import PenStatus, SinkStatus, Status

PATIENCE_S = 60.0
_LOOK_EVERY_S = 0.02
NEEDLELOG = str(Path(sys.executable).with_name("needlelog"))


@dataclass(frozen=True, slots=True)
class PenTable:
    """A ``[[pens]]`` table."""

    port: str | Path
    profile: str = "npt"
    name: str | None = None

    def text(self) -> str:
        lines = ["[[pens]]", f'port = "{self.port}"', f'profile = "{self.profile}"']
        return "\n".join(lines + ([f'name = "{self.name}"'] if self.name else []))


def settings_text(
    pens: Sequence[PenTable], *tables: str, recording: Mapping[str, float] | None = None
) -> str:
    """Return a settings file for ``pens``; ``tables`` are further tables, such as of sinks.

    The reserve on the drive is small: hundreds of data directories lie about after a test run.
    """
    numbers = [f"{key} = {value}" for key, value in (recording or {}).items()]
    parts = ['site = "clinic"\ndata_dir = "data"', *(pen.text() for pen in pens)]
    disk = [] if any("[disk]" in one for one in tables) else ["[disk]\nreserve_bytes = 100000"]
    return "\n".join([*parts, "[recording]", *numbers, *disk, *tables]) + "\n"


def environment(**settings: str) -> dict[str, str]:
    """Return this environment without anybody's settings, with bytecode kept as installed."""
    hidden = ("PYTHONDONTWRITEBYTECODE", "NEEDLELOG_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(hidden)}
    return kept | settings


class RecorderProcess:
    """Runs in ``directory``, started by ``under``; may be ended and started again there."""

    def __init__(self, directory: Path, settings: str, under: Sequence[str] = ()) -> None:
        self._under = under
        self.data_dir = directory / "data"
        self.settings_file = directory / "needlelog.toml"
        self.settings_file.write_text(settings, encoding="utf-8")
        self._log = directory / "recorder.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return once it answers."""
        self.launch()
        self.until(lambda: self.status() is not None, "an answer")

    def launch(self, *under: str) -> None:
        """Start it and return at once; ``under`` is a command that starts it in its own place."""
        with self._log.open("ab") as log:
            command = [*self._under, *under, NEEDLELOG, "--config", str(self.settings_file), "run"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment())

    @property
    def exit_code(self) -> int | None:
        """How it ended, below 0 by a signal; None while it runs."""
        assert self._process is not None
        return self._process.poll()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What it has printed so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """End it politely; returns its exit code and how many seconds it took."""
        assert self._process is not None
        asked_s = time.monotonic()
        self._process.send_signal(number)
        code = self._process.wait(PATIENCE_S)
        return code, time.monotonic() - asked_s

    def status(self) -> Status | None:
        """Return how it is doing, None while it does not answer."""
        try:
            return msgspec.convert(send_order(self.data_dir, "status", {}), Status)
        except CommandRefused:
            return None

    def pen(self, number: int = 0) -> PenStatus:
        """Return how the pen of one ``[[pens]]`` table is doing."""
        return self.ask().pens[number]

    def sink(self, name: str) -> SinkStatus | None:
        """Return how a sink is doing, None while it is not set up yet."""
        return next((sink for sink in self.ask().sinks if sink.name == name), None)

    def ask(self) -> Status:
        """Return the status of a recorder that must answer."""
        status = self.status()
        assert status is not None, self.log
        return status

    def order(self, order: AnyOrder) -> dict[str, Any]:
        """Carry out a session order; returns what the command line would be told."""
        answer = send_order(self.data_dir, "session", msgspec.to_builtins(order))
        assert isinstance(answer, dict)
        return answer

    def until(
        self, happened: Callable[[], bool], what: str, patience_s: float = PATIENCE_S
    ) -> None:
        """Return once ``happened()``; fails with the log if it does not, or the process ends."""
        deadline = time.monotonic() + patience_s
        while not happened():
            assert self._process is not None
            assert self._process.poll() is None, f"ended while waiting for {what}:\n{self.log}"
            assert time.monotonic() < deadline, f"no {what}:\n{self.log}"
            time.sleep(_LOOK_EVERY_S)

    def until_samples(self, count: int, pen: int = 0) -> None:
        """Return once so many samples of a pen are recorded on its present link."""
        self.until(lambda: self.pen(pen).samples >= count, f"{count} samples")

    def until_entry(self, *kind: str, count: int = 1) -> list[Entry]:
        """Return the entries of ``kind`` once the journal holds ``count`` of them."""
        self.until(lambda: len(self.entries(*kind)) >= count, f"{count} of {kind}")
        return self.entries(*kind)

    def until_delivered(self, *sinks: str) -> None:
        """Return once each of ``sinks`` has everything that is journaled now."""
        # The status may not know yet of a commit that is in the file already.
        with JournalReader(self.data_dir) as reader:
            last = reader.last_position()

        def delivered() -> bool:
            found = {sink.name: sink.position for sink in self.ask().sinks}
            return all(found.get(name, 0) >= last for name in sinks)

        self.until(delivered, f"delivery to {sinks}")

    def entries(self, *kind: str, stream: str | None = None) -> list[Entry]:
        """Return all entries of ``kind``, or all; none while there is no journal."""
        try:
            with JournalReader(self.data_dir) as reader:
                return list(reader.entries(kinds=kind or None, stream=stream))
        except (ConfigError, JournalError):
            return []

    def payloads(self, *kind: str, stream: str | None = None) -> list[Any]:
        """Return the decoded payloads of all entries of ``kind``, in order."""
        found = self.entries(*kind, stream=stream)
        return [kinds.decode(one.kind, one.payload) for one in found if one.payload is not None]

    def blocks(self, pen: str) -> list[SampleBlock]:
        """Return all samples of ``pen``, in order."""
        found = self.entries(kinds.SAMPLES, stream=pen)
        return [decode_block(one.payload) for one in found if one.payload is not None]

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            # Left running it would take the ports of whoever comes next.
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()
