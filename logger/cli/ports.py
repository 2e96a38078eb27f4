"""``needlelog ports``: the serial ports of this machine and what is known of each."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from drivers.discovery import PortInfo, list_ports
from drivers.profile import Profile, load_profile, shipped_profiles
from drivers.sniff import plain
from logger.cli.invocation import Invocation, pass_invocation

_HEADINGS = ("PORT", "USB", "SERIAL", "PROFILES", "HELD BY", "DESCRIPTION")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@pass_invocation
def ports(invocation: Invocation, as_json: bool) -> None:
    """List serial ports; opens none of them.

    PROFILES names the pen profiles whose USB ids fit: `auto` opens these ports and no
    other. HELD BY names the programs that have a port open.
    """
    found = list_ports(profiles_of(invocation))
    if as_json:
        rows = [asdict(port) | {"busy": bool(port.held_by)} for port in found]
        click.echo(json.dumps({"ports": rows}))
        return
    if not found:
        click.echo("no serial ports. Plug a pen in, or try `needlelog simulate --link ./pen`")
    for line in table(found):
        click.echo(line)


def profiles_of(invocation: Invocation) -> list[Profile]:
    """Return the shipped profiles and the clinic's own, which replace those of the same name."""
    files = shipped_profiles()
    if invocation.settings.profiles_dir:
        files |= {file.stem: file for file in invocation.settings.profiles_dir.glob("*.toml")}
    return [load_profile(Path(file)) for _, file in sorted(files.items())]


def table(found: Sequence[PortInfo]) -> Iterator[str]:
    """Yield ``found`` as lines of a table; a stable path stands below its port."""
    if not found:
        return
    rows = [_HEADINGS, *map(_row, found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    stable_paths = ["", *(port.stable_path or "" for port in found)]
    for row, stable_path in zip(rows, stable_paths, strict=True):
        yield "  ".join(
            f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        if stable_path:
            yield f"  = {stable_path}"


def _row(port: PortInfo) -> tuple[str, ...]:
    usb = f"{port.vid:04x}:{port.pid or 0:04x}" if port.vid is not None else "-"
    return (
        port.device,
        usb,
        plain(port.serial or "-"),
        ", ".join(port.profiles) or "-",
        ", ".join(port.held_by) or "-",
        plain(port.description),
    )
