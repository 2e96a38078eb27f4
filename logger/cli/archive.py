"""``needlelog archive seal``: seal now what the service would seal by itself."""

import time

import click
import msgspec

from logger.archive.round import Round, run_round
from logger.cli.archive_ordering import ordering
from logger.cli.exits import Exit
from logger.cli.invocation import Invocation, pass_invocation


@click.group()
def archive() -> None:
    """Sealed records of sessions."""


@archive.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_invocation
def seal(invocation: Invocation, as_json: bool) -> None:
    """Seal every stopped session that is not sealed as it is now, and unassigned samples.

    Then finish erasures and prune, as the settings say. The recorder does so by itself;
    without one, this does. Exit code 1 if something could not be done.
    """
    done = run_round(
        invocation.data_dir,
        ordering(invocation.data_dir),
        time.time_ns,
        invocation.settings.retention,
    )
    if as_json:
        click.echo(msgspec.json.encode(done).decode())
    else:
        for line in _lines(done):
            click.echo(line)
    click.get_current_context().exit(Exit.FOUND_WRONG if done.failed else Exit.OK)


def _lines(done: Round) -> list[str]:
    lines = [
        f"sealed {one.subject} {one.name}: revision {one.revision}, {one.samples} samples"
        for one in done.sealed
    ]
    lines += [f"NOT DONE {one}" for one in done.failed]
    lines += [f"{done.erased} payloads erased"] if done.erased else []
    lines += [f"{done.pruned} blocks pruned"] if done.pruned else []
    lines += [f"{done.dropped} refused items and damaged files dropped"] if done.dropped else []
    if done.head_position is not None:
        lines.append(f"head signed at position {done.head_position}")
    return lines or ["nothing to seal"]
