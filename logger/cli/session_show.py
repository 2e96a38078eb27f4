"""``needlelog session show``: one session, as text or JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import click

from logger.cli.cartridge_views import cartridge_lines
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.record_views import record_lines
from logger.cli.session_views import as_json_value, summary_lines
from logger.errors import CommandRefused
from logger.journal.reader import JournalReader
from logger.session.cartridge_flags import CartridgeFlag
from logger.session.clock_account import ClockAccount, clock_account
from logger.session.density import nominal_densities
from logger.session.model import Session
from logger.session.state_hash import state_hash
from logger.session.store import load_sessions
from logger.session.true_clock import readings_of


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that is shown of a session."""

    session: Session
    clocks: ClockAccount
    flags: Sequence[CartridgeFlag]

    def lines(self) -> list[str]:
        """Return it as text."""
        return [
            *summary_lines(self.session, self.clocks),
            *cartridge_lines(self.session, self.flags),
            *record_lines(self.session),
        ]


def page_of(invocation: Invocation, session_id: str) -> Page:
    """Return the page of a session; CommandRefused if there is none."""
    with load_sessions(invocation.data_dir) as sessions:
        found = sessions.session(session_id)
        if found is None:
            raise CommandRefused(
                f"there is no session {session_id}", "See `needlelog session list`"
            )
        flags = sessions.cartridge_flags(found)
    with JournalReader(invocation.data_dir) as reader:
        clocks = clock_account(found, list(readings_of(reader)))
    return Page(found, clocks, flags)


@click.command()
@click.argument("session_id")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@pass_invocation
def show(invocation: Invocation, session_id: str, as_json: bool) -> None:
    """Show one session: segments, statistics, deviations, gaps."""
    page = page_of(invocation, session_id)
    if as_json:
        more = {
            "clocks": as_json_value(page.clocks),
            "cartridge_flags": [as_json_value(flag) for flag in page.flags],
            "nominal_densities": [as_json_value(one) for one in nominal_densities(page.session)],
            "state_hash": state_hash(page.session),
        }
        click.echo(json.dumps({**as_json_value(page.session), **more}))
        return
    for line in page.lines():
        click.echo(line)
