"""``needlelog pen sniff`` and ``replay``: what a pen says, and a capture of it played as a pen."""

import asyncio
import json
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import click

from drivers.capture import CaptureWriter, read_header
from drivers.decoder import Decoder
from drivers.errors import LinkLost
from drivers.port import Port, open_url
from drivers.port_capture import CapturePort
from drivers.profile import find_profile
from drivers.profile.schema import PortSettings
from drivers.replay import Progress, wait_for_reader
from drivers.replay import replay as replay_capture
from drivers.simulator.pty_link import PtyLink
from drivers.sniff import listen
from logger.cli.pen_profiles import json_option
from logger.cli.pen_sniff import Sniffer

capture_file = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("port")
@click.option("--out", type=capture_file, help="A new file for the capture.")
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="Else until Ctrl-C.")
@click.option("--baud", type=click.IntRange(50, 12_000_000), help="Instead of the profile's.")
@click.option("--profile", "profile_name", metavar="NAME|FILE", help="Show what it makes of it.")
@json_option
def sniff(
    *,
    port: str,
    out: Path | None,
    seconds: float | None,
    baud: int | None,
    profile_name: str | None,
    as_json: bool,
) -> None:
    """Record and show what PORT says; nothing is ever written to it.

    Bytes are shown as hex and text, with --profile also as the messages they are, or the
    cause for which they are refused. `pen replay` plays the file back as a pen, and the
    PORT capture:///path/to/FILE?speed=0 shows it again, say to an improved profile.
    """
    profile = find_profile(profile_name) if profile_name else None
    settings = profile.port if profile else PortSettings()
    if baud:
        settings = settings.model_copy(update={"baud_rate": baud})
    with ExitStack() as stack:
        opened = stack.enter_context(open_url(port, settings))
        writer = stack.enter_context(_writer(out, port, settings)) if out else None
        sniffer = Sniffer(writer, Decoder(profile) if profile else None, as_json)
        stack.callback(sniffer.conclude)
        with suppress(KeyboardInterrupt):
            asyncio.run(_sniff(opened, sniffer, seconds))


@click.command()
@click.argument("file", type=capture_file)
@click.option("--link", required=True, type=capture_file, help="Where the pen's port appears.")
@click.option(
    "--speed",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Times its own pace; 0 is as fast as it is read.",
)
@json_option
def replay(file: Path, link: Path, speed: float, as_json: bool) -> None:
    """Replay a capture as a pen whose port is LINK, once a program opens it."""
    header = read_header(file)
    progress = Progress()
    with CapturePort(str(file), file, speed) as capture, PtyLink(link) as pty:
        click.echo(f"{file} was recorded {header.started_utc} from {header.port}", err=True)
        with suppress(KeyboardInterrupt):
            asyncio.run(_replay(capture, pty, progress))
        ended = capture.ended
    if as_json:
        click.echo(json.dumps({"bytes": progress.bytes_sent, "ended": ended}))
    else:
        click.echo(
            f"{progress.bytes_sent} bytes replayed, {'to the end' if ended else 'not to the end'}"
        )


def _writer(out: Path, port: str, settings: PortSettings) -> CaptureWriter:
    started_utc = datetime.now(UTC).isoformat(timespec="milliseconds")
    return CaptureWriter(out, port=port, baud_rate=settings.baud_rate, started_utc=started_utc)


async def _sniff(port: Port, sniffer: Sniffer, seconds: float | None) -> None:
    # Said from within the loop, where Ctrl-C already ends it in order.
    click.echo(f"listening on {port.name}; Ctrl-C ends", err=True)
    try:
        async with asyncio.timeout(seconds):
            async for chunk in listen(port, time.monotonic_ns):
                sniffer.take(chunk)
    except TimeoutError:
        return
    except LinkLost:
        if not (isinstance(port, CapturePort) and port.ended):
            raise


async def _replay(capture: CapturePort, link: PtyLink, progress: Progress) -> None:
    click.echo(f"waiting for a program to open {link.path}; Ctrl-C ends", err=True)
    await wait_for_reader(link)
    await replay_capture(capture, link, progress)
