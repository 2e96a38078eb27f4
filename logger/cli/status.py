"""``needlelog status``: link, last sample, saved up to, backlogs."""

import json

import click
import msgspec

from logger.cli.invocation import Invocation, pass_invocation
from logger.command_socket import send_order
from logger.status import Status
from logger.status_text import status_lines


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@pass_invocation
def status(invocation: Invocation, as_json: bool) -> None:
    """Show how the running recorder is doing. Exit code 4 if none is running."""
    answer = send_order(invocation.data_dir, "status", {})
    if as_json:
        click.echo(json.dumps(answer))
        return
    for line in status_lines(msgspec.convert(answer, Status)):
        click.echo(line)
