"""``needlelog client erase``: takes all sessions of a client out of everything that is kept."""

import json
import time
from typing import Any

import click
import msgspec

from logger.archive.retention import orders
from logger.archive.round import run_round
from logger.cli.archive_ordering import ordering
from logger.cli.exits import Exit
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.password_options import Passwords, password_options
from logger.cli.record_options import json_option, reason_option, signed_in
from logger.command_socket import send_order
from logger.errors import NotRunning


@click.group()
def client() -> None:
    """Do what concerns all sessions of a client."""


@client.command()
@click.argument("code")
@reason_option
@click.option(
    "--by", required=True, metavar="ID", help="The administrator who orders it, and signs in."
)
@password_options
@json_option
@pass_invocation
def erase(
    invocation: Invocation, code: str, reason: str, by: str, passwords: Passwords, as_json: bool
) -> None:
    """Erase all sessions of a client, for good: name neither the client nor a person in the reason.

    They are gone from the list at once. A running recorder removes their files, samples and
    points soon after, as `needlelog status` shows; without one, this does, and exit code 1 says
    that something is left. What was handed out before is not reached.
    """
    order = orders.EraseClient(client=code, reason=reason, by=signed_in(invocation, by, passwords))
    done = ordering(invocation.data_dir)(orders.ERASE, msgspec.to_builtins(order))
    failed = _finish(invocation)
    if as_json:
        click.echo(json.dumps({**done, "failed": failed}))
    else:
        for line in _lines(done, failed):
            click.echo(line)
    click.get_current_context().exit(Exit.FOUND_WRONG if failed else Exit.OK)


def _finish(invocation: Invocation) -> list[str] | None:
    """Carry it out where no recorder runs; None where one does."""
    try:
        send_order(invocation.data_dir, "status", {})
    except NotRunning:
        done = run_round(
            invocation.data_dir,
            ordering(invocation.data_dir),
            time.time_ns,
            invocation.settings.retention,
        )
        return done.failed
    return None


def _lines(done: dict[str, Any], failed: list[str] | None) -> list[str]:
    said = [f"client.erased (position {done['position']})"]
    if failed is None:
        return [*said, "the recorder removes files and samples now; see `needlelog status`"]
    return [*said, *(f"NOT DONE {one}" for one in failed)]
