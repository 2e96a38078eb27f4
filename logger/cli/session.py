"""``needlelog session``: where each of its commands stands."""

import click

from logger.cli.lazy import LazyGroup

COMMANDS = {
    "amend": "logger.cli.session_record:amend",
    "assign": "logger.cli.session_moving:assign",
    "bundle": "logger.cli.session_bundle:bundle",
    "clinical": "logger.cli.session_clinical:clinical",
    "export": "logger.cli.session_export:export",
    "list": "logger.cli.session_list:list_",
    "merge": "logger.cli.session_moving:merge",
    "note": "logger.cli.session_orders:note",
    "pause": "logger.cli.session_orders:pause",
    "report": "logger.cli.session_report:report",
    "resume": "logger.cli.session_orders:resume",
    "review": "logger.cli.session_record:review",
    "segment": "logger.cli.session_orders:segment",
    "series": "logger.cli.session_series:series",
    "show": "logger.cli.session_show:show",
    "sign": "logger.cli.session_record:sign",
    "split": "logger.cli.session_moving:split",
    "start": "logger.cli.session_orders:start",
    "stop": "logger.cli.session_orders:stop",
    "unassigned": "logger.cli.session_moving:unassigned",
}


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def session() -> None:
    """Start, mark and stop treatment sessions; list, show, amend, sign and export them."""
