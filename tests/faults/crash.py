"""The recorder is killed: at random moments under load, and at each of its calls to the drive.

After each kill the journal that is left is checked, and at last every sample is accounted
for: in the journal, at the broker, in the database.
"""

import random
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer

import click

from drivers.simulator.pace import Pace
from tests.faults import crash_calls
from tests.faults.accounting import Account, account
from tests.faults.lives import (
    Ended,
    Life,
    Remains,
    any_order,
    assert_sessions_match,
    surely_ended,
    until_sessions_go_on,
)
from tests.faults.receivers import Receivers, receiving
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.report import Row
from tests.support.simulated import SimulatedPen, simulated_settings

PENS = 4
RATE_HZ = 200.0
KILLS = 2000
KILLS_A_ROUND = 50
AT_ONCE = 2
OPENING_S = (0.3, 1.2)
"""When a recorder is killed that shall not have finished its start, since its launch."""
WORKING_S = 1.5
"""How long one works at most that is killed later."""
KILLED_EARLY = 0.3
_SETTLED_SAMPLES = 100
_LOOK_EVERY_S = 0.02


@dataclass
class Round:
    """What many kills of recorders on one data directory came to."""

    kills: int = 0
    acknowledged: int = 0
    refused: int = 0
    repeats: int = 0
    doing: Counter[str] = field(default_factory=Counter)
    accounts: list[Account] = field(default_factory=list)

    def took(self, life: Life) -> None:
        self.kills += 1
        self.refused += life.refused
        self.doing[life.doing] += 1


def rows(place: Path, seed: int) -> list[Row]:
    """Return the rows of the long form; AssertionError with the first promise broken."""
    rounds = many_rounds(place / "kills", seed, KILLS // KILLS_A_ROUND, KILLS_A_ROUND)
    return [*kill_rows(rounds), *crash_calls.rows(place / "calls", seed)]


def many_rounds(place: Path, seed: int, count: int, kills: int) -> list[Round]:
    """Run ``count`` rounds, two at a time, and say how far it is."""
    done: list[Round] = []

    def one(number: int) -> Round:
        done.append(kill_round(place / str(number), seed * 10_000 + number, kills))
        total = sum(a_round.kills for a_round in done)
        click.echo(f"crash: {total} kills", err=True)
        return done[-1]

    with ThreadPoolExecutor(AT_ONCE) as workers:
        return list(workers.map(one, range(count)))


def kill_round(place: Path, seed: int, kills: int) -> Round:
    """Kill a recorder of some pens ``kills`` times, then let it deliver all, and compare."""
    rng = random.Random(seed)
    pens = [_pen(place, seed, number) for number in range(PENS)]
    with receiving(place / "receivers") as receivers:
        text = settings_text([PenTable(pen.link) for pen in pens], *receivers.tables)
        recorder = RecorderProcess(place, text)
        remains, found = Remains(recorder.data_dir), Round()
        with surely_ended(recorder):
            with playing([pen.station for pen in pens], Pace(waits_for_readers=True)):
                for _ in range(kills):
                    life = Life(recorder)
                    live_until_killed(life, rng, [pen.serial for pen in pens])
                    found.took(life)
                    remains.inspect(life)
                _go_on(recorder)
            _deliver_and_stop(recorder)
        found.acknowledged = len(remains.acknowledged)
        assert_sessions_match(recorder.data_dir)
        _account(found, pens, recorder.data_dir, receivers)
    return found


def _pen(place: Path, seed: int, number: int) -> SimulatedPen:
    serial = f"SIM-{seed}-{number}"
    settings = simulated_settings(serial, rate_hz=RATE_HZ, seed=seed + number)
    return SimulatedPen(place / f"pen-{number}", settings)


def _go_on(recorder: RecorderProcess) -> None:
    """Start it once more, and let it record what shows the last kill's gap."""
    recorder.start()
    recorder.until(lambda: _all_linked(recorder), "samples of all pens")
    until_sessions_go_on(recorder)


def _deliver_and_stop(recorder: RecorderProcess) -> None:
    """Let it deliver all that the pens, silent by now, have said."""
    recorder.until(lambda: not any(pen.samples for pen in recorder.ask().pens), "silence")
    recorder.until_delivered("mqtt", "influx")
    code, _ = recorder.stop()
    assert code == 0, recorder.log


def live_until_killed(life: Life, rng: random.Random, pens: Sequence[str]) -> None:
    """Let a recorder work, with people giving orders, until a kill at a random moment."""
    life.recorder.launch()
    early = rng.random() < KILLED_EARLY
    early_s, late_s = rng.uniform(*OPENING_S), rng.uniform(0, WORKING_S)
    killers = [Timer(early_s, life.recorder.kill)] if early else []
    for killer in killers:
        killer.start()
    try:
        life.until_recording(0, len(pens))
        if not early:
            killers.append(Timer(late_s, life.recorder.kill))
            killers[0].start()
        while True:
            life.order(any_order(rng, pens))
            time.sleep(rng.uniform(0, 0.1))
    except Ended:
        return
    finally:
        for killer in killers:
            killer.join()


def _all_linked(recorder: RecorderProcess) -> bool:
    return all(pen.samples >= _SETTLED_SAMPLES for pen in recorder.ask().pens)


def _account(
    found: Round, pens: Sequence[SimulatedPen], data_dir: Path, receivers: Receivers
) -> None:
    messages = receivers.messages()
    for pen in pens:
        own = [message for message in messages if message["pen"] == pen.serial]
        stored_ns = receivers.stored_ns(pen.serial)
        one = account([pen.log], [data_dir], messages=own, stored_ns=stored_ns)
        one.assert_sound()
        assert one.journaled, f"{pen.serial}: nothing was recorded"
        found.accounts.append(one)
        found.repeats += len(own) - len({(m["journal"], m["position"]) for m in own})


def kill_rows(rounds: Sequence[Round]) -> list[Row]:
    """Return what kills at random moments came to; that they are sound was asserted."""
    accounts = [one for a_round in rounds for one in a_round.accounts]
    kills = sum(a_round.kills for a_round in rounds)
    journaled = sum(one.journaled for one in accounts)
    doing = sum((a_round.doing for a_round in rounds), Counter[str]())
    details = {
        "killed while": dict(doing),
        "orders refused": sum(a_round.refused for a_round in rounds),
        "samples missing": sum(one.missing for one in accounts),
        "samples missing that were on the line": sum(one.lost_on_the_line for one in accounts),
        "messages repeated": sum(a_round.repeats for a_round in rounds),
    }
    in_gaps = sum(one.in_gaps for one in accounts)
    acknowledged = sum(a_round.acknowledged for a_round in rounds)
    return [
        Row("kill -9 at random moments", f"{kills} kills", f"≥ {kills}", kills > 0, details),
        Row(
            "after them: samples journaled, delivered and stored",
            f"{journaled} once each, 0 twice",
            "each once",
            bool(journaled),
        ),
        Row("after them: samples missing", f"{in_gaps} in gaps, 0 elsewhere", "all in gaps", True),
        Row("after them: orders acknowledged", f"{acknowledged} kept, 0 lost", "0 lost", True),
    ]
