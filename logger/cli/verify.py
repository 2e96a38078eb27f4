"""``needlelog verify`` says whether the journal is whole."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from logger.cli.exits import Exit
from logger.cli.invocation import Invocation, pass_invocation
from logger.journal.verify import VerifyResult, verify


def verify_command(path: Path, as_json: bool) -> Exit:
    """Check the journal at ``path``, print what was found, return the exit code.

    ConfigError if there is no journal.
    """
    result = verify(path)
    if as_json:
        click.echo(json.dumps({"good": result.good, **asdict(result)}))
    else:
        click.echo(_told(result))
    return Exit.OK if result.good else Exit.FOUND_WRONG


def _told(result: VerifyResult) -> str:
    lines = [
        f"journal {result.journal}",
        f"{result.entries} entries are good ({result.pruned} without payload, "
        f"{result.unknown_kinds} of kinds not known here)",
        f"head: position {result.head_position}, {result.head_hash}",
    ]
    if not result.good:
        lines.append(f"BAD at position {result.bad_position}: {result.problem}")
    return "\n".join(lines)


@click.command("verify")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_invocation
def verify_cli(invocation: Invocation, path: Path | None, as_json: bool) -> None:
    """Check the journal's chain and name the first bad position.

    PATH is a data directory or a journal file; without it, the data directory of the
    settings. Exit code 0: all is well; 1: something is wrong.
    """
    code = verify_command(path or invocation.data_dir, as_json)
    click.get_current_context().exit(code)
