"""``needlelog demo``: everything at once, with simulated pens and no configuration."""

import contextlib
import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.live import Live

from drivers.simulator.script import SHORT_LEGS
from logger.cli.session_views import summary_lines
from logger.command_socket import send_order
from logger.demo.accounts import is_fresh, sign_in_lines
from logger.demo.conductor import Conductor
from logger.demo.parts import Demo, running_parts
from logger.demo.screen import live_view, plain_line
from logger.demo.visits import PENS
from logger.journal.reader import JournalReader
from logger.session.clock_account import clock_account
from logger.session.store import load_sessions
from logger.session.true_clock import readings_of

STEP_S = 0.25


@click.command()
@click.option("--duration", type=click.FloatRange(min=1), metavar="SECONDS", help="Then it ends.")
@click.option(
    "--dir",
    "data_dir",
    type=click.Path(path_type=Path, file_okay=False),
    default="demo-data",
    show_default=True,
    help="Where the demo's journal lies.",
)
@click.option("--seed", default=1, show_default=True, help="Another seed, another session.")
def demo(duration: float | None, data_dir: Path, seed: int) -> None:
    """Record a scripted session with a simulated pen, beside an archive of earlier ones.

    Simulated pens, broker, recorder and console are started on this machine only; no server
    and no configuration is needed. The address of the console and how to sign in are printed.
    Ends with Ctrl-C, or after --duration seconds.
    """
    # Told to stop in another way than by Ctrl-C, it leaves no part behind either.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if is_fresh(data_dir):
        click.echo("An archive of simulated sessions is made, this once: some seconds ...")
    with running_parts(data_dir, seed, time.time()) as parts:
        where = sign_in_lines(parts.data_dir, parts.address)
        click.echo("\n".join(where))
        order = partial(send_order, parts.data_dir)
        conductor = Conductor(order, PENS[0], SHORT_LEGS, time.monotonic)
        with contextlib.suppress(KeyboardInterrupt):
            _watch(parts, conductor, where, duration)
        parts.check()
        conductor.stop()
    _tell(parts, conductor.session)


def _watch(
    parts: Demo, conductor: Conductor, where: Sequence[str], duration_s: float | None
) -> None:
    live = Live(live_view(None, where), console=Console(), auto_refresh=False, screen=True)
    on_screen = sys.stdout.isatty()
    with live if on_screen else contextlib.nullcontext():
        told_s, shown_s = 0.0, None
        while duration_s is None or shown_s is None or time.monotonic() - shown_s < duration_s:
            parts.check()
            status = conductor.status()
            if status is not None:
                shown_s = shown_s or time.monotonic()
                conductor.step(status)
            if on_screen:
                live.update(live_view(status, where), refresh=True)
            elif time.monotonic() - told_s >= 1:
                told_s = time.monotonic()
                click.echo(plain_line(status))
            time.sleep(STEP_S)


def _tell(parts: Demo, session_id: str | None) -> None:
    session = load_sessions(parts.data_dir).session(session_id) if session_id else None
    if session is not None:
        with JournalReader(parts.data_dir) as reader:
            clocks = clock_account(session, list(readings_of(reader)))
        for line in summary_lines(session, clocks):
            click.echo(line)
    program, data_dir = _shortest(Path(sys.argv[0])), _shortest(parts.data_dir)
    click.echo(
        f"""
The journal is {data_dir / "journal.db"}; all else is made from it. Try next:
  {program} --data-dir {data_dir} session list
  {program} --data-dir {data_dir} session show {session_id or "ID"} --json
  {program} --data-dir {data_dir} session export {session_id or "ID"} --out samples.csv
  {program} --data-dir {data_dir} verify
  {program} simulate --help      a pen on a PTY, with faults on request
A real pen, broker and database: see README.md."""
    )


def _shortest(path: Path) -> Path:
    """Return ``path`` as one would type it here."""
    path = path.absolute()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
