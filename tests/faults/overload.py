"""A machine that is too busy, and a recorder that does not run for a while.

What the kernel's buffers could hold is recorded; what they had no room for is missing in
gaps that tell every number. The pens run ahead of everything else, as real ones would.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from drivers.simulator.burst import Fate
from drivers.simulator.log import read_log
from tests.bench.generator import Load, generating
from tests.faults.accounting import Account, account
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.report import Row

PENS = 8
RATE_HZ = 1000.0
BURNERS_A_CORE = 2
NICENESS = 10
STARVED_S = 60.0
STOPS_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
SHORT_STOP_S = 0.2
"""A pen at 1000 Hz fills its buffer of 12 kB and more in over 0.3 s."""
_SETTLED_SAMPLES = 500
_BURN = "while True: pass"


@dataclass(frozen=True, slots=True)
class Overload:
    """What one trial came to: an account of each pen, and how many samples had no room."""

    what: str
    accounts: Sequence[Account]
    no_room: int

    @property
    def missing(self) -> int:
        return sum(one.missing for one in self.accounts)

    @property
    def journaled(self) -> int:
        return sum(one.journaled for one in self.accounts)

    @property
    def lost_of_the_buffer(self) -> int:
        """Samples that the kernel took whole and the journal has not."""
        return sum(one.lost_on_the_line for one in self.accounts)

    @property
    def is_exact(self) -> bool:
        """Whether gaps tell of every missing sample by its number."""
        return all(one.told_missing == one.missing for one in self.accounts)


@contextmanager
def burning(count: int) -> Iterator[None]:
    """Keep as many processors busy, at ordinary priority."""
    with ExitStack() as stack:
        for _ in range(count):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-c", _BURN]))
            stack.callback(process.kill)
        yield


@contextmanager
def recording(place: Path, seed: int, *under: str) -> Iterator[RecorderProcess]:
    """Yield a recorder of fast pens, each of which has given samples; ``under`` starts it."""
    place.mkdir(parents=True)
    with generating(Load(PENS, RATE_HZ, seed=seed), place, "--wait") as generator:
        tables = [PenTable(link) for link in generator.links.values()]
        recorder = RecorderProcess(place, settings_text(tables), under)
        with recorder:
            _settle(recorder)
            yield recorder
            _settle(recorder)
            code, _ = recorder.stop()
            assert code == 0, recorder.log
        generator.end()


def _settle(recorder: RecorderProcess) -> None:
    """Return once each pen gave some more samples: what is missing shows in what follows."""
    before = [pen.samples for pen in recorder.ask().pens]
    for number, samples in enumerate(before):
        recorder.until_samples(samples + _SETTLED_SAMPLES, number)


def starved(place: Path, seed: int, for_s: float) -> Overload:
    """Let a recorder of low priority work beside burners on all cores."""
    niced, burners = ("nice", "-n", str(NICENESS)), BURNERS_A_CORE * (os.cpu_count() or 1)
    with recording(place, seed, *niced) as recorder, burning(burners):
        time.sleep(for_s)
    return _accounted(f"all cores busy for {for_s:g} s", place, recorder)


def stopped(place: Path, seed: int, stops_s: Sequence[float]) -> Overload:
    """Stop and continue the recorder: it does not run at all meanwhile."""
    with recording(place, seed) as recorder:
        for stop_s in stops_s:
            os.kill(recorder.pid, signal.SIGSTOP)
            time.sleep(stop_s)
            os.kill(recorder.pid, signal.SIGCONT)
            _settle(recorder)
    longest = f"{len(stops_s)} stops of up to {max(stops_s):g} s"
    return _accounted(f"recorder held up, {longest}", place, recorder)


def _accounted(what: str, place: Path, recorder: RecorderProcess) -> Overload:
    logs = sorted(place.glob("SIM-*.log"))
    accounts = [account([log], [recorder.data_dir]) for log in logs]
    for one in accounts:
        one.assert_sound()
    no_room = sum(_no_room(log) for log in logs)
    return Overload(what, accounts, no_room)


def _no_room(log: Path) -> int:
    return len(read_log(log).samples(Fate.UNREAD))


def rows(place: Path, seed: int) -> list[Row]:
    """Return the rows of the long form; AssertionError where an account is not sound."""
    return overload_rows(
        [
            starved(place / "starved", seed, STARVED_S),
            stopped(place / "short", seed, (SHORT_STOP_S,) * 20),
            stopped(place / "long", seed, STOPS_S),
        ]
    )


def overload_rows(trials: Sequence[Overload]) -> list[Row]:
    """Return a row for each trial."""
    return [
        Row(
            f"{one.what}, {PENS} pens at {RATE_HZ:g} Hz",
            f"{one.lost_of_the_buffer} lost of the buffer, {one.missing} without room in gaps",
            "0 of the buffer, each in a gap",
            one.lost_of_the_buffer == 0 and one.is_exact,
            {"journaled": one.journaled, "written to no reader or a full buffer": one.no_room},
        )
        for one in trials
    ]
