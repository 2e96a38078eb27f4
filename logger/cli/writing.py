"""Text that is too long to hold, to a file or to standard output."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from logger.errors import SinkUnavailable


def write_texts(texts: Iterable[str], out: Path | None) -> None:
    """Write all ``texts`` to ``out``, else to stdout; SinkUnavailable if it cannot be written.

    Line ends stay as they are.
    """
    if out is None:
        for text in texts:
            sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            file.writelines(texts)
    except OSError as error:
        raise cannot_write(out, error) from error
    click.echo(f"written to {out}", err=True)


def cannot_write(out: Path, error: OSError) -> SinkUnavailable:
    """Return the error that names ``out`` and what hindered."""
    return SinkUnavailable(f"{out} cannot be written: {error.strerror or error}")
