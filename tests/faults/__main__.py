"""``python -m tests.faults``: runs the fault laboratories in their long form."""

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from logger.errors import NeedlelogError
from tests.bench.children import BenchFailed
from tests.faults import (
    clock,
    corruption,
    crash,
    drain,
    erasure,
    forgetting,
    full_disk,
    fuzz,
    link,
    nth_failure,
    overload,
    power_cut,
    seal_calls,
    signals,
    sinks,
    stateful,
    tampering,
)
from tests.support.report import Row, failed, print_table, write_json

_TABLE_WIDTH = 130

Laboratory = Callable[[Path, int], list[Row]]
"""Works in an empty directory, from a seed; a row whose target is missed has ``met`` False."""

LABORATORIES: dict[str, Laboratory] = {
    "disk": full_disk.rows,
    "crash": crash.rows,
    "seal": seal_calls.rows,
    "erasure": erasure.rows,
    "power-cut": power_cut.rows,
    "nth-failure": nth_failure.rows,
    "signals": signals.rows,
    "overload": overload.rows,
    "link": link.rows,
    "clock": clock.rows,
    "fuzz": fuzz.rows,
    "stateful": stateful.rows,
    "corruption": corruption.rows,
    "sinks": sinks.rows,
    "forgetting": forgetting.rows,
    "backlog": drain.rows,
    "tampering": tampering.rows,
}


@click.command()
@click.option("--only", multiple=True, type=click.Choice(list(LABORATORIES)), help="Repeatable.")
@click.option("--seed", default=1, show_default=True, help="The same seed, the same faults.")
@click.option("--json", "report", type=click.Path(path_type=Path), default=Path("faults.json"))
def main(only: Sequence[str], seed: int, report: Path) -> None:
    """Run the fault laboratories; docs/faults.md says what each does.

    Exit code 1 if a promise did not hold or could not be tried.
    """
    # A shell ignores SIGINT for what it starts behind it, and that would be inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Ends a laboratory in order, so that no process is left behind.
    signal.signal(signal.SIGTERM, _stop)
    names = list(only) or list(LABORATORIES)
    rows = [row for name in names for row in _rows(name, seed)]
    print_table(rows, Console(width=_TABLE_WIDTH))
    write_json(report, rows, {"seed": seed, "laboratories": names})
    click.echo(f"written to {report}")
    sys.exit(any(row.met is False for row in rows))


def _rows(name: str, seed: int) -> list[Row]:
    started_s = time.monotonic()
    place = Path(tempfile.mkdtemp(prefix=f"needlelog-faults-{name}-"))
    try:
        rows = LABORATORIES[name](place, seed)
    except (AssertionError, OSError, RuntimeError, NeedlelogError, BenchFailed) as error:
        click.echo(f"{name}: what it left lies in {place}", err=True)
        return [failed(name, str(error))]
    shutil.rmtree(place, ignore_errors=True)
    click.echo(f"{name}: {time.monotonic() - started_s:.0f} s", err=True)
    return rows


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
