"""The soak: hours at twice the rate with a fault a minute; ``python -m tests.faults.soak``.

The recorder must live through all of it as one process, so nothing here kills it (the
crash laboratory does): pens are unplugged, frozen, rebooted and disturbed, broker and
database are restarted and stopped in their tracks, the recorder itself is starved.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import click
import numpy as np
from rich.console import Console

from drivers.simulator.pace import Pace
from tests.bench.accounting import resident_bytes
from tests.faults.accounting import Account, account
from tests.support.mosquitto import Mosquitto
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.report import Row, print_table, write_json
from tests.support.server import HOST, ServerProcess
from tests.support.simulated import SimulatedPen, simulated_settings
from tests.support.victoria import Victoria

PENS = 4
RATE_HZ = 200.0
GROWTH_AT_MOST_MB_PER_H = 2.0
WARM_UP = 0.25
"""The share of the time after which memory is judged: until then caches fill."""
JUDGED_FROM_S = 1800
CLOSED_WITHIN_S = 10.0
"""How long a connection that was given up may take to close."""
_FULL_TABLE = 130
_PEN_FAULTS = (
    "unplug:at={at},for={length}",
    "freeze:at={at},for={length}",
    "reboot:at={at},for={length}",
    "noise:at={at},for={length},rate=0.02",
    "lose:at={at},for={length},rate=0.02",
    "half:at={at}",
    "garbage:at={at},for={length},rate=0.05",
    "duplicate:at={at},for={length},rate=0.1",
    "reorder:at={at},for={length},rate=0.1",
)


@dataclass(frozen=True, slots=True)
class Length:
    """How long all lasts, how often a fault strikes and how long it holds."""

    whole_s: float
    fault_every_s: float = 60.0
    fault_s: float = 10.0
    look_every_s: float = 5.0


@dataclass(slots=True)
class Soaked:
    """What was seen: seconds since the start, resident bytes and descriptors, [n] each."""

    times_s: list[float] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    descriptors_before: int = 0
    descriptors_after: int = 0
    behind: int = 0

    def growth_mb_per_h(self) -> float:
        """Return the slope of a line through the memory, the warm-up left out."""
        times_s, resident_mb = np.array(self.times_s), np.array(self.resident) / 1e6
        settled = times_s >= times_s[-1] * WARM_UP
        per_s, _ = np.polyfit(times_s[settled], resident_mb[settled], 1)
        return float(per_s) * 3600


def soak(place: Path, seed: int, length: Length) -> Soaked:
    """Record through the faults that ``seed`` draws, deliver all, and return what was seen."""
    rng, seen = random.Random(seed), Soaked()
    pens = _pens(place, rng, length, seen.faults)
    broker, database = Mosquitto(_made(place / "broker")), Victoria(_made(place / "database"))
    sinks = (
        f'[mqtt]\nhost = "{HOST}"\nport = {broker.port}',
        f'[influx]\nurl = "{database.url}"\nbucket = "soak"',
    )
    tables = [PenTable(pen.link) for pen in pens]
    recorder = RecorderProcess(place, settings_text(tables, *sinks))
    with ExitStack() as running:
        for server in (broker, database):
            server.start()
            running.callback(server.stop)
        running.enter_context(recorder)
        stations = [pen.station for pen in pens]
        with playing(stations, Pace(waits_for_readers=True)):
            recorder.until(lambda: all(p.samples for p in recorder.ask().pens), "samples")
            recorder.until_delivered("mqtt", "influx")
            seen.descriptors_before = _descriptors(recorder.pid)
            _watch(recorder, _service_faults(recorder, broker, database, length), rng, length, seen)
            recorder.until(lambda: all(p.state == "recording" for p in recorder.ask().pens), "pens")
            before = [pen.samples for pen in recorder.ask().pens]
            recorder.until(lambda: _further(recorder, before, 100), "samples after the last fault")
            recorder.until_delivered("mqtt", "influx")
            seen.descriptors_after = _settled(recorder.pid, seen.descriptors_before)
            seen.behind = sum(sink.quarantined for sink in recorder.ask().sinks)
        recorder.stop()
    seen.accounts = [account([pen.log], [recorder.data_dir]) for pen in pens]
    return seen


def rows(seen: Soaked, length: Length) -> list[Row]:
    """Return the figures of a soak with their targets."""
    growth, judged = seen.growth_mb_per_h(), length.whole_s >= JUDGED_FROM_S
    missing = sum(one.unexplained for one in seen.accounts)
    wrong = [offence for one in seen.accounts for offence in one.offences]
    journaled = sum(one.journaled for one in seen.accounts)
    opened = seen.descriptors_after - seen.descriptors_before
    name = f"soak of {length.whole_s / 3600:.2f} h, {PENS} pens at {RATE_HZ:.0f} Hz"
    return [
        Row(f"{name}: faults", str(len(seen.faults)), details={"faults": seen.faults}),
        Row(
            f"{name}: missing without a gap, repeated or out of order",
            f"{missing} of {journaled:,} journaled",
            "none",
            not wrong,
            {"offences": wrong, "accounts": [one.as_dict() for one in seen.accounts]},
        ),
        Row(
            f"{name}: resident memory",
            f"{growth:+.2f} MB/h, {max(seen.resident) / 1e6:.1f} MB at most",
            f"at most {GROWTH_AT_MOST_MB_PER_H:+g} MB/h from half an hour on",
            growth <= GROWTH_AT_MOST_MB_PER_H if judged else None,
            {"times_s": seen.times_s, "resident_bytes": seen.resident},
        ),
        Row(
            f"{name}: descriptors at its end",
            f"{opened:+d}, {max(seen.descriptors)} at most",
            "none more than at its start",
            opened <= 0,
            {"descriptors": seen.descriptors},
        ),
        Row(f"{name}: in quarantine", str(seen.behind), "none", seen.behind == 0),
    ]


def _pens(place: Path, rng: random.Random, length: Length, told: list[str]) -> list[SimulatedPen]:
    """Return pens whose own faults are drawn: one a moment, of one pen, every other moment."""
    faults: list[list[str]] = [[] for _ in range(PENS)]
    moment_s = length.fault_every_s
    while moment_s < length.whole_s - length.fault_s:
        text = rng.choice(_PEN_FAULTS).format(at=f"{moment_s:g}", length=f"{length.fault_s:g}")
        faults[rng.randrange(PENS)].append(text)
        told.append(text)
        moment_s += 2 * length.fault_every_s
    return [
        SimulatedPen(
            place / f"pen-{number}",
            simulated_settings(f"SIM-SOAK-{number}", rate_hz=RATE_HZ, seed=number),
            *faults[number],
        )
        for number in range(PENS)
    ]


def _service_faults(
    recorder: RecorderProcess, broker: ServerProcess, database: ServerProcess, length: Length
) -> Mapping[str, Callable[[], None]]:
    return {
        "the broker restarted": lambda: _restart(broker, length.fault_s),
        "the database restarted": lambda: _restart(database, length.fault_s),
        "the broker frozen": lambda: _freeze(broker.pid, length.fault_s),
        "the database frozen": lambda: _freeze(database.pid, length.fault_s),
        "the recorder starved": lambda: _freeze(recorder.pid, length.fault_s / 5),
    }


def _watch(
    recorder: RecorderProcess,
    faults: Mapping[str, Callable[[], None]],
    rng: random.Random,
    length: Length,
    seen: Soaked,
) -> None:
    """Strike between the pens' own faults, and look at the recorder's resources."""
    started_s = time.monotonic()
    strike_s = 2 * length.fault_every_s
    while (passed_s := time.monotonic() - started_s) < length.whole_s:
        if passed_s >= strike_s and passed_s < length.whole_s - 2 * length.fault_s:
            strike_s += 2 * length.fault_every_s
            name = rng.choice(sorted(faults))
            seen.faults.append(f"{name} at {passed_s:.0f} s")
            faults[name]()
        seen.times_s.append(passed_s)
        seen.resident.append(resident_bytes(recorder.pid))
        seen.descriptors.append(_descriptors(recorder.pid))
        time.sleep(length.look_every_s)


def _restart(server: ServerProcess, away_s: float) -> None:
    server.stop()
    time.sleep(away_s)
    server.start()


def _freeze(pid: int, for_s: float) -> None:
    os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(for_s)
    finally:
        os.kill(pid, signal.SIGCONT)


def _further(recorder: RecorderProcess, before: list[int], by: int) -> bool:
    now = [pen.samples for pen in recorder.ask().pens]
    return all(new >= old + by or new < old for new, old in zip(now, before, strict=True))


def _descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _settled(pid: int, wanted: int) -> int:
    """Return the descriptors once they are as few as ``wanted``, or after a while as they are."""
    until_s = time.monotonic() + CLOSED_WITHIN_S
    while (now := _descriptors(pid)) > wanted and time.monotonic() < until_s:
        time.sleep(0.05)
    return now


def _made(directory: Path) -> Path:
    directory.mkdir()
    return directory


@click.command()
@click.option("--hours", default=1.0, show_default=True, type=click.FloatRange(min=0.01))
@click.option("--seed", default=1, show_default=True, help="The same seed, the same faults.")
@click.option("--json", "report", type=click.Path(path_type=Path), default=Path("soak.json"))
def main(hours: float, seed: int, report: Path) -> None:
    """Soak the recorder. Exit code 1 if a promise did not hold."""
    length = Length(hours * 3600)
    with tempfile.TemporaryDirectory(prefix="needlelog-soak-") as place:
        found = rows(soak(Path(place), seed, length), length)
    print_table(found, Console(width=_FULL_TABLE))
    write_json(report, found, {"hours": hours, "seed": seed})
    sys.exit(any(row.met is False for row in found))


if __name__ == "__main__":
    main()
