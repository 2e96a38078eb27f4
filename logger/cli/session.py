"""``needlelog session``: start, mark and stop sessions; list, show and export them."""

import json
from pathlib import Path
from typing import Any

import click

from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.ordering import carry_out
from logger.cli.session_views import as_json_value, summary_lines, table_lines
from logger.errors import CommandRefused
from logger.journal.kinds import Cartridge
from logger.journal.reader import JournalReader
from logger.session.clock_account import clock_account
from logger.session.export import FORMATS, export_session
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
from logger.session.store import load_sessions
from logger.session.true_clock import readings_of

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


@click.group()
def session() -> None:
    """Start, mark and stop treatment sessions; list, show and export them."""


@session.command()
@pen_option
@click.option("--client", required=True, metavar="CODE", help="The clinic's own code, no name.")
@click.option("--practitioner", required=True, metavar="CODE", help="Account or code.")
@side_option
@zone_option
@click.option("--plan", default="", metavar="NAME[@VERSION]", help="A plan of the plans file.")
@click.option("--indication", default="", type=click.Choice(["", *INDICATIONS]))
@click.option("--cartridge", metavar="UDI", help="Scan text of the cartridge.")
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
    cartridge: str | None,
    lot: str,
    expiry: str,
    needles: int | None,
    as_json: bool,
    **fields: str,
) -> None:
    """Start a session on a pen that is linked."""
    head = None
    if cartridge or lot or expiry or needles is not None:
        head = Cartridge(udi=cartridge or "", lot=lot, expiry=expiry, needle_count=needles)
    _carry_out(invocation, Start(pen=pen, cartridge=head, **fields), as_json)


@session.command()
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


@session.command()
@session_option
@pen_option
@json_option
@pass_invocation
def pause(invocation: Invocation, session: str | None, pen: str | None, as_json: bool) -> None:
    """Pause: what follows is the session's, but in no segment and no statistics."""
    _carry_out(invocation, Pause(session=session, pen=pen), as_json)


@session.command()
@session_option
@pen_option
@json_option
@pass_invocation
def resume(invocation: Invocation, session: str | None, pen: str | None, as_json: bool) -> None:
    """Resume a paused, interrupted or lapsed session, and adopt what came since it lapsed."""
    _carry_out(invocation, Resume(session=session, pen=pen), as_json)


@session.command()
@session_option
@pen_option
@json_option
@pass_invocation
def stop(invocation: Invocation, session: str | None, pen: str | None, as_json: bool) -> None:
    """Stop a session."""
    _carry_out(invocation, Stop(session=session, pen=pen), as_json)


@session.command()
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


@session.command("list")
@click.option("--limit", default=50, show_default=True, help="Newest first.")
@json_option
@pass_invocation
def list_(invocation: Invocation, limit: int, as_json: bool) -> None:
    """List sessions, newest first."""
    rows = load_sessions(invocation.data_dir).rows(limit)
    if as_json:
        click.echo(json.dumps({"sessions": [as_json_value(row) for row in rows]}))
        return
    for line in table_lines(rows):
        click.echo(line)


@session.command()
@click.argument("session_id")
@json_option
@pass_invocation
def show(invocation: Invocation, session_id: str, as_json: bool) -> None:
    """Show one session: segments, statistics, deviations, gaps."""
    found = load_sessions(invocation.data_dir).session(session_id)
    if found is None:
        raise CommandRefused(f"there is no session {session_id}", "See `needlelog session list`")
    with JournalReader(invocation.data_dir) as reader:
        clocks = clock_account(found, list(readings_of(reader)))
    if as_json:
        click.echo(json.dumps({**as_json_value(found), "clocks": as_json_value(clocks)}))
        return
    for line in summary_lines(found, clocks):
        click.echo(line)


@session.command()
@click.argument("session_id")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="csv")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file; else stdout.")
@pass_invocation
def export(invocation: Invocation, session_id: str, form: str, out: Path | None) -> None:
    """Write every sample of a session as CSV or JSON lines, exactly."""
    found = load_sessions(invocation.data_dir).session(session_id)
    if found is None:
        raise CommandRefused(f"there is no session {session_id}", "See `needlelog session list`")
    with JournalReader(invocation.data_dir) as reader:
        if not reader.reaches_back_to(found.started_position):
            raise CommandRefused(
                f"samples of session {session_id} lie in a journal file that was set aside",
                "Bring them back with `needlelog recover`",
            )
        lines = export_session(reader, found, form)
        if out is None:
            for line in lines:
                click.echo(line, nl=False)
            return
        with out.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
    click.echo(f"written to {out}", err=True)


def _carry_out(invocation: Invocation, order: AnyOrder, as_json: bool) -> None:
    result: dict[str, Any] = carry_out(invocation, order)
    if as_json:
        click.echo(json.dumps(result))
    else:
        click.echo(f"{result['session']}: {result['done']} (position {result['position']})")
