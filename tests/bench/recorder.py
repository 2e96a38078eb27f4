"""needlelog under measurement: its settings, its sessions, and what its journal holds."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from logger.command_socket import send_order
from logger.errors import CommandRefused, ConfigError, JournalError, NotRunning
from logger.journal.blocks import decode_block
from logger.journal.kinds import SAMPLES
from logger.journal.reader import JournalReader
from logger.session.orders import Start
from logger.status import Status
from tests.bench.children import Child, needlelog, running
from tests.support.server import HOST

_DELIVERY_S = 60.0
BUCKET = "bench"


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where to deliver: the broker's port and the database's url."""

    mqtt_port: int
    influx_url: str


class Recorder:
    """A running ``needlelog run`` with a data directory of its own."""

    def __init__(self, child: Child, data_dir: Path) -> None:
        self.child = child
        self.pid = child.pid
        self.data_dir = data_dir

    def open_sessions(self, serials: Iterable[str]) -> None:
        """Open a session on every pen, as in a clinic, as soon as it is linked.

        By the orders of `needlelog session start`, but without a process for each.
        """
        for serial in serials:
            self.child.until(partial(self._session_opens, serial), f"session on {serial}")

    def _session_opens(self, serial: str) -> bool:
        start = Start(
            pen=serial,
            client="BENCH",
            practitioner="bench",
            side="left",
            zone="anterior-thigh",
        )
        try:
            send_order(self.data_dir, "session", msgspec.to_builtins(start))
        except CommandRefused:
            return False
        return True

    def until_first_round(self, patience_s: float = 30.0) -> None:
        """Return once the archive's child of the start, which comes once an hour, is through."""
        self.child.until(self._had_a_round, "the archive's first round", patience_s)

    def _had_a_round(self) -> bool:
        archive = msgspec.convert(send_order(self.data_dir, "status", {}), Status).archive
        return archive.last_round_unix_ns is not None and archive.state == "idle"

    def answers(self) -> bool:
        """Return whether it takes orders by now."""
        try:
            send_order(self.data_dir, "status", {})
        except NotRunning:
            return False
        return True

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
    settle_s: float = 0.0,
    core: int | None = None,
) -> Iterator[Recorder]:
    """Run ``needlelog run`` for the pens at ``links`` while the context lasts.

    The archive's child starts ``settle_s`` after it.
    """
    data_dir = directory / "data"
    settings = directory / "needlelog.toml"
    settings.write_text(_settings(links, profile, data_dir, sinks))
    with settings.open("a") as file:
        file.write(f"[archive]\nsettle_s = {settle_s}\n")
        file.write(f"[recording]\ncommit_interval_s = {commit_interval_s}\n")
    command = needlelog("--config", str(settings), "run")
    with running("recorder", command, directory, core=core) as child:
        yield Recorder(child, data_dir)


def _settings(
    links: Mapping[str, Path],
    profile: str,
    data_dir: Path,
    sinks: Sinks | None,
) -> str:
    lines = ['site = "bench"', f'data_dir = "{data_dir}"']
    for link in links.values():
        lines += ["[[pens]]", f'port = "{link}"', f'profile = "{profile}"']
    if sinks is not None:
        lines += ["[mqtt]", f'host = "{HOST}"', f"port = {sinks.mqtt_port}"]
        lines += ["[influx]", f'url = "{sinks.influx_url}"', f'bucket = "{BUCKET}"']
    return "\n".join(lines) + "\n"
