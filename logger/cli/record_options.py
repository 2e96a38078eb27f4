"""Options that the commands about a session's record share, and what becomes of their orders."""

import json

import click

from logger.accounts import authenticate
from logger.cli.invocation import Invocation
from logger.cli.ordering import carry_out
from logger.cli.password_options import Passwords
from logger.session.orders import By
from logger.session.record_orders import AnyRecordOrder

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object.")
account_option = click.option(
    "--account", required=True, metavar="ID", help="Your account; you sign in for it."
)
reason_option = click.option("--reason", required=True, help="Why; it stays on record.")


def signed_in(invocation: Invocation, account: str, passwords: Passwords) -> By:
    """Return the account once its password was given; CommandRefused if it is wrong."""
    found = authenticate(invocation.data_dir, account, passwords.ask(account))
    return By(id=found.id, name=found.name, role=found.role)


def carry_out_record(invocation: Invocation, order: AnyRecordOrder, as_json: bool) -> None:
    """Carry out ``order`` and say what was done."""
    result = carry_out(invocation, order)
    if as_json:
        click.echo(json.dumps(result))
    else:
        into = f" into {result['into']}" if "into" in result else ""
        click.echo(f"{result['session']}: {result['done']}{into} (position {result['position']})")
