"""``needlelog session bundle``: one session with all proofs, in one file."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import click

from logger.archive.bundle.making import Printed, write_bundle
from logger.archive.bundle.printing import printed
from logger.archive.report.press import PAPERS
from logger.archive.report.wording import Wording
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.priority import giving_way
from logger.cli.report_file import STDOUT, report_options
from logger.cli.writing import cannot_write
from logger.errors import CommandRefused
from logger.session.model import Session
from logger.session.store import load_sessions


@click.command()
@click.argument("session_id")
@report_options
@pass_invocation
@giving_way
def bundle(
    invocation: Invocation, session_id: str, paper: str, language: str, out: Path | None
) -> None:
    """Write a sealed session with its samples, entries, report and proofs as one zip.

    VERIFY.md in it tells how anyone checks it without needlelog.
    """
    data_dir = invocation.data_dir
    with load_sessions(data_dir) as sessions:
        session = sessions.session(session_id)
    if session is None:
        raise CommandRefused(f"there is no session {session_id}", "See `needlelog session list`")
    words, site = Wording(language), invocation.site
    prints = printed(data_dir, session, site, PAPERS[paper], words)
    _write(data_dir, session, prints, out or Path(f"{session_id}.zip"))


def _write(data_dir: Path, session: Session, prints: Printed, out: Path) -> None:
    """Write the bundle; a file takes its name once it is whole."""
    directory = Path(tempfile.gettempdir()) if out == STDOUT else out.parent
    unfinished = directory / f".{session.id}-{os.getpid()}.unfinished"
    try:
        try:
            write_bundle(data_dir, session, prints, unfinished)
            if out == STDOUT:
                with unfinished.open("rb") as file:
                    shutil.copyfileobj(file, sys.stdout.buffer)
                sys.stdout.flush()
                return
            unfinished.replace(out)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(out, error) from error
    click.echo(f"written to {out}", err=True)
