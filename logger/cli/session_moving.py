"""``needlelog session`` assign, split, merge, unassigned: which samples are a session's."""

import json
from datetime import date, datetime, timedelta

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
from logger.cli.session_orders import side_option, zone_option
from logger.cli.session_views import as_json_value
from logger.cli.unassigned_views import unassigned_lines
from logger.journal.reader import JournalReader
from logger.session.record_orders import Assign, Merge, Split
from logger.session.store import load_sessions
from logger.session.unassigned import Day, unassigned_work


@click.command()
@click.argument("session_id")
@click.option(
    "--from",
    "from_position",
    required=True,
    help="The first block, as `session unassigned` lists it.",
    type=int,
    metavar="POSITION",
)
@click.option(
    "--to", "to_position", required=True, help="The last block.", type=int, metavar="POSITION"
)
@side_option
@zone_option
@reason_option
@account_option
@password_options
@json_option
@pass_invocation
def assign(
    invocation: Invocation,
    /,
    session_id: str,
    from_position: int,
    to_position: int,
    side: str,
    zone: str,
    reason: str,
    account: str,
    passwords: Passwords,
    as_json: bool,
) -> None:
    """Give samples that are nobody's to a stopped session of their pen, as a segment."""
    order = Assign(
        session=session_id,
        from_position=from_position,
        to_position=to_position,
        side=side,
        zone=zone,
        reason=reason,
        by=signed_in(invocation, account, passwords),
    )
    carry_out_record(invocation, order, as_json)


@click.command()
@click.argument("session_id")
@click.option(
    "--at",
    "at_position",
    required=True,
    help="The first block of the new session.",
    type=int,
    metavar="POSITION",
)
@click.option("--client", default="", metavar="CODE", help="Of the new session, if another.")
@click.option("--practitioner", default="", metavar="CODE", help="The same.")
@reason_option
@account_option
@password_options
@json_option
@pass_invocation
def split(
    invocation: Invocation,
    /,
    session_id: str,
    at_position: int,
    client: str,
    practitioner: str,
    reason: str,
    account: str,
    passwords: Passwords,
    as_json: bool,
) -> None:
    """Make another session of all samples from a position on."""
    order = Split(
        session=session_id,
        at_position=at_position,
        client=client,
        practitioner=practitioner,
        reason=reason,
        by=signed_in(invocation, account, passwords),
    )
    carry_out_record(invocation, order, as_json)


@click.command()
@click.argument("session_id")
@click.argument("merged", metavar="LATER_SESSION_ID")
@reason_option
@account_option
@password_options
@json_option
@pass_invocation
def merge(
    invocation: Invocation,
    session_id: str,
    merged: str,
    reason: str,
    account: str,
    passwords: Passwords,
    as_json: bool,
) -> None:
    """Bring all that a later session of the same pen and client holds into an earlier one."""
    by = signed_in(invocation, account, passwords)
    order = Merge(session=session_id, merged=merged, reason=reason, by=by)
    carry_out_record(invocation, order, as_json)


@click.command()
@click.option(
    "--day",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="YYYY-MM-DD, local time; today unless given.",
)
@json_option
@pass_invocation
def unassigned(invocation: Invocation, day: datetime | None, as_json: bool) -> None:
    """List what was recorded on a day with the motor on, and is in no session."""
    wanted = _local_day((day or datetime.now()).date())  # noqa: DTZ005 - the local day is meant
    with (
        load_sessions(invocation.data_dir) as sessions,
        JournalReader(invocation.data_dir) as reader,
    ):
        work = unassigned_work(reader, sessions.holding, wanted)
    if as_json:
        click.echo(json.dumps({"unassigned": [as_json_value(one) for one in work]}))
        return
    for line in unassigned_lines(work):
        click.echo(line)


def _local_day(day: date) -> Day:
    """Return when the local day begins and ends."""
    begin, end = (
        datetime(one.year, one.month, one.day).astimezone()
        for one in (day, day + timedelta(days=1))
    )
    return Day(int(begin.timestamp()) * 1_000_000_000, int(end.timestamp()) * 1_000_000_000)
