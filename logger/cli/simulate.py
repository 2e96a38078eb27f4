"""``needlelog simulate``: simulated pens on PTYs."""

import json
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from threading import Event
from types import FrameType

import click

from drivers.errors import ConfigError
from drivers.model import SIMULATED_PREFIX
from drivers.profile import find_profile
from drivers.simulator.faults import parse_faults
from drivers.simulator.log import LogHeader, LogWriter
from drivers.simulator.pace import Host, Pace, run
from drivers.simulator.pen import VirtualPen
from drivers.simulator.pty_link import PtyLink
from drivers.simulator.script import SCRIPTS, US_PER_S
from drivers.simulator.settings import PenSettings
from drivers.simulator.station import Station


def _speed(context: click.Context, parameter: click.Parameter, value: str) -> float | None:
    """Return the factor, or None for ``max``."""
    if value == "max":
        return None
    try:
        speed = float(value)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 10_000:
        raise click.BadParameter(f"{value} is neither a factor up to 10000 nor `max`.")
    return speed


@click.command()
@click.option(
    "--link",
    "links",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    metavar="PATH",
    help="Where the pen's port appears; repeat it for more pens.",
)
@click.option("--profile", "profile_name", default="npt", help="Shipped name or file.")
@click.option(
    "--serial",
    "serials",
    multiple=True,
    help="Serial number, SIM-…; one for each link. Default: SIM-000001 and up.",
)
@click.option("--seed", type=click.IntRange(0), default=1, help="Each further pen adds 1.")
@click.option("--script", "script_name", type=click.Choice(list(SCRIPTS)), default="both-legs")
@click.option("--rate-hz", type=float, default=100.0, help="Samples a second.")
@click.option("--speed", callback=_speed, default="1", help="Factor, or `max`: as fast as read.")
@click.option("--batch-ms", type=click.FloatRange(0, 50), default=20.0, help="0: each frame alone.")
@click.option(
    "--duration", type=click.FloatRange(0.001), help="Simulated seconds; default: no end."
)
@click.option("--start-tick", type=click.IntRange(0), default=0, help="Ticks at power-up, µs.")
@click.option("--start-sequence", type=click.IntRange(0), default=0)
@click.option(
    "--cartridges-used",
    type=click.IntRange(0),
    default=0,
    help="Cartridges are numbered on from there.",
)
@click.option("--boot-id", type=click.IntRange(0, 2**32 - 1), help="Default: from the seed.")
@click.option("--fault", "fault_texts", multiple=True, metavar="NAME:KEY=VALUE,…")
@click.option("--wait", is_flag=True, help="Power up when all ports have been opened.")
@click.option("--log", "logs", type=click.Path(path_type=Path), multiple=True, metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def simulate(
    *,
    links: Sequence[Path],
    profile_name: str,
    serials: Sequence[str],
    seed: int,
    script_name: str,
    rate_hz: float,
    speed: float | None,
    batch_ms: float,
    duration: float | None,
    start_tick: int,
    start_sequence: int,
    cartridges_used: int,
    boot_id: int | None,
    fault_texts: Sequence[str],
    wait: bool,
    logs: Sequence[Path],
    as_json: bool,
) -> None:
    """Play simulated pens through PTYs, until the duration is over or Ctrl-C.

    Each pen works a scripted session on both legs. All that it sends is marked
    simulated by its serial number. docs/simulator.md lists the faults.
    """
    profile = find_profile(profile_name)
    faults = parse_faults(fault_texts)
    _check_distinct("--link", links)
    _check_distinct("--serial", serials)
    _check_count("--serial", serials, links)
    _check_count("--log", logs, links)
    first = PenSettings(
        seed=seed,
        rate_hz=rate_hz,
        script=SCRIPTS[script_name],
        boot_id=boot_id,
        start_tick_us=start_tick,
        start_sequence=start_sequence,
        cartridges_used=cartridges_used,
    )
    pens = [
        VirtualPen(profile, settings, faults)
        for settings in _one_for_each_link(first, serials, len(links))
    ]
    headers = [_header(pen, script_name, fault_texts) for pen in pens]
    duration_us = None if duration is None else round(duration * US_PER_S)
    pace = Pace(speed, batch_ms / 1000, duration_us, wait)
    stopping = _stop_on_signals()
    host = Host(time.monotonic_ns, time.sleep, stopping.is_set)
    with ExitStack() as stack:
        writers = [
            stack.enter_context(LogWriter(path, header))
            for path, header in zip(logs, headers, strict=False)
        ]
        stations = [
            stack.enter_context(Station(pen, PtyLink(link), log, host.now_ns))
            for pen, link, log in zip_longest(pens, links, writers)
        ]
        if not as_json:
            _announce(stations)
        run(stations, pace, host)
    _summarise(stations, as_json=as_json)


def _check_count(option: str, given: Sequence[object], links: Sequence[Path]) -> None:
    if given and len(given) != len(links):
        raise ConfigError(
            option,
            f"stands {len(given)} times, but --link {len(links)} times",
            "Give one for each link, or none.",
        )


def _check_distinct(option: str, given: Sequence[object]) -> None:
    twice = [str(one) for number, one in enumerate(given) if one in given[:number]]
    if twice:
        raise ConfigError(option, f"{twice[0]} is given twice", "Give each pen its own.")


def _one_for_each_link(
    first: PenSettings, serials: Sequence[str], count: int
) -> Iterator[PenSettings]:
    for index in range(count):
        serial = serials[index] if serials else f"{SIMULATED_PREFIX}{index + 1:06d}"
        yield replace(first, serial=serial, seed=first.seed + index)


def _header(pen: VirtualPen, script_name: str, fault_texts: Sequence[str]) -> LogHeader:
    settings = pen.settings
    return LogHeader(
        serial=settings.serial,
        profile=pen.profile.name,
        script=script_name,
        seed=settings.seed,
        boot_id=pen.boot_id,
        rate_hz=settings.rate_hz,
        start_tick_us=settings.start_tick_us,
        start_sequence=settings.start_sequence,
        faults=tuple(fault_texts),
    )


def _stop_on_signals() -> Event:
    """Return an event that SIGINT or SIGTERM sets; neither raises from now on."""
    stopping = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopping


def _announce(stations: Sequence[Station]) -> None:
    for station in stations:
        pen = station.pen
        click.echo(
            f"{pen.settings.serial}: simulated {pen.profile.name} pen, "
            f"{pen.settings.rate_hz:g} Hz, on {station.link.path}"
        )


def _summarise(stations: Sequence[Station], *, as_json: bool) -> None:
    if as_json:
        summary = {s.pen.settings.serial: s.account.as_dict() for s in stations}
        click.echo(json.dumps(summary, indent=2))
        return
    for station in stations:
        click.echo(f"{station.pen.settings.serial}: {station.account}")
