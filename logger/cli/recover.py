"""``needlelog recover`` brings back what can be read of damaged journal files."""

import json
from pathlib import Path

import click
import msgspec

from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.verify_views import missing_lines
from logger.errors import CommandRefused, ConfigError, JournalError, SinkUnavailable
from logger.journal.damage import tell_damage
from logger.journal.files import JOURNAL_FILE
from logger.journal.lock import InstanceLock
from logger.journal.recovered import Recovered
from logger.journal.recovering import recover, recover_all
from logger.journal.verify import verify
from logger.session.store import open_sessions


@click.command("recover")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--set-aside",
    is_flag=True,
    help="Have the next start set the journal in use aside, if it is damaged.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_invocation
def recover_cli(invocation: Invocation, file: Path | None, set_aside: bool, as_json: bool) -> None:
    """Bring back every readable entry of damaged journal files.

    FILE is a file that was set aside; without it, all that were in the data directory of
    the settings. What can be read is written into a file beside it, entries as they were,
    and counts as the journal's own past from then on. A recorder may run meanwhile.
    """
    if set_aside:
        _ask_to_set_aside(invocation.data_dir)
        return
    if file is not None and file.name == JOURNAL_FILE:
        raise CommandRefused(
            f"{file} is a journal in use",
            "A start sets it aside if it is damaged; then call `needlelog recover`",
        )
    try:
        found = [recover(file)] if file is not None else recover_all(invocation.data_dir)
    except OSError as error:
        raise _cannot_be_used(file or invocation.data_dir, error) from error
    fresh = False if file is not None or not found else _sessions_are_fresh(invocation.data_dir)
    if as_json:
        files = [msgspec.to_builtins(one) | {"missing": one.missing} for one in found]
        click.echo(json.dumps({"recovered": files, "sessions_up_to_date": fresh}))
        return
    for line in _lines(found, fresh, file is None):
        click.echo(line)


def _ask_to_set_aside(data_dir: Path) -> None:
    """Leave word for the next start; CommandRefused where the file is whole."""
    try:
        result = verify(data_dir)
    except JournalError as error:
        problem = str(error)
    else:
        problem = "" if result.good else f"position {result.bad_position}: {result.problem}"
    if not problem:
        raise CommandRefused("the journal in use is whole", "There is nothing to set aside")
    try:
        tell_damage(data_dir, problem)
    except OSError as error:
        raise _cannot_be_used(data_dir, error) from error
    click.echo(f"the next start of `needlelog run` sets the journal aside ({problem})")


def _sessions_are_fresh(data_dir: Path) -> bool:
    """Bring the sessions up to date, unless a recorder runs; its next start does it then."""
    try:
        with InstanceLock.take(data_dir):
            store, _ = open_sessions(data_dir)
            store.close()
    except (CommandRefused, ConfigError, JournalError, SinkUnavailable, OSError):
        return False
    return True


def _cannot_be_used(place: Path, error: OSError) -> ConfigError:
    return ConfigError(
        str(place),
        f"this cannot be used: {error.strerror}",
        "Name the data directory, and run as the user of the service",
    )


def _lines(found: list[Recovered], fresh: bool, all_of_them: bool) -> list[str]:
    if not found:
        return ["no file was set aside here: there is nothing to recover"]
    lines = [line for one in found for line in _file_lines(one)]
    if all_of_them and not fresh:
        lines.append("sessions take it in when `needlelog run` starts next")
    return lines


def _file_lines(one: Recovered) -> list[str]:
    lines = [
        f"{one.source}: {one.entries} entries of journal {one.journal[:8]} brought back, "
        f"{one.missing} missing, in {one.file}",
        *(f"  {line}" for line in missing_lines(one.holes, one.lost_payloads)),
    ]
    if one.quarantined:
        lines.append(f"  {one.quarantined} items in quarantine, kept in that file")
    for sink, position in sorted(one.cursors.items()):
        if position < one.last:
            lines.append(
                f"  {sink} had come to position {position}; the rest goes there with: "
                f"needlelog queue replay {sink} --since {position + 1}"
            )
    return lines
