"""``needlelog pen``: where each of its commands stands."""

import click

from logger.cli.lazy import LazyGroup

COMMANDS = {
    "check": "logger.cli.pen_profiles:check",
    "check-gauge": "logger.cli.pen_gauge:check_gauge",
    "list": "logger.cli.pen_profiles:list_",
    "replay": "logger.cli.pen_listening:replay",
    "sniff": "logger.cli.pen_listening:sniff",
}


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def pen() -> None:
    """Write a pen's profile, test it, look at what the pen says; check its depth with a gauge."""
