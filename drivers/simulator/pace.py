"""Paces stations: in real time, some times faster, or as fast as their readers read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drivers.simulator.station import Station

_LONGEST_SLEEP_S = 0.05
_LOOK_AGAIN_S = 0.001
_SETTLE_S = 0.2
_FLUSH_EVERY_NS = 500_000_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How time passes for the pens.

    ``speed`` is simulated over real time; None means as fast as the readers read.
    ``batch_s`` is the real time between writes; 0 writes each frame by itself when it
    is due. ``duration_us`` is simulated; None means without end. ``waits_for_readers``
    powers the pens up only when each port has been opened; without a speed
    they always wait.
    """

    speed: float | None = 1.0
    batch_s: float = 0.01
    duration_us: int | None = None
    waits_for_readers: bool = False


@dataclass(frozen=True, slots=True)
class Host:
    """What the machine lends: CLOCK_MONOTONIC in ns, sleep, and whether to stop."""

    now_ns: Callable[[], int]
    sleep: Callable[[float], None]
    stopped: Callable[[], bool]


def run(stations: Sequence[Station], pace: Pace, host: Host) -> None:
    """Play all stations until the duration is over or ``host.stopped()``.

    At the end the readers get time to read what was written, accounts are settled and
    all pens are unplugged.
    """
    if pace.waits_for_readers or pace.speed is None:
        _wait_for_readers(stations, host)
    if pace.speed is None:
        _as_fast_as_read(stations, pace, host)
    else:
        _paced(stations, pace, pace.speed, host)


def _wait_for_readers(stations: Sequence[Station], host: Host) -> None:
    while not host.stopped() and not all(station.link.has_reader() for station in stations):
        host.sleep(_LOOK_AGAIN_S)
    # A program that opens a port empties its buffer; a pen that spoke at once would be cut.
    host.sleep(_SETTLE_S)


def _paced(stations: Sequence[Station], pace: Pace, speed: float, host: Host) -> None:
    started_ns = host.now_ns()
    flushed_ns = started_ns
    while not host.stopped():
        now_ns = host.now_ns()
        to_us = int((now_ns - started_ns) * speed / 1000)
        if pace.duration_us is not None:
            to_us = min(to_us, pace.duration_us)
        for station in stations:
            _play(station, to_us, single=pace.batch_s == 0)
        if to_us == pace.duration_us:
            break
        if now_ns - flushed_ns >= _FLUSH_EVERY_NS:
            flushed_ns = now_ns
            _flush(stations)
        if pace.batch_s:
            due_ns = now_ns + int(pace.batch_s * 1e9)
        else:
            next_us = min(station.pen.next_due_us() for station in stations)
            due_ns = started_ns + int(next_us * 1000 / speed)
        host.sleep(min(_LONGEST_SLEEP_S, max(0.0, (due_ns - host.now_ns()) / 1e9)))
    for station in stations:
        _end(station, host)


def _play(station: Station, to_us: int, *, single: bool) -> None:
    while single and (due_us := station.pen.next_due_us()) < to_us:
        station.play(due_us)
    station.play(to_us)


def _as_fast_as_read(stations: Sequence[Station], pace: Pace, host: Host) -> None:
    def is_done(station: Station) -> bool:
        return station.time_us == pace.duration_us and not station.is_writing

    going = list(stations)
    while going and not host.stopped():
        moved = [station.play_ahead(host.sleep, pace.duration_us) for station in going]
        if not any(moved):
            host.sleep(_LOOK_AGAIN_S)
        for station in filter(is_done, going):
            _end(station, host)
        going = [station for station in going if not is_done(station)]
    for station in going:
        _end(station, host)


def _end(station: Station, host: Host) -> None:
    station.finish()
    if not host.stopped():
        station.link.drain(host.sleep)
    station.close()


def _flush(stations: Sequence[Station]) -> None:
    for station in stations:
        station.account.flush()
