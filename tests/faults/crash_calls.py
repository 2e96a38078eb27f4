"""The recorder is killed at each of its calls that write, sync, cut or remove a file.

strace injects the signal as a thread begins its Nth call of one kind. Calls on the
journal's write-ahead log and on all other files are counted apart, because the thread that
commits makes those on the log and the main thread nearly all others: so each comes to its
turn. Every life starts from a copy of a data directory as it is after a clean stop, after
a kill, or from none.
"""

import shutil
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import click

from drivers.simulator.pace import Pace
from logger.session.orders import Start, StartSegment, Stop
from tests.faults.accounting import account
from tests.faults.lives import (
    Ended,
    Life,
    Remains,
    assert_sessions_match,
    surely_ended,
    until_sessions_go_on,
)
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.report import Row
from tests.support.simulated import SimulatedPen, simulated_settings

CALLS = ("pwrite64", "fdatasync", "write", "fsync", "ftruncate", "unlink", "rename")
LOG, BESIDES = "journal.db-wal", "all but journal.db-wal"
ABSENT, STOPPED, KILLED = "no data yet", "after a clean stop", "after a kill"
STATES = (STOPPED, KILLED, ABSENT)
AT_ONCE = 2
_BESIDES = (
    ".",
    "needlelog.lock",
    "needlelog.reserve",
    "command.sock",
    "journal.db",
    "journal.db-journal",
    "journal.db-shm",
    "journal.head",
    "journal.new",
    "sessions.db",
    "sessions.db-journal",
    "sessions.db-wal",
    "sessions.db-shm",
)
# A socket cannot be copied.
_NO_SOCKET = shutil.ignore_patterns("command.sock")
_SAMPLES = 20
_PATIENCE_S = 86_400.0
_RATE_HZ = 200.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where to kill: at a kind of call on ``files``, in a life that starts from ``state``."""

    state: str
    files: str
    call: str


@dataclass
class Sweep:
    """What kills at the calls of one state came to; ``doing`` counts what was going on."""

    state: str
    calls: Counter[str] = field(default_factory=Counter)
    doing: Counter[str] = field(default_factory=Counter)


@dataclass
class Bench:
    """A pen that plays on and on, and data directories that each life starts from.

    ``ended`` are those that lives have left. The pen's log runs behind, so their samples
    are accounted for when the pen has stopped.
    """

    place: Path
    pen: SimulatedPen
    ended: list[Path] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def recorder(self, state: str) -> RecorderProcess:
        """Return a recorder, not started, over its own copy of a data directory."""
        directory = self.place / str(next(self._numbers))
        directory.mkdir()
        if state != ABSENT:
            shutil.copytree(self.place / state / "data", directory / "data", ignore=_NO_SOCKET)
        return RecorderProcess(directory, self._settings())

    def _settings(self) -> str:
        # A sweep may take longer than a session waits for its pen by itself.
        patience = {"resume_within_s": _PATIENCE_S, "close_after_s": _PATIENCE_S}
        return settings_text([PenTable(self.pen.link)], recording=patience)

    def prepare(self) -> None:
        """Make the data directories: each with a session that is open."""
        for state in (STOPPED, KILLED):
            directory = self.place / state
            directory.mkdir()
            recorder = RecorderProcess(directory, self._settings())
            with recorder:
                recorder.until_samples(_SAMPLES)
                recorder.order(start_order(self.pen.serial))
                if state == STOPPED:
                    recorder.stop()


@contextmanager
def bench(place: Path, name: str, seed: int) -> Iterator[Bench]:
    """Yield a bench with its data directories prepared."""
    settings = simulated_settings(f"SIM-{name}", rate_hz=_RATE_HZ, seed=seed)
    pen = SimulatedPen(place / "pen", settings)
    found = Bench(place, pen)
    with playing([pen.station], Pace(waits_for_readers=True)):
        found.prepare()
        yield found
    for data_dir in found.ended:
        account([pen.log], [data_dir]).assert_sound()


def rows(place: Path, seed: int) -> list[Row]:
    """Return the rows of the long form: every call, from every state."""
    tasks = [(state, files) for state in STATES for files in (BESIDES, LOG)]

    def one(number: int) -> Sweep:
        state, files = tasks[number]
        found = Sweep(state)
        with bench(place / str(number), f"{seed}-{number}", seed) as at:
            for call in CALLS:
                sweep(at, Place(state, files, call), found)
        return found

    with ThreadPoolExecutor(AT_ONCE) as workers:
        return sweep_rows(list(workers.map(one, range(len(tasks)))))


def sweep(at: Bench, place: Place, found: Sweep) -> None:
    """Kill at every call there, from the first on, until there is none left."""
    for number in count(1):
        doing = kill_at(at, place, number)
        if doing is None:
            break
        found.calls[f"{place.call}, {place.files}"] += 1
        found.doing[doing] += 1
    click.echo(f"crash: {place}: {number - 1} calls", err=True)


def kill_at(at: Bench, place: Place, number: int) -> str | None:
    """Kill at the call of that number and check what is left; None if there was none.

    Returns what was going on.
    """
    recorder = at.recorder(place.state)
    remains, life = Remains(recorder.data_dir), Life(recorder)
    recorder.launch(*injecting(recorder.data_dir, place, f"signal=KILL:when={number}"))
    with surely_ended(recorder):
        with suppress(Ended):
            _work(life, at.pen.serial)
        is_killed = recorder.exit_code == -signal.SIGKILL
        assert is_killed or recorder.exit_code == 0, recorder.log
        remains.inspect(life)
        recover(Life(recorder), remains)
    at.ended.append(recorder.data_dir)
    return life.doing if is_killed else None


def injecting(data_dir: Path, place: Place, what: str, told: Path = Path("/dev/null")) -> list[str]:
    """Return the command under which ``what`` happens at ``place``; ``told`` lists its calls."""
    names = [LOG] if place.files == LOG else list(_BESIDES)
    paths = [part for name in names for part in ("-P", str(data_dir / name))]
    seen = ["-e", f"trace={place.call}", "-e", f"inject={place.call}:{what}"]
    # -D leaves the recorder in the place of the process that was started. --seccomp-bpf
    # would be faster, and counts wrongly together with paths.
    return ["strace", "-D", "-f", "-qqq", "-o", str(told), *paths, *seen]


def _work(life: Life, pen: str) -> None:
    """Stop the session that goes on, make another, and end politely."""
    life.until_recording(_SAMPLES, 1)
    life.order(Stop(pen=pen))
    life.order(start_order(pen))
    life.order(StartSegment(pen=pen, side="right", zone="shin"))
    life.order(Stop(pen=pen))
    life.order(start_order(pen))
    life.doing = "stop of the recorder"
    life.recorder.stop()


def recover(life: Life, remains: Remains) -> None:
    """Start again: all goes on, nothing is lost, and it ends as it should."""
    recorder = life.recorder
    recorder.start()
    recorder.until_samples(_SAMPLES)
    assert not recorder.pen().trouble, recorder.pen().trouble
    until_sessions_go_on(recorder)
    code, _ = recorder.stop()
    assert code == 0, recorder.log
    remains.inspect(life)
    assert_sessions_match(recorder.data_dir)


def sweep_rows(sweeps: Sequence[Sweep]) -> list[Row]:
    """Return a row for each state; that what was left is sound was asserted."""
    return [_row(state, [one for one in sweeps if one.state == state]) for state in STATES]


def _row(state: str, sweeps: Sequence[Sweep]) -> Row:
    calls = sum((one.calls for one in sweeps), Counter[str]())
    doing = sum((one.doing for one in sweeps), Counter[str]())
    return Row(
        f"kill -9 at each write and sync call, {state}",
        f"{calls.total()} calls, 0 losses",
        "0 losses",
        calls.total() > 0,
        {"calls": dict(calls), "killed while": dict(doing)},
    )


def start_order(pen: str) -> Start:
    return Start(pen=pen, client="C-1", practitioner="p", side="left", zone="anterior-thigh")
