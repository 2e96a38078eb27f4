"""``needlelog queue``: what a sink has yet to get."""

import json
from datetime import datetime

import click

from logger.cli.invocation import Invocation, pass_invocation
from logger.command_socket import send_order
from logger.errors import ConfigError


@click.group()
def queue() -> None:
    """Look after what sinks have yet to get."""


@queue.command()
@click.argument("sink", metavar="SINK")
@click.option("--since", required=True, metavar="TIME|POSITION", help="ISO time or a position.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@pass_invocation
def replay(invocation: Invocation, sink: str, since: str, as_json: bool) -> None:
    """Deliver again to SINK (mqtt, influx) all that was recorded since a time or position.

    Receivers drop repeats: the database by measurement, tags and time, subscribers by
    journal id and position. A time without zone is local time.
    """
    arguments: dict[str, object] = {"sink": sink}
    if since.isascii() and since.isdigit():
        arguments["position"] = int(since)
    else:
        try:
            arguments["since_unix_ns"] = int(datetime.fromisoformat(since).timestamp() * 1e9)
        except ValueError:
            raise ConfigError(
                f"--since {since}",
                "neither a position nor an ISO time",
                "Write 2026-05-04T09:30, 2026-05-04T09:30+02:00 or 12345",
            ) from None
    answer = send_order(invocation.data_dir, "queue.replay", arguments)
    if as_json:
        click.echo(json.dumps(answer))
    else:
        click.echo(
            f"{sink}: delivering again from position {answer['from_position']} "
            f"to {answer['to_position']}"
        )
