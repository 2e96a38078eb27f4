"""What the demo shows while it runs: a live table in a terminal, a line a second elsewhere."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from logger.session.legs import ZONES
from logger.status import OpenSessionStatus, PenStatus, Status

DEPTH_FULL_MM = 3.0
RATE_FULL_HZ = 150.0
BAR_WIDTH = 30


def live_view(status: Status | None, where: Sequence[str]) -> RenderableType:
    """Return the whole picture below ``where`` the console is.

    Without a status, that the recorder is starting.
    """
    where_text = Text("\n".join(where) + "\n", style="bold")
    if status is None:
        starting = Group(where_text, "the recorder is starting ...")
        return Panel(starting, title="needlelog demo")
    parts: list[RenderableType] = [
        where_text,
        *(_pen_table(pen) for pen in status.pens),
        *(_session_line(session) for session in status.sessions),
        _saved_line(status),
    ]
    return Panel(Group(*parts), title="needlelog demo · SIMULATED DATA", subtitle="Ctrl-C ends it")


def plain_line(status: Status | None) -> str:
    """Return the picture as one line."""
    if status is None:
        return "the recorder is starting ..."
    parts = []
    for pen in status.pens:
        depth = "-" if pen.depth_set_mm is None else f"{pen.depth_set_mm:.2f} mm"
        rate = "-" if pen.rate_hz is None else f"{pen.rate_hz:.1f} Hz"
        parts.append(f"{pen.serial or 'pen'} {pen.state} {depth} {rate}")
    for session in status.sessions:
        parts.append(
            f"{session.session} {session.side} {session.zone} {session.samples} samples "
            f"complete {_complete(session)}"
        )
    parts += [f"{sink.name} {sink.state} {sink.depth} behind" for sink in status.sinks]
    return "SIMULATED  " + "  |  ".join(parts)


def _pen_table(pen: PenStatus) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row("pen", f"{pen.serial or '?'}  {pen.state}", Text(pen.trouble, style="yellow"))
    motor = {True: "motor on", False: "motor off", None: ""}[pen.motor_on]
    contact = "  in contact" if pen.contact else ""
    table.add_row(
        "needle depth",
        "-" if pen.depth_set_mm is None else f"{pen.depth_set_mm:.2f} mm set",
        _bar(pen.depth_measured_mm or pen.depth_set_mm, DEPTH_FULL_MM),
    )
    table.add_row(
        "puncture rate",
        "-" if pen.rate_hz is None else f"{pen.rate_hz:5.1f} Hz  {pen.rate_hz * 60:5.0f} RPM",
        _bar(pen.rate_hz, RATE_FULL_HZ),
    )
    table.add_row("", motor + contact, "")
    return table


def _bar(value: float | None, full: float) -> Text:
    share = 0.0 if value is None else min(max(value / full, 0.0), 1.0)
    filled = round(share * BAR_WIDTH)
    return Text("█" * filled, style="cyan") + Text("·" * (BAR_WIDTH - filled), style="dim")


def _session_line(session: OpenSessionStatus) -> Text:
    zone = ZONES[session.zone].title if session.zone in ZONES else session.zone
    return Text(
        f"\nsession {session.session}: {session.side} {zone}, {session.state}\n"
        f"  {session.samples} samples, complete {_complete(session)}, {session.gaps} gap(s)",
        style="bold",
    )


def _complete(session: OpenSessionStatus) -> str:
    return "?" if session.completeness is None else f"{session.completeness:.2%}"


def _saved_line(status: Status) -> Text:
    sinks = ", ".join(f"{sink.name} {sink.state}, {sink.depth} behind" for sink in status.sinks)
    return Text(
        f"\njournal: saved up to position {status.saved_position}, "
        f"{status.saved_age_s:.1f} s ago\nsinks:   {sinks or 'none'}",
        style="green",
    )
