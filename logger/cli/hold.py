"""``needlelog hold``: what may be neither pruned nor erased."""

import json
from typing import Any

import click
import msgspec

from logger.archive.retention import orders
from logger.archive.retention.holds import Hold, Holds
from logger.cli.archive_ordering import ordering
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.password_options import Passwords, password_options
from logger.cli.record_options import json_option, reason_option, signed_in
from logger.cli.time_texts import time_text
from logger.journal.reader import JournalReader

_by = click.option(
    "--by", required=True, metavar="ID", help="The administrator who orders it, and signs in."
)


@click.group()
def hold() -> None:
    """Legal holds: what is held is neither pruned nor erased until the hold is lifted."""


@hold.command("set")
@click.option("--session", default="", metavar="ID", help="Hold one session ...")
@click.option("--client", default="", metavar="CODE", help="... or all of a client.")
@reason_option
@_by
@password_options
@json_option
@pass_invocation
def set_(
    invocation: Invocation,
    /,
    session: str,
    client: str,
    reason: str,
    by: str,
    passwords: Passwords,
    as_json: bool,
) -> None:
    """Hold a session, or all sessions of a client, those to come too."""
    order = orders.SetHold(
        session=session,
        client=client,
        reason=reason,
        by=signed_in(invocation, by, passwords),
    )
    _tell(invocation, orders.SET_HOLD, order, as_json)


@hold.command()
@click.argument("hold_id", metavar="HOLD")
@reason_option
@_by
@password_options
@json_option
@pass_invocation
def lift(
    invocation: Invocation, hold_id: str, reason: str, by: str, passwords: Passwords, as_json: bool
) -> None:
    """Lift a hold."""
    order = orders.LiftHold(hold=hold_id, reason=reason, by=signed_in(invocation, by, passwords))
    _tell(invocation, orders.LIFT_HOLD, order, as_json)


@hold.command("list")
@json_option
@pass_invocation
def list_(invocation: Invocation, as_json: bool) -> None:
    """List the holds in force."""
    with JournalReader(invocation.data_dir) as reader:
        holds = list(Holds.read(reader))
    if as_json:
        click.echo(json.dumps({"holds": [_fields(one) for one in holds]}))
        return
    for one in holds:
        since = time_text(one.time_unix_ns)
        click.echo(f"{one.id}  {one.subject}, since {since} by {one.account}: {one.reason}")
    if not holds:
        click.echo("nothing is held")


def _tell(invocation: Invocation, name: str, order: msgspec.Struct, as_json: bool) -> None:
    done = ordering(invocation.data_dir)(name, msgspec.to_builtins(order))
    if as_json:
        click.echo(json.dumps(done))
    else:
        click.echo(f"{done['done'][-1]} (position {done['position']})")


def _fields(hold: Hold) -> dict[str, Any]:
    return {
        "id": hold.id,
        "session": hold.session,
        "client": hold.client,
        "reason": hold.reason,
        "account": hold.account,
        "time_unix_ns": hold.time_unix_ns,
    }
