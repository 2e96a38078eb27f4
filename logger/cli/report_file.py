"""The options of both reports, and the file that one is written to."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from logger.archive.report.press import PAPERS
from logger.archive.report.wording import LANGUAGES
from logger.errors import SinkUnavailable

STDOUT = Path("-")

_OPTIONS = (
    click.option("--paper", type=click.Choice(list(PAPERS)), default="a4", show_default=True),
    click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True),
    click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        help="A file, or - for stdout; else one named after the report, here.",
    ),
)


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` the options of a report: ``paper``, ``language``, ``out``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def write_report(pdf: bytes, out: Path) -> None:
    """Write ``pdf``; SinkUnavailable where that cannot be done."""
    if out == STDOUT:
        sys.stdout.buffer.write(pdf)
        sys.stdout.flush()
        return
    try:
        out.write_bytes(pdf)
    except OSError as error:
        raise SinkUnavailable(f"{out} cannot be written: {error.strerror or error}") from error
    click.echo(f"written to {out}", err=True)
