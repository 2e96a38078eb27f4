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
_NICENESS = -15


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


@dataclass(frozen=True, slots=True)
class Account:
    """What all pens sent, by serial number, and by how much the latest frame was late.

    A generator that is late writes in bursts, for which a terminal may have no room:
    losses beside a large ``late_ms`` say more about the machine than about who reads.
    """

    sent: Mapping[str, Sent]
    late_ms: float

    def between(self, from_ns: int, to_ns: int) -> "Account":
        """Return what was sent in ``[from_ns, to_ns)``."""
        sent = {pen: of_pen.between(from_ns, to_ns) for pen, of_pen in self.sent.items()}
        return Account(sent, self.late_ms)

    def __len__(self) -> int:
        return sum(len(of_pen.sequence) for of_pen in self.sent.values())

    def missing(self, kept: Mapping[str, NDArray[np.int64]]) -> int:
        """Return how many of the samples are not among those kept, by sequence number."""
        none = np.zeros(0, dtype=np.int64)
        return sum(
            int(np.setdiff1d(of_pen.sequence, kept.get(pen, none)).size)
            for pen, of_pen in self.sent.items()
        )


class Generator:
    """Pens that run, each at a link of its own."""

    def __init__(self, child: Child, links: Mapping[str, Path], logs: Mapping[str, Path]) -> None:
        self.links = links
        self._child = child
        self._logs = logs

    def until_speaking(self, reader: Child) -> None:
        """Return once every pen has sent something to ``reader``, whom they wait for."""

        def speaking() -> bool:
            self._child.check()
            return all(log.stat().st_size > _HEADER_BYTES_MAX for log in self._logs.values())

        reader.until(speaking, "port opened, so that every pen speaks")

    def check(self) -> None:
        """Raise BenchFailed if the pens have stopped speaking."""
        self._child.check()

    def end(self) -> None:
        """Power all pens down; BenchFailed if they have stopped speaking before."""
        self.check()
        self._child.end()

    def account(self) -> Account:
        """Return what the pens sent; to be called when they have ended."""
        sent, late_ms = {}, 0.0
        for serial, path in self._logs.items():
            log = read_log(path)
            samples = log.samples(Fate.SENT, Fate.UNREAD)
            sent[serial] = Sent(samples["sequence"].copy(), samples["time_ns"].copy())
            delay_ms = log.records["time_ns"] / 1e6 - log.records["due_us"] / 1e3
            late_ms = max(late_ms, float(np.ptp(delay_ms)))
        return Account(sent, late_ms)


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
    # Pens have processors of their own: the rest of the machine must not hold them up.
    with running("generator", command, directory, core=core, niceness=_NICENESS) as child:
        child.until(lambda: all(link.exists() for link in links.values()), "ports")
        yield Generator(child, links, logs)
