"""``needlelog session report``: one session as a PDF to file."""

from pathlib import Path

import click

from logger.archive.report.overview import Beside
from logger.archive.report.press import PAPERS
from logger.archive.report.session import Known, read_known, session_report
from logger.archive.report.wording import Wording
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.report_file import report_options, write_report
from logger.errors import CommandRefused
from logger.journal.reader import JournalReader
from logger.session.store import Sessions, load_sessions


@click.command()
@click.argument("session_id")
@report_options
@pass_invocation
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


def known_of(sessions: Sessions, reader: JournalReader, session_id: str) -> Known:
    """Return what a report says of a session; CommandRefused if it is not there."""
    found = sessions.session(session_id)
    if found is None:
        raise CommandRefused(f"there is no session {session_id}", "See `needlelog session list`")
    if not reader.reaches_back_to(found.started_position):
        raise CommandRefused(
            f"samples of session {session_id} lie in a journal file that was set aside",
            "Bring them back with `needlelog recover`",
        )
    # Sessions that came later do not count: the print of a record that stays stays the same.
    series = next((one for one in sessions.series(found.client) if one.session == found.id), None)
    return read_known(reader, found, Beside(sessions.cartridge_flags(found), series))
