"""Many pens on one recorder, each with a link that breaks a new way every few seconds."""

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Thread

from drivers.simulator.pace import Pace
from tests.support.playing import playing
from tests.support.processes import holding_port
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.simulated import SimulatedPen, simulated_settings

WRAP = 1 << 32
SLOT_S = 6.0
CALM_S = 4.0
"""How long nothing more happens after a fault that takes the link away."""
STEAL_S = 0.2

Breaker = Callable[[random.Random, float], tuple[str, ...]]


def _unplugged(rng: random.Random, at_s: float) -> tuple[str, ...]:
    return (f"unplug:at={at_s:.3f},for={rng.uniform(0.02, 1.5):.3f}",)


def _pulled_within_a_frame(rng: random.Random, at_s: float) -> tuple[str, ...]:
    return (f"half:at={at_s:.3f}", *_unplugged(rng, at_s + 0.005))


def _pulled_while_it_says_who_it_is(rng: random.Random, at_s: float) -> tuple[str, ...]:
    again_s = at_s + 0.2 + rng.uniform(0.02, 0.6)
    return (f"unplug:at={at_s:.3f},for=0.2", f"unplug:at={again_s:.3f},for=0.2")


def _frozen(rng: random.Random, at_s: float) -> tuple[str, ...]:
    return (f"freeze:at={at_s:.3f},for={rng.uniform(0.3, 2.0):.3f}",)


def _rebooted(rng: random.Random, at_s: float) -> tuple[str, ...]:
    return (f"reboot:at={at_s:.3f},for={rng.uniform(0.05, 1.0):.3f}",)


def _rebooted_and_replugged(rng: random.Random, at_s: float) -> tuple[str, ...]:
    return (*_rebooted(rng, at_s), f"unplug:at={at_s:.3f},for={rng.uniform(0.3, 1.2):.3f}")


def _at_another_speed(rng: random.Random, at_s: float) -> tuple[str, ...]:
    return (f"baud:to={rng.choice((9600, 57600))},at={at_s:.3f},for={rng.uniform(0.3, 2):.3f}",)


def _rubbish(rng: random.Random, at_s: float) -> tuple[str, ...]:
    return (f"garbage:at={at_s:.3f},for={rng.uniform(0.1, 1.5):.3f}",)


def _noisy(rng: random.Random, at_s: float) -> tuple[str, ...]:
    name = rng.choice(("noise", "flip", "lose"))
    return (f"{name}:at={at_s:.3f},for=1.5,rate={rng.uniform(0.001, 0.02):.4f}",)


def _in_disorder(rng: random.Random, at_s: float) -> tuple[str, ...]:
    return tuple(
        f"{name}:at={at_s:.3f},for=1.5,rate={rng.uniform(0.02, 0.3):.3f}"
        for name in ("drop", "duplicate", "reorder", "half")
    )


BREAKERS: tuple[Breaker, ...] = (
    _unplugged,
    _unplugged,
    _pulled_within_a_frame,
    _pulled_while_it_says_who_it_is,
    _frozen,
    _rebooted,
    _rebooted_and_replugged,
    _at_another_speed,
    _rubbish,
    _noisy,
    _in_disorder,
)


@dataclass(slots=True)
class LinkTrial:
    """What was recorded. ``faults`` is by pen; ``stolen`` counts reads of another program.

    ``wall_ns`` is UTC less CLOCK_MONOTONIC of this machine.
    """

    recorder: RecorderProcess
    pens: Sequence[SimulatedPen]
    faults: Sequence[tuple[str, ...]]
    wall_ns: int = 0
    freed_ns: int = 0
    stolen: int = field(default=0)


def try_links(place: Path, seed: int, pens: int, slots: int) -> LinkTrial:
    """Return ``pens`` pens after ``slots`` faults each, drawn from ``seed``.

    The last pen's port is held by another program at first, and another one reads from the
    last but one now and then.
    """
    rng = random.Random(seed)
    faults = [_schedule(rng, slots) for _ in range(pens)]
    faults[-2:] = [(), ()]
    made = [_pen(place / f"p{number}", number, rng, told) for number, told in enumerate(faults)]
    tables = [PenTable(pen.link) for pen in made]
    trial = LinkTrial(RecorderProcess(place, settings_text(tables)), made, faults)
    trial.wall_ns = time.time_ns() - time.monotonic_ns()
    duration_us = int((slots * SLOT_S + 2) * 1e6)
    with ExitStack() as held:
        held.enter_context(holding_port(str(made[-1].link)))
        with trial.recorder, playing([pen.station for pen in made], Pace(duration_us=duration_us)):
            trial.recorder.until(
                lambda: "another program holds" in trial.recorder.pen(pens - 1).trouble,
                "word of the other program",
            )
            trial.freed_ns = time.time_ns()
            held.close()
            with _stealing(trial, made[-2].link, rng.random()):
                _until_over(trial)
            trial.recorder.stop()
    return trial


def _schedule(rng: random.Random, slots: int) -> tuple[str, ...]:
    told: list[str] = []
    for slot in range(slots):
        at_s = 1.0 + slot * SLOT_S + rng.uniform(0, 0.5)
        told += rng.choice(BREAKERS)(rng, at_s)
    return tuple(told)


def _pen(place: Path, number: int, rng: random.Random, faults: Sequence[str]) -> SimulatedPen:
    settings = simulated_settings(
        f"SIM-{number:03d}", rate_hz=rng.choice((50.0, 100.0)), seed=number
    )
    if number % 3 == 0:
        wraps_after = rng.randrange(50, 400)
        settings = replace(
            settings,
            start_tick_us=WRAP - wraps_after * settings.period_us,
            start_sequence=WRAP - wraps_after,
        )
    return SimulatedPen(place, settings, *faults)


def _until_over(trial: LinkTrial) -> None:
    """Return once every pen has ended: its link is gone, and all it said is recorded."""
    trial.recorder.until(
        lambda: not any(pen.link.is_symlink() for pen in trial.pens), "the end", 600.0
    )
    trial.recorder.until(
        lambda: all(pen.state == "no port" for pen in trial.recorder.ask().pens), "word of it"
    )


@contextmanager
def _stealing(trial: LinkTrial, link: Path, start: float) -> Iterator[None]:
    """Let another program read from a port now and then, without asking for it."""
    stop, rng = Event(), random.Random(start)

    def steal() -> None:
        while not stop.wait(rng.uniform(1.0, 3.0)):
            trial.stolen += _steal(link)

    thread = Thread(target=steal)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _steal(link: Path) -> bool:
    """Return whether something was read away; TIOCEXCL stops all but root."""
    try:
        port = os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return False
    got, until_s = 0, time.monotonic() + STEAL_S
    while time.monotonic() < until_s:
        try:
            got += len(os.read(port, 256))
        except BlockingIOError:
            time.sleep(0.001)
        except OSError:
            break
    os.close(port)
    return got > 0
