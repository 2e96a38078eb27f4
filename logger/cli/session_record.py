"""``needlelog session`` amend, review, sign: what becomes of a record after the treatment."""

import click

from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.password_options import Passwords, password_options
from logger.cli.record_options import (
    account_option,
    carry_out_record,
    json_option,
    reason_option,
    signed_in,
)
from logger.cli.session_show import page_of
from logger.session.cartridges import worded_cartridge
from logger.session.record_fold import value_text
from logger.session.record_orders import MEANINGS, Amend, ReviewRecord, Sign
from logger.session.state_hash import state_hash

_state_option = click.option(
    "--state",
    metavar="HASH",
    help="The state that was shown (state_hash of `show --json`); else it is shown now.",
)


@click.command()
@click.argument("session_id")
@click.argument("what", metavar="WHAT")
@click.argument("values", metavar="VALUE...", nargs=-1, required=True)
@reason_option
@account_option
@password_options
@json_option
@pass_invocation
def amend(
    invocation: Invocation,
    /,
    session_id: str,
    what: str,
    values: tuple[str, ...],
    reason: str,
    account: str,
    passwords: Passwords,
    as_json: bool,
) -> None:
    r"""Correct one value of a stopped session; what it was before stays on record.

    \b
    WHAT is one of
      client, practitioner, indication   a code, a code, one of the list
      cartridge                          its scan text, or words (below)
      note.POSITION                      the text; '' withdraws the note
      segment.N.side, segment.N.zone     where segment N really was
      segment.N.from_position            the block with which it began

    A cartridge is named whole: what is left out is unknown from then on, and '' is for none.
    Its words are scan=TEXT lot=A1 expires=2027-12-31 needles=12 serial=0007 gtin=00850000000018.
    """
    now = _value(what, values)
    by = signed_in(invocation, account, passwords)
    order = Amend(session=session_id, what=what, now=now, reason=reason, by=by)
    carry_out_record(invocation, order, as_json)


def _value(what: str, values: tuple[str, ...]) -> str:
    """Return the value as the order takes it; CommandRefused for words that name no cartridge."""
    if what == "cartridge" and not values[0].startswith("{"):
        return value_text(worded_cartridge(values))
    if len(values) > 1:
        raise click.UsageError(f"{what} takes one VALUE; put blanks in quotation marks")
    return values[0]


@click.command()
@click.argument("session_id")
@click.option("--remark", default="", help="What you found.")
@_state_option
@account_option
@password_options
@json_option
@pass_invocation
def review(
    invocation: Invocation,
    /,
    session_id: str,
    remark: str,
    state: str | None,
    account: str,
    passwords: Passwords,
    as_json: bool,
) -> None:
    """Show a stopped session, and record that you reviewed it as it is shown."""
    shown = state or _shown(invocation, session_id)
    by = signed_in(invocation, account, passwords)
    order = ReviewRecord(session=session_id, state_hash=shown, by=by, remark=remark)
    carry_out_record(invocation, order, as_json)


@click.command()
@click.argument("session_id")
@click.option(
    "--meaning", required=True, type=click.Choice(MEANINGS), help="What your signature means."
)
@_state_option
@account_option
@password_options
@json_option
@pass_invocation
def sign(
    invocation: Invocation,
    /,
    session_id: str,
    meaning: str,
    state: str | None,
    account: str,
    passwords: Passwords,
    as_json: bool,
) -> None:
    """Show a reviewed session, and sign it as it is shown; a second account may sign too."""
    shown = state or _shown(invocation, session_id)
    by = signed_in(invocation, account, passwords)
    order = Sign(session=session_id, state_hash=shown, meaning=meaning, by=by)
    carry_out_record(invocation, order, as_json)


def _shown(invocation: Invocation, session_id: str) -> str:
    """Show the session on stderr, so that stdout has the outcome alone; returns its state."""
    page = page_of(invocation, session_id)
    for line in page.lines():
        click.echo(line, err=True)
    return state_hash(page.session)
