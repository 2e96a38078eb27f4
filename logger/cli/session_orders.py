"""``needlelog session`` start, segment, pause, resume, stop, note: orders to the recorder."""

import json
from typing import Any

import click

from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.ordering import carry_out
from logger.session.cartridges import typed_cartridge
from logger.session.legs import SIDES, ZONES
from logger.session.orders import (
    INDICATIONS,
    AddNote,
    AnyOrder,
    Pause,
    Resume,
    Start,
    StartSegment,
    Stop,
)

ZONE_HELP = "Zone of the leg: " + ", ".join(ZONES)

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object.")
session_option = click.option(
    "--session", metavar="ID", help="Which; may be left out if one is open."
)
pen_option = click.option(
    "--pen", metavar="SERIAL", help="The pen; may be left out if there is one."
)
side_option = click.option("--side", required=True, type=click.Choice(list(SIDES)))
zone_option = click.option("--zone", required=True, metavar="ZONE", help=ZONE_HELP)


@click.command()
@pen_option
@click.option("--client", required=True, metavar="CODE", help="The clinic's own code, no name.")
@click.option("--practitioner", required=True, metavar="CODE", help="Account or code.")
@side_option
@zone_option
@click.option("--plan", default="", metavar="NAME[@VERSION]", help="A plan of the plans file.")
@click.option("--indication", default="", type=click.Choice(["", *INDICATIONS]))
@click.option(
    "--cartridge",
    default="",
    metavar="UDI",
    help="GS1 scan text of the cartridge; {GS} may stand for the separator.",
)
@click.option("--lot", default="", help="Lot of the cartridge.")
@click.option("--expiry", default="", metavar="YYYY-MM-DD", help="Expiry of the cartridge.")
@click.option("--needles", type=int, help="Needles of the cartridge.")
@click.option("--note", default="", help="Free text; it never leaves the mini-PC.")
@json_option
@pass_invocation
def start(
    invocation: Invocation,
    /,
    pen: str | None,
    cartridge: str,
    lot: str,
    expiry: str,
    needles: int | None,
    as_json: bool,
    **fields: str,
) -> None:
    """Start a session on a pen that is linked."""
    head = typed_cartridge(cartridge, lot, expiry, needles)
    _carry_out(invocation, Start(pen=pen, cartridge=head, by=None, **fields), as_json)


@click.command()
@session_option
@pen_option
@side_option
@zone_option
@json_option
@pass_invocation
def segment(
    invocation: Invocation,
    session: str | None,
    pen: str | None,
    side: str,
    zone: str,
    as_json: bool,
) -> None:
    """Go on to another side or zone."""
    _carry_out(invocation, StartSegment(session=session, pen=pen, side=side, zone=zone), as_json)


@click.command()
@session_option
@pen_option
@json_option
@pass_invocation
def pause(invocation: Invocation, session: str | None, pen: str | None, as_json: bool) -> None:
    """Pause: what follows is the session's, but in no segment and no statistics."""
    _carry_out(invocation, Pause(session=session, pen=pen), as_json)


@click.command()
@session_option
@pen_option
@json_option
@pass_invocation
def resume(invocation: Invocation, session: str | None, pen: str | None, as_json: bool) -> None:
    """Resume a paused, interrupted or lapsed session, and adopt what came since it lapsed."""
    _carry_out(invocation, Resume(session=session, pen=pen), as_json)


@click.command()
@session_option
@pen_option
@json_option
@pass_invocation
def stop(invocation: Invocation, session: str | None, pen: str | None, as_json: bool) -> None:
    """Stop a session."""
    _carry_out(invocation, Stop(session=session, pen=pen), as_json)


@click.command()
@click.argument("text")
@session_option
@pen_option
@json_option
@pass_invocation
def note(
    invocation: Invocation, text: str, session: str | None, pen: str | None, as_json: bool
) -> None:
    """Add a note; it never leaves the mini-PC."""
    _carry_out(invocation, AddNote(text=text, session=session, pen=pen), as_json)


def _carry_out(invocation: Invocation, order: AnyOrder, as_json: bool) -> None:
    result: dict[str, Any] = carry_out(invocation, order)
    if as_json:
        click.echo(json.dumps(result))
    else:
        click.echo(f"{result['session']}: {result['done']} (position {result['position']})")
