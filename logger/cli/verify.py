"""``needlelog verify`` says whether journal, archive or a bundle are what was recorded."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from logger.archive.outside import Outside, read_outside
from logger.cli.exits import Exit
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.priority import giving_way
from logger.cli.verify_views import (
    archive_lines,
    bundle_lines,
    journal_as_json,
    journal_lines,
)

_BUNDLE = ".zip"


@click.command("verify")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--head", metavar="FILE|HEX", help="A head that was kept elsewhere.")
@click.option("--key-fingerprint", metavar="SHA256:...", help="As it was noted elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_invocation
@giving_way
def verify_cli(
    invocation: Invocation,
    path: Path | None,
    head: str | None,
    key_fingerprint: str | None,
    as_json: bool,
) -> None:
    """Check the journal's chain, all seals, heads and sealed files; or a bundle.

    PATH is a data directory, a journal file or a bundle (FILE.zip); without it, the data
    directory of the settings. Without a head or fingerprint from outside, what is found
    consistent may still be made up as a whole. Exit code 0: nothing is wrong; 1: something
    is, or a file set aside is not recovered yet.
    """
    outside = read_outside(head, key_fingerprint)
    place = path or invocation.data_dir
    check = verify_bundle if place.suffix == _BUNDLE and not place.is_dir() else verify_place
    click.get_current_context().exit(check(place, outside, as_json))


def verify_bundle(path: Path, outside: Outside, as_json: bool) -> Exit:
    """Check a bundle, print what was found, return the exit code."""
    from logger.archive.bundle.checking import check_bundle  # noqa: PLC0415 - loads slowly

    found = check_bundle(path, outside)
    if as_json:
        click.echo(json.dumps({"good": found.good, **asdict(found)}))
    else:
        for line in bundle_lines(found):
            click.echo(line)
    return Exit.OK if found.good else Exit.FOUND_WRONG


def verify_place(place: Path, outside: Outside, as_json: bool) -> Exit:
    """Check a data directory or journal file, print what was found, return the exit code.

    ConfigError if there is no journal.
    """
    from logger.archive.verification.record import verify_record  # noqa: PLC0415 - loads slowly

    progress = _Progress(shown=not as_json and sys.stderr.isatty())
    found = verify_record(place, outside, progress)
    progress.end()
    if as_json:
        told = {
            **journal_as_json(found.journal),
            "archive": asdict(found.archive),
            "good": found.good,
        }
        click.echo(json.dumps(told))
    else:
        for line in (*journal_lines(found.journal), *archive_lines(found.archive, found.good)):
            click.echo(line)
    return Exit.OK if found.good else Exit.FOUND_WRONG


class _Progress:
    """Shows how far a check has come, on one line of the terminal."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown

    def __call__(self, what: str, done: int, last: int) -> None:
        if self._shown:
            click.echo(f"\r\033[K{what}: {done} of {last}", err=True, nl=False)

    def end(self) -> None:
        """Wipe the line."""
        if self._shown:
            click.echo("\r\033[K", err=True, nl=False)
