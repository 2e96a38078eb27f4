"""A recorder whose machine's clock is stepped, stopped, lost and found, with a session open."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread

from drivers.simulator.burst import Fate
from drivers.simulator.station import Station
from logger.session.orders import Resume, Start, StartSegment, Stop
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.set_clock import S_NS, YEAR_NS, SetClock
from tests.support.simulated import SimulatedPen, simulated_settings

STEPS_NS = (10 * YEAR_NS, -10 * YEAR_NS, 3600 * S_NS, -3600 * S_NS, S_NS, -S_NS, S_NS // 5)
DRIFT = "drift:ppm=30000"
DEAD_CLOCK_NS = -50 * YEAR_NS
ASLEEP_US = 5_000_000
SLEEPS_S = (15, 60, 150)
ZONES = ("anterior-thigh", "lateral-thigh", "medial-thigh")


@dataclass(slots=True)
class Timed:
    """A session, and between which true times (ns) it was started and stopped."""

    id: str
    started_ns: tuple[int, int]
    stopped_ns: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Trial:
    """What was done; ``began_ns`` is the true time at which each pen powered up.

    ``held`` is what the journal held at several moments: position, time, hash.
    """

    recorder: RecorderProcess
    clock: SetClock
    steady: SimulatedPen
    drifting: SimulatedPen
    sessions: list[Timed] = field(default_factory=list)
    held: list[tuple[tuple[int, int, bytes], ...]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    began_ns: int = 0

    @property
    def pens(self) -> tuple[SimulatedPen, SimulatedPen]:
        return self.steady, self.drifting


def try_clock(place: Path, seed: int, acts: int) -> Trial:
    """Return a trial of ``acts`` faults drawn from ``seed``; at the end time is right again."""
    place.mkdir(parents=True)
    steady = SimulatedPen(place / "steady", simulated_settings("SIM-steady", seed=seed))
    drifting = SimulatedPen(place / "drifting", simulated_settings("SIM-drifting"), DRIFT)
    pens = (steady, drifting)
    settings = settings_text([PenTable(pen.link) for pen in pens])
    clock = SetClock(place)
    trial = Trial(RecorderProcess(place, settings, clock.under), clock, *pens)
    rng = random.Random(seed)
    if rng.random() < 0.5:
        trial.clock.step(rng.choice((*STEPS_NS, DEAD_CLOCK_NS)))
    with trial.recorder, _playing(trial):
        _until_recorded(trial)
        _start(trial)
        for _ in range(acts):
            _pause(rng)
            _one_fault(trial, rng)
            _hold(trial)
        trial.clock.put_right()
        _pause(rng)
        _until_recorded(trial)
        _stop(trial)
        _pause(rng)
        trial.recorder.stop()
    return trial


def _one_fault(trial: Trial, rng: random.Random) -> None:
    faults: dict[str, tuple[int, Callable[[Trial, random.Random], None]]] = {
        "step": (8, _step),
        "time arrives": (2, _time_arrives),
        "suspend": (2, _suspend),
        "step asleep": (2, _step_asleep),
        "restart": (1, _restart),
        "reboot": (1, _reboot),
        "next session": (2, _next_session),
        "next zone": (2, _next_zone),
    }
    name = rng.choices(list(faults), [weight for weight, _ in faults.values()])[0]
    trial.done.append(name)
    faults[name][1](trial, rng)


def _step(trial: Trial, rng: random.Random) -> None:
    # Never beyond what a calendar can show, however the dice fall.
    by_ns = rng.choice(STEPS_NS)
    if abs(trial.clock.error_ns + by_ns) > 30 * YEAR_NS:
        by_ns = -by_ns
    trial.clock.step(by_ns)


def _time_arrives(trial: Trial, rng: random.Random) -> None:
    del rng
    trial.clock.put_right()


def _suspend(trial: Trial, rng: random.Random) -> None:
    trial.clock.sleep(rng.choice(SLEEPS_S) * S_NS, trial.recorder.pid)
    _until_recorded(trial)


def _step_asleep(trial: Trial, rng: random.Random) -> None:
    # As a machine that wakes hears of the time before its programs go on.
    set_clock = rng.choice((_step, _time_arrives))
    waking = partial(set_clock, trial, rng)
    trial.clock.sleep(rng.choice(SLEEPS_S) * S_NS, trial.recorder.pid, waking)
    _until_recorded(trial)


def _restart(trial: Trial, rng: random.Random) -> None:
    if rng.random() < 0.5:
        trial.recorder.kill()
    else:
        trial.recorder.stop()
    _launch_again(trial)


def _reboot(trial: Trial, rng: random.Random) -> None:
    trial.recorder.kill()
    trial.clock.reboot(rng.choice((0, DEAD_CLOCK_NS, -YEAR_NS)))
    _launch_again(trial)


def _launch_again(trial: Trial) -> None:
    trial.recorder.start()
    _until_recorded(trial)


def _next_session(trial: Trial, rng: random.Random) -> None:
    _stop(trial)
    _pause(rng)
    _start(trial)


def _next_zone(trial: Trial, rng: random.Random) -> None:
    _going_on(trial)
    zone = rng.choice([zone for zone in ZONES if zone != trial.recorder.ask().sessions[0].zone])
    trial.recorder.order(StartSegment(side="left", zone=zone))


def _start(trial: Trial) -> None:
    before_ns = trial.clock.true_ns
    start = Start(
        client="C-1", practitioner="dr", side="left", zone=ZONES[0], pen=trial.steady.serial
    )
    order = trial.recorder.order(start)
    trial.sessions.append(Timed(order["session"], (before_ns, trial.clock.true_ns)))


def _stop(trial: Trial) -> None:
    _going_on(trial)
    before_ns = trial.clock.true_ns
    trial.recorder.order(Stop())
    trial.sessions[-1].stopped_ns = (before_ns, trial.clock.true_ns)


def _going_on(trial: Trial) -> None:
    """Resume a session that lapsed: after a reboot whose clock tells nothing, a person must."""
    _until_recorded(trial)
    (session,) = trial.recorder.ask().sessions
    if session.state == "lapsed":
        trial.done.append("resumed by a person")
        trial.recorder.order(Resume())


def _until_recorded(trial: Trial) -> None:
    """Wait until each pen goes on being recorded, and time for an anchor was there."""
    for number in range(len(trial.pens)):
        counted = trial.recorder.pen(number).samples
        trial.recorder.until(partial(_goes_on, trial, number, counted), f"samples of pen {number}")


def _goes_on(trial: Trial, number: int, counted: int) -> bool:
    """Return whether more was recorded since ``counted``, or on a new link."""
    return trial.recorder.pen(number).samples not in range(counted + 40)


def _hold(trial: Trial) -> None:
    entries = trial.recorder.entries()
    trial.held.append(tuple((one.position, one.time_ns, one.chain_hash) for one in entries))


def _pause(rng: random.Random) -> None:
    time.sleep(rng.uniform(0.3, 1.2))


@contextmanager
def _playing(trial: Trial) -> Iterator[None]:
    """Play the pens by a clock that goes on while the machine sleeps."""
    stop = Event()
    thread = Thread(target=_play, args=(trial, stop))
    trial.began_ns = trial.clock.true_ns
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _play(trial: Trial, stop: Event) -> None:
    began_ns = trial.clock.now_ns()
    while not stop.wait(0.01):
        to_us = (trial.clock.now_ns() - began_ns) // 1000
        for pen in trial.pens:
            if to_us - pen.station.time_us > ASLEEP_US:
                _say_to_nobody(pen.station, to_us)
            else:
                pen.station.play(to_us)
    for pen in trial.pens:
        pen.station.finish()
        pen.station.close()


def _say_to_nobody(station: Station, to_us: int) -> None:
    """Let the pen go on counting while the machine sleeps and takes nothing."""
    burst = station.pen.burst(to_us)
    burst.swallow(Fate.UNREAD)
    station.time_us = to_us
    station.account.settle(burst, 0, time.monotonic_ns())
