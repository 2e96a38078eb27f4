"""``needlelog verify`` says whether journal, archive or a bundle are what was recorded."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from logger.archive.outside import Outside, read_outside
from logger.archive.verification.result import ArchiveResult
from logger.cli.exits import Exit
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.priority import giving_way
from logger.cli.verify_views import (
    archive_lines,
    bundle_lines,
    journal_as_json,
    journal_lines,
)
from logger.errors import JournalError
from logger.journal.verify_succession import verify_succession

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
    progress = _Progress(shown=not as_json and sys.stderr.isatty())
    journal = verify_succession(place, lambda done, last: progress("entries", done, last))
    archive = archive_result(place, outside, progress)
    progress.end()
    good = journal.good and archive.good
    if as_json:
        told = {**journal_as_json(journal), "archive": asdict(archive), "good": good}
        click.echo(json.dumps(told))
    else:
        for line in (*journal_lines(journal), *archive_lines(archive, good)):
            click.echo(line)
    return Exit.OK if good else Exit.FOUND_WRONG


def archive_result(
    place: Path, outside: Outside, progress: Callable[[str, int, int], None]
) -> ArchiveResult:
    """Return what a check of all seals, heads and keys finds, whatever state they are in."""
    from logger.archive.verification.whole import verify_archive  # noqa: PLC0415 - loads slowly

    try:
        return verify_archive(place, outside, progress)
    except JournalError as error:
        return ArchiveResult(problems=(str(error),))


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
