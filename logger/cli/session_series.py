"""``needlelog session series``: a client's sessions, and the intervals between them."""

import json

import click

from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.record_options import json_option
from logger.cli.session_views import as_json_value
from logger.cli.time_texts import time_text
from logger.session.series import SeriesItem
from logger.session.store import load_sessions


@click.command()
@click.argument("client", metavar="CLIENT")
@json_option
@pass_invocation
def series(invocation: Invocation, client: str, as_json: bool) -> None:
    """List the sessions of a client in their order, each with the interval since the last."""
    with load_sessions(invocation.data_dir) as sessions:
        items = sessions.series(client)
    if as_json:
        click.echo(json.dumps({"client": client, "series": [as_json_value(one) for one in items]}))
        return
    for item in items:
        click.echo(_line(item))
    if not items:
        click.echo(f"no session of client {client} was recorded")


def _line(item: SeriesItem) -> str:
    interval = "first" if item.interval_days is None else f"after {item.interval_days:.1f} days"
    planned = item.interval_planned_days
    said = "" if planned is None else f" (plan: {planned})"
    due = f", next due {item.next_session_due}" if item.next_session_due else ""
    return (
        f"{item.number}. {item.session}  {time_text(item.started_unix_ns)}  {interval}{said}, "
        f"{', '.join(item.places) or 'nothing'}{due}"
    )
