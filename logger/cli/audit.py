"""``needlelog audit``: where each of its commands stands."""

import click

from logger.cli.lazy import LazyGroup

COMMANDS = {
    "export": "logger.cli.audit_export:export",
    "report": "logger.cli.audit_report:report",
}


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def audit() -> None:
    """Write out what an auditor takes home: who did what, and when."""
