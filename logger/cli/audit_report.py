"""``needlelog audit report``: what an auditor asks of a period, as a PDF."""

import time
from pathlib import Path

import click

from logger.archive.report.audit import audit, audit_report
from logger.archive.report.audit_reading import Period
from logger.archive.report.press import PAPERS
from logger.archive.report.wording import Wording
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.priority import giving_way
from logger.cli.report_file import report_options, write_report
from logger.errors import ConfigError
from logger.session.asked_times import since_unix_ns, until_unix_ns


@click.command()
@click.option("--since", required=True, metavar="TIME", help="From then on: ISO date or time.")
@click.option("--until", metavar="TIME", help="Before; a date is that whole day; else now.")
@report_options
@pass_invocation
@giving_way
def report(
    invocation: Invocation,
    since: str,
    until: str | None,
    paper: str,
    language: str,
    out: Path | None,
) -> None:
    """Print a period: settings used, deviations, unassigned time, amendments, verification."""
    period = Period(
        since_unix_ns("--since", since) or 0, until_unix_ns("--until", until) or time.time_ns()
    )
    if period.since_unix_ns >= period.until_unix_ns:
        raise ConfigError(f"--since {since}", "is not before --until", "Give an earlier time")
    pdf = audit_report(
        audit(invocation.data_dir, period), invocation.site, PAPERS[paper], Wording(language)
    )
    write_report(pdf, out or Path(f"audit-{since[:10]}.pdf"))
