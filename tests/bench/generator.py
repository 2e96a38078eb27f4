"""The pens of a measurement: simulated, in a process of their own, each frame accounted for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drivers.simulator.burst import Fate
from drivers.simulator.log import read_log
from tests.bench.children import Child, needlelog, running

_HEADER_BYTES_MAX = 1024


@dataclass(frozen=True, slots=True)
class Load:
    """How many pens speak, how often and in which profile.

    ``speed`` is simulated over real time, or ``max``.
    """

    pens: int
    rate_hz: float
    profile: str = "npt"
    speed: str = "1"
    seed: int = 1

    @property
    def title(self) -> str:
        """What the load is called in the report."""
        return f"{self.pens} × {self.rate_hz:g} Hz"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a pen sent: ``sequence`` int64 [n] and ``time_ns`` int64 [n], CLOCK_MONOTONIC.

    Samples that the line had no room for stand in it too: whoever reads too slowly loses them.
    """

    sequence: NDArray[np.int64]
    time_ns: NDArray[np.int64]

    def between(self, from_ns: int, to_ns: int) -> "Sent":
        """Return what was sent in ``[from_ns, to_ns)``."""
        chosen = (self.time_ns >= from_ns) & (self.time_ns < to_ns)
        return Sent(self.sequence[chosen], self.time_ns[chosen])


class Generator:
    """Pens that run, each at a link of its own."""

    def __init__(self, child: Child, links: Mapping[str, Path], logs: Mapping[str, Path]) -> None:
        self.links = links
        self._child = child
        self._logs = logs

    def until_speaking(self) -> None:
        """Return once every pen has sent something; they wait for all ports to be opened."""
        self._child.until(
            lambda: all(log.stat().st_size > _HEADER_BYTES_MAX for log in self._logs.values()),
            "samples of every pen",
        )

    def end(self) -> None:
        """Power all pens down."""
        self._child.end()

    def sent(self) -> dict[str, Sent]:
        """Return what each pen has sent, by serial number; to be called when they have ended."""
        sent = {}
        for serial, path in self._logs.items():
            samples = read_log(path).samples(Fate.SENT, Fate.UNREAD)
            sent[serial] = Sent(samples["sequence"].copy(), samples["time_ns"].copy())
        return sent


@contextmanager
def generating(
    load: Load, directory: Path, *options: str, core: int | None = None
) -> Iterator[Generator]:
    """Run the pens of ``load``; ``options`` are further ones of ``needlelog simulate``."""
    serials = [f"SIM-{number + 1:06d}" for number in range(load.pens)]
    links = {serial: directory / f"{serial}.port" for serial in serials}
    logs = {serial: directory / f"{serial}.log" for serial in serials}
    command = needlelog("simulate", "--profile", load.profile, "--rate-hz", f"{load.rate_hz:g}")
    command += ["--speed", load.speed, "--seed", str(load.seed), *options]
    for serial in serials:
        command += ["--serial", serial, "--link", str(links[serial]), "--log", str(logs[serial])]
    with running("generator", command, directory, core=core) as child:
        child.until(lambda: all(link.exists() for link in links.values()), "ports")
        yield Generator(child, links, logs)
