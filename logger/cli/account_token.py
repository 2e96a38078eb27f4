"""``needlelog account token``: what programs show to the console's HTTP API."""

import json
import secrets
import time
from datetime import UTC, datetime

import click

from logger.accounts.checks import open_account
from logger.accounts.model import ROLES
from logger.accounts.orders import MakeToken, RevokeToken
from logger.accounts.store import AccountStore
from logger.accounts.tokens import LONGEST_DAYS, TokenRecord, make_token
from logger.cli.account_ordering import book_of, carry_out, sign_in
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.password_options import Passwords, password_options
from logger.cli.record_options import json_option
from logger.cli.time_texts import time_text
from logger.errors import CommandRefused

_NS_PER_DAY = 86_400_000_000_000
_by = click.option(
    "--by", default="", metavar="ID", help="An administrator who orders it; else its own account."
)


@click.group()
def token() -> None:
    """Tokens by which programs use the console's HTTP API; each change is an entry."""


@token.command()
@click.argument("account_id", metavar="ID")
@click.option("--name", required=True, help="What it is for.")
@click.option("--role", type=click.Choice(ROLES), help="At most the account's own, its default.")
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_DAYS),
    default=90,
    show_default=True,
    help="How long it lasts.",
)
@_by
@password_options
@json_option
@pass_invocation
def add(
    invocation: Invocation,
    /,
    account_id: str,
    name: str,
    role: str | None,
    days: int,
    by: str,
    passwords: Passwords,
    as_json: bool,
) -> None:
    """Make a token for an account and print it, this once."""
    found = open_account(account_id, book_of(invocation))
    sign_in(invocation, by or found.id, passwords)
    token_id, secret = make_token(secrets.token_bytes)
    with AccountStore.open(invocation.data_dir) as store:
        store.add_token(token_id, secret)
    expires_unix_ns = time.time_ns() + days * _NS_PER_DAY
    order = MakeToken(
        account=found.id,
        token=token_id,
        name=name,
        role=role or found.role,
        expires_unix_ns=expires_unix_ns,
        by=by or found.id,
    )
    done = carry_out(invocation, order)
    if as_json:
        click.echo(json.dumps({**done, "id": token_id, "token": secret}))
        return
    click.echo(f"{done['account']}: {done['done']} (position {done['position']})", err=True)
    click.echo(f"token {token_id}, until {time_text(expires_unix_ns)}, shown this once:", err=True)
    click.echo(secret)


@token.command("list")
@json_option
@pass_invocation
def list_(invocation: Invocation, as_json: bool) -> None:
    """List tokens, also those that have ended."""
    now_unix_ns = time.time_ns()
    found = list(book_of(invocation).tokens)
    if as_json:
        click.echo(json.dumps({"tokens": [_as_data(one, now_unix_ns) for one in found]}))
        return
    for one in found:
        until = datetime.fromtimestamp(one.expires_unix_ns / 1e9, UTC).date()
        state = _state(one, now_unix_ns)
        click.echo(f"{one.id} {one.account:<32} {one.role:<14} {until} {state:<8} {one.name}")
    if not found:
        click.echo("there is no token; `needlelog account token add` makes one")


@token.command()
@click.argument("token_id", metavar="TOKEN")
@_by
@password_options
@json_option
@pass_invocation
def revoke(
    invocation: Invocation, token_id: str, by: str, passwords: Passwords, as_json: bool
) -> None:
    """End a token, named by its id."""
    found = book_of(invocation).tokens.find(token_id)
    if found is None:
        raise CommandRefused(f"there is no token {token_id}", "See `needlelog account token list`")
    by = by or found.account
    sign_in(invocation, by, passwords)
    done = carry_out(invocation, RevokeToken(account=found.account, token=token_id, by=by))
    if as_json:
        click.echo(json.dumps({**done, "id": token_id}))
    else:
        click.echo(f"{token_id}: {done['done']} (position {done['position']})")


def _state(one: TokenRecord, now_unix_ns: int) -> str:
    if one.revoked:
        return "REVOKED"
    return "valid" if one.expires_unix_ns > now_unix_ns else "EXPIRED"


def _as_data(one: TokenRecord, now_unix_ns: int) -> dict[str, str | int]:
    return {
        "id": one.id,
        "account": one.account,
        "name": one.name,
        "role": one.role,
        "expires_unix_ns": one.expires_unix_ns,
        "state": _state(one, now_unix_ns).lower(),
    }
