"""needlelog under measurement: its settings, its sessions, and what its journal holds."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from logger.errors import ConfigError, JournalError
from logger.journal.blocks import decode_block
from logger.journal.kinds import SAMPLES
from logger.journal.reader import JournalReader
from tests.bench.children import BenchFailed, Child, environment, needlelog, running
from tests.support.server import HOST

_DELIVERY_S = 60.0
_SESSION_TRIES = 10
BUCKET = "bench"


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where to deliver: the broker's port and the database's url."""

    mqtt_port: int
    influx_url: str


class Recorder:
    """A running ``needlelog run`` with a data directory of its own."""

    def __init__(self, child: Child, settings: Path, data_dir: Path) -> None:
        self.child = child
        self.pid = child.pid
        self._settings = settings
        self.data_dir = data_dir

    def open_sessions(self, serials: Sequence[str]) -> None:
        """Open a session on every pen, as in a clinic; BenchFailed if one is refused for good."""
        wanted = list(serials)
        for _ in range(_SESSION_TRIES):
            orders = {serial: self._order_session(serial) for serial in wanted}
            answers = {serial: order.communicate()[0] for serial, order in orders.items()}
            wanted = [serial for serial, order in orders.items() if order.returncode]
            if not wanted:
                return
        self.child.check()
        words = answers[wanted[0]].decode(errors="replace")
        raise BenchFailed(f"no session on {wanted[0]}: {words}")

    def _order_session(self, serial: str) -> "subprocess.Popen[bytes]":
        order = ["session", "start", "--pen", serial, "--client", "BENCH"]
        order += ["--practitioner", "bench", "--side", "left", "--zone", "anterior-thigh"]
        return subprocess.Popen(
            needlelog("--config", str(self._settings), *order),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment(),
        )

    def has_samples(self) -> bool:
        """Return whether the journal holds a sample that another process can read."""
        try:
            with JournalReader(self.data_dir) as journal:
                return bool(journal.read(0, 1, kinds=[SAMPLES]))
        except (ConfigError, JournalError):
            # Not there yet, or just being made.
            return False

    def finish(self, sinks: int) -> None:
        """Wait until all samples are delivered to so many sinks, then end it."""
        with JournalReader(self.data_dir) as journal:
            last = max((entry.position for entry in journal.entries(kinds=[SAMPLES])), default=0)

            def delivered() -> bool:
                positions = [cursor.position for cursor in journal.cursors().values()]
                return len(positions) >= sinks and all(at >= last for at in positions)

            self.child.until(delivered, "delivery", _DELIVERY_S)
        self.child.end()

    def journaled(self) -> dict[str, NDArray[np.int64]]:
        """Return the sequence numbers in the journal by pen, int64 [n], in order."""
        found: dict[str, list[NDArray[np.int64]]] = {}
        with JournalReader(self.data_dir) as journal:
            for entry in journal.entries(kinds=[SAMPLES]):
                assert entry.payload is not None
                found.setdefault(entry.stream, []).append(decode_block(entry.payload).sequence)
        return {pen: np.concatenate(blocks) for pen, blocks in found.items()}


@contextmanager
def recording(
    links: Mapping[str, Path],
    profile: str,
    directory: Path,
    *,
    sinks: Sinks | None,
    commit_interval_s: float = 0.2,
    core: int | None = None,
) -> Iterator[Recorder]:
    """Run ``needlelog run`` for the pens at ``links`` while the context lasts."""
    data_dir = directory / "data"
    settings = directory / "needlelog.toml"
    settings.write_text(_settings(links, profile, data_dir, sinks, commit_interval_s))
    command = needlelog("--config", str(settings), "run")
    with running("recorder", command, directory, core=core) as child:
        yield Recorder(child, settings, data_dir)


def _settings(
    links: Mapping[str, Path],
    profile: str,
    data_dir: Path,
    sinks: Sinks | None,
    commit_interval_s: float,
) -> str:
    lines = ['site = "bench"', f'data_dir = "{data_dir}"']
    for link in links.values():
        lines += ["[[pens]]", f'port = "{link}"', f'profile = "{profile}"']
    lines += ["[recording]", f"commit_interval_s = {commit_interval_s}"]
    if sinks is not None:
        lines += ["[mqtt]", f'host = "{HOST}"', f"port = {sinks.mqtt_port}"]
        lines += ["[influx]", f'url = "{sinks.influx_url}"', f'bucket = "{BUCKET}"']
    return "\n".join(lines) + "\n"
