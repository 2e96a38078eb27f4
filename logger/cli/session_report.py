"""``needlelog session report``: one session as a PDF to file."""

from pathlib import Path

import click

from logger.archive.report.press import PAPERS
from logger.archive.report.reading import known_of
from logger.archive.report.session import session_report
from logger.archive.report.wording import Wording
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.priority import giving_way
from logger.cli.report_file import report_options, write_report
from logger.journal.reader import JournalReader
from logger.session.store import load_sessions


@click.command()
@click.argument("session_id")
@report_options
@pass_invocation
@giving_way
def report(
    invocation: Invocation, session_id: str, paper: str, language: str, out: Path | None
) -> None:
    """Print a session: who, where, how deep and how fast, what is missing, who signed."""
    with (
        load_sessions(invocation.data_dir) as sessions,
        JournalReader(invocation.data_dir) as reader,
    ):
        known = known_of(sessions, reader, session_id)
    pdf = session_report(known, invocation.site, PAPERS[paper], Wording(language))
    write_report(pdf, out or Path(f"{session_id}.pdf"))
