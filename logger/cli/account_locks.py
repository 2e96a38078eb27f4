"""``needlelog account`` factor and unlock: help for somebody who cannot sign in."""

import json

import click

from logger.accounts.checks import check_permitted, open_account
from logger.accounts.locks import forgive
from logger.accounts.orders import SwitchSecondFactor, UnlockAccount
from logger.cli.account_ordering import book_of, carry_out, sign_in
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.password_options import Passwords, password_options
from logger.cli.record_options import json_option

_account = click.argument("account_id", metavar="ID")


@click.command()
@_account
@click.option("--off", is_flag=True, help="Switch it off: signing in takes the password alone.")
@click.option("--by", default="", metavar="ID", help="An administrator; else the own account.")
@click.option(
    "--recover",
    is_flag=True,
    help="Nobody can sign in: switch it off as whoever keeps this machine. The journal tells.",
)
@password_options
@json_option
@pass_invocation
def factor(
    invocation: Invocation,
    /,
    account_id: str,
    off: bool,
    by: str,
    recover: bool,
    passwords: Passwords,
    as_json: bool,
) -> None:
    """Tell whether the console asks an account for a second factor, or switch it off.

    It is switched on in the console, where its code can be scanned.
    """
    if by and recover:
        raise click.UsageError("--by and --recover exclude each other")
    book = book_of(invocation)
    found = open_account(account_id, book)
    if not off:
        is_on = bool(found.second_factor)
        told = {"account": found.id, "second_factor": is_on}
        click.echo(json.dumps(told) if as_json else f"{found.id}: {'on' if is_on else 'off'}")
        return
    if not recover:
        by = by or found.id
        if by != found.id:
            check_permitted(by, book)
        sign_in(invocation, by, passwords)
    _say(carry_out(invocation, SwitchSecondFactor(account=found.id, by=by)), as_json)


@click.command()
@_account
@click.option("--by", default="", metavar="ID", help="The administrator who signs in for it.")
@password_options
@json_option
@pass_invocation
def unlock(
    invocation: Invocation, account_id: str, by: str, passwords: Passwords, as_json: bool
) -> None:
    """Let an account sign in again at once after too many wrong passwords or codes."""
    check_permitted(by, book_of(invocation))
    sign_in(invocation, by, passwords)
    result = carry_out(invocation, UnlockAccount(account=account_id, by=by))
    forgive(invocation.data_dir, account_id)
    _say(result, as_json)


def _say(result: dict[str, object], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result))
    else:
        click.echo(f"{result['account']}: {result['done']} (position {result['position']})")
