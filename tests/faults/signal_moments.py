"""The moments at which a recorder is told to end, and the bed of pens and servers for them."""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from drivers.simulator.burst import Fate
from drivers.simulator.log import read_log
from drivers.simulator.pace import Pace
from tests.faults.accounting import account
from tests.faults.lives import Life, Remains, any_order, until_sessions_go_on
from tests.support.mosquitto import Mosquitto
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.server import HOST
from tests.support.simulated import SimulatedPen, sequence_of, simulated_settings
from tests.support.victoria import Victoria

PENS = 2
_RATE_HZ = 200.0
_SAMPLES = 20
_STARTING_S = (0.1, 1.5)
_ON_THE_WAY_NS = 50_000_000
"""A terminal's bytes reach the reader's side through a worker of the kernel, a little later."""
_WORKING_S = 1.0
_COMMIT_TAKES_US = 300_000
_FROZEN_S = 1.0
_BACKLOG_S = 1.0


@dataclass
class Bed:
    """Pens, a broker, a database, and the one data directory of all trials.

    ``took_s`` is the longest time that an end took, by what happened.
    """

    place: Path
    pens: list[SimulatedPen]
    broker: Mosquitto
    database: Victoria
    recorder: RecorderProcess
    remains: Remains
    took_s: dict[str, float] = field(default_factory=dict)
    signalled_ns: list[int] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)

    @property
    def servers(self) -> tuple[Mosquitto, Victoria]:
        return self.broker, self.database

    def last_position(self) -> int:
        """Return where the journal ends, 0 before there is one."""
        return max((entry.position for entry in self.recorder.entries()), default=0)


@contextmanager
def bed(place: Path, name: str, seed: int) -> Iterator[Bed]:
    """Yield pens that play and servers that run; accounts for all samples at the end."""
    pens = [
        SimulatedPen(
            place / f"pen-{number}",
            simulated_settings(f"SIM-{name}-{number}", rate_hz=_RATE_HZ, seed=seed + number),
        )
        for number in range(PENS)
    ]
    with contextlib.ExitStack() as stack:
        for directory in ("broker", "database"):
            (place / directory).mkdir()
        broker, database = Mosquitto(place / "broker"), Victoria(place / "database")
        for server in (broker, database):
            server.start()
            stack.callback(server.kill)
        mqtt = f'[mqtt]\nhost = "{HOST}"\nport = {broker.port}'
        influx = f'[influx]\nurl = "{database.url}"\norg = "o"\nbucket = "b"\ntoken = "t"'
        text = settings_text([PenTable(pen.link) for pen in pens], mqtt, influx)
        recorder = RecorderProcess(place, text)
        made = Bed(place, pens, broker, database, recorder, Remains(recorder.data_dir))
        with playing([pen.station for pen in pens], Pace(waits_for_readers=True)):
            yield made
    _assert_all_committed(made)


def _assert_all_committed(at: Bed) -> None:
    """Fail unless all that the pens sent before a signal is journaled or lies in a gap before."""
    for pen in at.pens:
        account([pen.log], [at.recorder.data_dir]).assert_sound()
        sent = read_log(pen.log).samples(Fate.SENT)
        kept = sequence_of(at.recorder.blocks(pen.serial))
        for signalled_ns in at.signalled_ns:
            arrived = sent["time_ns"] < signalled_ns - _ON_THE_WAY_NS
            before = sent["sequence"][arrived][-_SAMPLES:]
            lost = np.setdiff1d(before, kept)
            assert not len(lost), f"{pen.serial}: sent before a stop, not committed: {lost}"


@contextmanager
def starting(at: Bed, life: Life, rng: random.Random) -> Iterator[None]:
    """At any moment of the start."""
    life.recorder.launch()
    time.sleep(rng.uniform(*_STARTING_S))
    yield


@contextmanager
def working(at: Bed, life: Life, rng: random.Random) -> Iterator[None]:
    """At any moment while pens are recorded and people give orders."""
    life.recorder.launch()
    _work(at, life, rng)
    yield


@contextmanager
def committing(at: Bed, life: Life, rng: random.Random) -> Iterator[None]:
    """Most likely in the middle of a commit: each takes long."""
    log = str(life.recorder.data_dir / "journal.db-wal")
    slow = f"inject=fdatasync:delay_enter={_COMMIT_TAKES_US}"
    trace = ("-P", log, "-e", "trace=fdatasync", "-e", slow)
    life.recorder.launch("strace", "-D", "-f", "-qqq", "-o", "/dev/null", *trace)
    _work(at, life, rng)
    yield


@contextmanager
def sinks_down(at: Bed, life: Life, rng: random.Random) -> Iterator[None]:
    """While neither broker nor database can be reached."""
    for server in at.servers:
        server.kill()
    with working(at, life, rng):
        yield
    for server in at.servers:
        server.start()


@contextmanager
def sinks_frozen(at: Bed, life: Life, rng: random.Random) -> Iterator[None]:
    """While broker and database hold their connections and answer nothing any more."""
    with working(at, life, rng):
        for server in at.servers:
            os.kill(server.pid, signal.SIGSTOP)
        time.sleep(rng.uniform(0, _FROZEN_S))
        yield
        for server in at.servers:
            os.kill(server.pid, signal.SIGCONT)


@contextmanager
def backlog_draining(at: Bed, life: Life, rng: random.Random) -> Iterator[None]:
    """While what could not be delivered for a while is delivered."""
    with sinks_down(at, life, rng):
        time.sleep(_BACKLOG_S)
    time.sleep(rng.uniform(0, _BACKLOG_S))
    yield


Moment = Callable[[Bed, Life, random.Random], AbstractContextManager[None]]
MOMENTS: tuple[Moment, ...] = (
    starting,
    working,
    committing,
    sinks_down,
    sinks_frozen,
    backlog_draining,
)


def _work(at: Bed, life: Life, rng: random.Random) -> None:
    life.until_recording(_SAMPLES, len(at.pens))
    until_sessions_go_on(life.recorder)
    until = time.monotonic() + rng.uniform(0, _WORKING_S)
    while time.monotonic() < until:
        life.order(any_order(rng, [pen.serial for pen in at.pens]))
