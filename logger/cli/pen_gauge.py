"""``needlelog pen check-gauge``: what a gauge showed of a pen becomes part of the record."""

import json
import time
from typing import Any

import click
import msgspec

from logger.cli.alone import sent_or_alone
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.ordering import actor
from logger.cli.password_options import Passwords, password_options
from logger.cli.record_options import account_option, json_option, signed_in
from logger.journal.writer import Journal
from logger.service.pen_orders import carry_out_alone
from logger.session.asked_times import since_unix_ns
from logger.session.pen_checks import CHECK_PEN, CheckPen


@click.command("check-gauge")
@click.argument("pen", metavar="SERIAL")
@click.option("--depth-set-mm", type=float, required=True, help="What the pen was set to.")
@click.option("--gauge-mm", type=float, required=True, help="What the gauge showed.")
@click.option("--gauge", required=True, metavar="NUMBER", help="Which gauge it was.")
@click.option("--at", metavar="TIME", help="When it was measured; else now.")
@click.option("--remark", default="", help="What else there is to say.")
@account_option
@password_options
@json_option
@pass_invocation
def check_gauge(
    invocation: Invocation,
    /,
    pen: str,
    depth_set_mm: float,
    gauge_mm: float,
    gauge: str,
    at: str | None,
    remark: str,
    account: str,
    passwords: Passwords,
    as_json: bool,
) -> None:
    """Record how far the needles of a pen stood out by a gauge, for the depth that was set.

    It stands on the console's page of the pen, among the key events and in the trail. It
    cannot be amended: record another one, with a remark.
    """
    measured_unix_ns = since_unix_ns("--at", at)
    order = CheckPen(
        pen=pen,
        depth_set_mm=depth_set_mm,
        gauge_mm=gauge_mm,
        gauge=gauge,
        at_unix_ns=time.time_ns() if measured_unix_ns is None else measured_unix_ns,
        by=signed_in(invocation, account, passwords),
        remark=remark,
    )
    done = _carry_out(invocation, order)
    if as_json:
        click.echo(json.dumps(done))
    else:
        click.echo(f"{done['pen']}: {done['done']} (position {done['position']})")


def _carry_out(invocation: Invocation, order: CheckPen) -> dict[str, Any]:
    data_dir = invocation.data_dir

    def alone(journal: Journal) -> dict[str, Any]:
        return carry_out_alone(journal, data_dir, order, actor(), time.time_ns())

    done: dict[str, Any] = sent_or_alone(data_dir, CHECK_PEN, msgspec.to_builtins(order), alone)
    return done
