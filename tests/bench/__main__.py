"""``python -m tests.bench``: measures needlelog and prints what it found."""

import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

import click
from rich.console import Console as Terminal

from tests.bench import (
    archive,
    beside,
    bundling,
    console,
    cost,
    durability,
    first_sample,
    latency,
    memory,
    reporting,
    sealing,
    session_page,
    throughput,
    watching,
)
from tests.bench.bed import Timing
from tests.bench.children import BenchFailed
from tests.support.report import Row, failed, print_table, write_json

_SERVERS = ("mosquitto", "victoria-metrics")
_TABLE_WIDTH = 130


@dataclass(frozen=True, slots=True)
class Effort:
    """How long is measured and how often."""

    window: Timing
    repeats: int
    hour: Timing
    simulated_s: float
    starts: int
    commits: int
    hours: int


FULL = Effort(Timing(2, 10), 3, Timing(2, 288), 7200, 5, 1000, 10)
QUICK = Effort(Timing(1, 4), 1, Timing(1, 20), 600, 3, 200, 3)

MEASURES: dict[str, Callable[[Effort], list[Row]]] = {
    "1x100": lambda effort: cost.measure(cost.CASES["1x100"], effort.window, effort.repeats),
    "8x100": lambda effort: cost.measure(cost.CASES["8x100"], effort.window, effort.repeats),
    "8x1000": lambda effort: cost.measure(cost.CASES["8x1000"], effort.window, effort.repeats),
    "latency": lambda effort: [latency.measure(it, effort.window) for it in latency.PROMISES],
    "throughput": lambda effort: throughput.measure(effort.window),
    "memory": lambda effort: [memory.measure(effort.hour, effort.simulated_s)],
    "durability": lambda effort: [durability.measure(effort.commits)],
    "look-back": lambda effort: archive.measure(archive.SESSIONS, effort.starts),
    "console": lambda effort: console.measure(archive.SESSIONS, effort.starts),
    "seal": lambda effort: [sealing.measure(effort.repeats)],
    "report": lambda effort: [reporting.measure(effort.repeats)],
    "session-page": lambda effort: session_page.measure(effort.repeats),
    "round": lambda effort: [beside.measure_round(effort.repeats)],
    "beside": lambda effort: [beside.measure_latency(effort.hours, effort.window)],
    "bundle": lambda effort: bundling.measure(archive.SESSIONS, effort.repeats),
    "live": lambda effort: watching.measure(effort.window),
    "first-sample": lambda effort: [first_sample.measure(effort.starts)],
}


@click.command()
@click.option("--quick", is_flag=True, help="Short windows, one repeat: 3 minutes, less exact.")
@click.option("--only", multiple=True, type=click.Choice(list(MEASURES)), help="May be repeated.")
@click.option("--json", "report", type=click.Path(path_type=Path), default=Path("bench.json"))
def main(quick: bool, only: Sequence[str], report: Path) -> None:
    """Measure needlelog; docs/benchmark.md says what and how.

    Exit code 1 if something could not be measured, not if a target was missed.
    """
    absent = [name for name in _SERVERS if shutil.which(name) is None]
    if absent:
        raise click.ClickException(f"missing: {', '.join(absent)}. Run `make servers`")
    # Ends the measurement in order, so that no process is left behind.
    signal.signal(signal.SIGTERM, _stop)
    effort = QUICK if quick else FULL
    names = list(only) or list(MEASURES)
    rows = [row for name in names for row in _measured(name, effort)]
    print_table(rows, Terminal(width=_TABLE_WIDTH))
    write_json(report, rows, {"quick": quick, "measures": names, "effort": asdict(effort)})
    click.echo(f"written to {report}")
    sys.exit(any(row.figure.startswith("not measured") for row in rows))


def _measured(name: str, effort: Effort) -> list[Row]:
    started_s = time.monotonic()
    try:
        rows = MEASURES[name](effort)
    except (BenchFailed, RuntimeError) as error:
        rows = [failed(name, str(error))]
    click.echo(f"{name}: {time.monotonic() - started_s:.0f} s", err=True)
    return rows


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
