"""``needlelog account``: who may sign and administer."""

import json
from typing import Any

import click

from logger.accounts.checks import check_new, check_permitted, closed_account, open_account
from logger.accounts.model import ROLES, AccountRecord
from logger.accounts.orders import (
    AddAccount,
    AnyAccountOrder,
    ChangePassword,
    ChangeRole,
    CloseAccount,
    Rename,
    ReopenAccount,
)
from logger.cli import account_locks, account_token
from logger.cli.account_ordering import book_of, carry_out, new_credential, sign_in
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.password_options import Passwords, password_options

_json = click.option("--json", "as_json", is_flag=True, help="One JSON object.")
_account = click.argument("account_id", metavar="ID")
_by = click.option(
    "--by", default="", metavar="ID", help="The administrator who orders it, and signs in for it."
)


@click.group()
def account() -> None:
    """Accounts of those who sign, audit and administer; each change is an entry of the journal.

    The first account must be an administrator. From then on an administrator signs in for
    each change, named with --by; only the own password and tokens are changed without one.
    """


account.add_command(account_token.token)
account.add_command(account_locks.factor)
account.add_command(account_locks.unlock)


@account.command()
@_account
@click.option("--name", required=True, help="As signatures shall show it.")
@click.option("--role", required=True, type=click.Choice(ROLES))
@_by
@password_options
@_json
@pass_invocation
def add(
    invocation: Invocation,
    /,
    account_id: str,
    name: str,
    role: str,
    by: str,
    passwords: Passwords,
    as_json: bool,
) -> None:
    """Add an account. Its id, such as dr-7, stands in entries: no name."""
    book = book_of(invocation)
    check_permitted(by, book)
    check_new(account_id, book)
    sign_in(invocation, by, passwords)
    credential = new_credential(invocation, account_id, name, passwords)
    order = AddAccount(account=account_id, name=name, role=role, credential=credential, by=by)
    _carry_out(invocation, order, as_json)


@account.command("list")
@_json
@pass_invocation
def list_(invocation: Invocation, as_json: bool) -> None:
    """List accounts, closed ones too."""
    book = book_of(invocation)
    if as_json:
        rows = [_told(one) for one in book]
        click.echo(json.dumps({"accounts": rows}))
        return
    for one in book:
        mark = "  CLOSED" if one.closed else "  second factor" if one.second_factor else ""
        click.echo(f"{one.id:<32} {one.role:<14} {one.name}{mark}")
    if not list(book):
        click.echo("there is no account yet; `needlelog account add` makes one")


def _told(one: AccountRecord) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "role": one.role,
        "closed": one.closed,
        "second_factor": bool(one.second_factor),
    }


@account.command()
@_account
@click.argument("role", type=click.Choice(ROLES))
@_by
@password_options
@_json
@pass_invocation
def role(
    invocation: Invocation, account_id: str, role: str, by: str, passwords: Passwords, as_json: bool
) -> None:
    """Give an account another role."""
    _carry_out_for(invocation, passwords, ChangeRole(account=account_id, role=role, by=by), as_json)


@account.command()
@_account
@click.argument("name")
@_by
@password_options
@_json
@pass_invocation
def rename(
    invocation: Invocation, account_id: str, name: str, by: str, passwords: Passwords, as_json: bool
) -> None:
    """Give an account another NAME; what it signed keeps the former one."""
    _carry_out_for(invocation, passwords, Rename(account=account_id, name=name, by=by), as_json)


@account.command()
@_account
@_by
@click.option(
    "--recover",
    is_flag=True,
    help="Nobody can sign in: set it as whoever keeps this machine. The journal tells.",
)
@password_options
@_json
@pass_invocation
def password(
    invocation: Invocation,
    account_id: str,
    by: str,
    recover: bool,
    passwords: Passwords,
    as_json: bool,
) -> None:
    """Set a new password: the own one after the present one, or another's as an administrator."""
    if by and recover:
        raise click.UsageError("--by and --recover exclude each other")
    book = book_of(invocation)
    found = open_account(account_id, book)
    if not recover:
        by = by or account_id
        if by != account_id:
            check_permitted(by, book)
        sign_in(invocation, by, passwords)
    credential = new_credential(invocation, found.id, found.name, passwords)
    order = ChangePassword(account=found.id, credential=credential, by=by)
    _carry_out(invocation, order, as_json)


@account.command()
@_account
@_by
@password_options
@_json
@pass_invocation
def close(
    invocation: Invocation, account_id: str, by: str, passwords: Passwords, as_json: bool
) -> None:
    """Close an account; what it did stays, and its id is given to nobody else."""
    _carry_out_for(invocation, passwords, CloseAccount(account=account_id, by=by), as_json)


@account.command()
@_account
@_by
@password_options
@_json
@pass_invocation
def reopen(
    invocation: Invocation, account_id: str, by: str, passwords: Passwords, as_json: bool
) -> None:
    """Open a closed account again, in its former role, with a new password."""
    book = book_of(invocation)
    check_permitted(by, book)
    found = closed_account(account_id, book)
    sign_in(invocation, by, passwords)
    credential = new_credential(invocation, found.id, found.name, passwords)
    _carry_out(invocation, ReopenAccount(account=found.id, credential=credential, by=by), as_json)


def _carry_out_for(
    invocation: Invocation,
    passwords: Passwords,
    order: ChangeRole | Rename | CloseAccount,
    as_json: bool,
) -> None:
    """Carry out ``order`` for an administrator, who signs in for it."""
    check_permitted(order.by, book_of(invocation))
    sign_in(invocation, order.by, passwords)
    _carry_out(invocation, order, as_json)


def _carry_out(invocation: Invocation, order: AnyAccountOrder, as_json: bool) -> None:
    result: dict[str, Any] = carry_out(invocation, order)
    if as_json:
        click.echo(json.dumps(result))
    else:
        click.echo(f"{result['account']}: {result['done']} (position {result['position']})")
