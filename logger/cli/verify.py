"""``needlelog verify`` says whether the journal is whole."""

import json
from dataclasses import asdict
from pathlib import Path

import click
import msgspec

from logger.cli.exits import Exit
from logger.cli.invocation import Invocation, pass_invocation
from logger.journal.verify import VerifyResult
from logger.journal.verify_succession import FileResult, SuccessionResult, verify_succession


def verify_command(path: Path, as_json: bool) -> Exit:
    """Check the journal at ``path`` and all before it, print what was found, return the exit code.

    ConfigError if there is no journal.
    """
    found = verify_succession(path)
    if as_json:
        click.echo(json.dumps(_as_json(found)))
    else:
        for line in _lines(found):
            click.echo(line)
    return Exit.OK if found.good else Exit.FOUND_WRONG


def _as_json(found: SuccessionResult) -> dict[str, object]:
    """Return the journal in use at the top, and the files before it under ``earlier``."""
    return {
        "good": found.good,
        **asdict(found.current),
        "earlier": [_file_as_json(file) for file in found.files[:-1]],
        "missing": found.missing,
        "unrecovered": found.unrecovered,
    }


def _file_as_json(file: FileResult) -> dict[str, object]:
    told = {"file": file.file, "good": file.good, "link_problem": file.link_problem}
    recovered = msgspec.to_builtins(file.recovered) if file.recovered else None
    return {**told, **asdict(file.result), "recovered": recovered}


def _lines(found: SuccessionResult) -> list[str]:
    lines = [line for file in found.files[:-1] for line in _earlier_lines(file)]
    lines += _result_lines(found.current)
    for name in found.unrecovered:
        lines.append(f"NOT RECOVERED {name}: it was damaged and set aside; run `needlelog recover`")
    return lines


def _earlier_lines(file: FileResult) -> list[str]:
    lines = [f"recovered file {file.file}", *_result_lines(file.result)]
    if file.recovered is not None:
        lines += missing_lines(file.recovered.holes, file.recovered.lost_payloads)
    if file.link_problem:
        lines.append(f"BAD: {file.link_problem}")
    return lines


def missing_lines(holes: tuple[tuple[int, int], ...], payloads: tuple[int, ...]) -> list[str]:
    """Return what a recovered file lacks, for a person."""
    lines = [
        f"MISSING positions {first} to {last}" if last > first else f"MISSING position {first}"
        for first, last in holes
    ]
    if payloads:
        lines.append(f"MISSING the payloads of {len(payloads)} entries, the first {payloads[0]}")
    return lines


def _result_lines(result: VerifyResult) -> list[str]:
    lines = [
        f"journal {result.journal}",
        f"{result.entries} entries are good ({result.pruned} without payload, "
        f"{result.unknown_kinds} of kinds not known here)",
        f"head: position {result.head_position}, {result.head_hash or 'missing'}",
    ]
    if not result.good:
        lines.append(f"BAD at position {result.bad_position}: {result.problem}")
    return lines


@click.command("verify")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_invocation
def verify_cli(invocation: Invocation, path: Path | None, as_json: bool) -> None:
    """Check the journal's chain and name the first bad position.

    PATH is a data directory or a journal file; without it, the data directory of the
    settings. A directory is checked with all that was recovered of files that were set
    aside. Exit code 0: all is well; 1: something is wrong, or a file set aside is not
    recovered yet.
    """
    code = verify_command(path or invocation.data_dir, as_json)
    click.get_current_context().exit(code)
