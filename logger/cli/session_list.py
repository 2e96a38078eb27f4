"""``needlelog session list``: the sessions that are wanted, newest first."""

import json
from collections.abc import Sequence

import click
import msgspec

from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.search_options import search_options
from logger.cli.time_texts import time_text
from logger.session.index import SessionFilter
from logger.session.search import search_sessions
from logger.session.summary import SessionSummary


@click.command("list")
@search_options
@click.option("--limit", default=50, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@pass_invocation
def list_(invocation: Invocation, limit: int, as_json: bool, wanted: SessionFilter) -> None:
    """List sessions, newest first: all, or those that are everything that is asked for."""
    rows = search_sessions(invocation.data_dir, wanted, limit)
    if as_json:
        click.echo(json.dumps({"sessions": msgspec.to_builtins(rows)}))
        return
    if not rows:
        asked = wanted != SessionFilter()
        click.echo("no session is so" if asked else "no session was recorded yet")
        return
    for line in table_lines(rows):
        click.echo(line)


def table_lines(rows: Sequence[SessionSummary]) -> list[str]:
    """Return the list, a line a session under a header."""
    header = f"{'session':<15} {'started (local time)':<20} {'pen':<16} {'client':<14} state"
    return [header, *(_table_line(row) for row in rows)]


def _table_line(row: SessionSummary) -> str:
    mark = " SIMULATED" if row.simulated else ""
    started = time_text(row.started_unix_ns)
    return f"{row.id:<15} {started:<20} {row.pen:<16} {row.client:<14} {row.state}{mark}"
