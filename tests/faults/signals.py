"""The recorder is told to end: at any moment, in any trouble, once or twice.

Within five seconds it has ended, everything that the pens had sent when the signal came is
committed, and an open session is marked as interrupted; the next start goes on with it.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from logger.cli.exits import Exit
from tests.faults.lives import Life, assert_sessions_match, sessions_of, surely_ended
from tests.faults.signal_moments import MOMENTS, Bed, Moment, bed
from tests.support.recorder_process import RecorderProcess
from tests.support.report import Row

ENDS_WITHIN_S = 5.0
TRIALS = 240
AT_ONCE = 2
SIGNALS: tuple[tuple[signal.Signals, ...], ...] = (
    (signal.SIGTERM,),
    (signal.SIGINT,),
    (signal.SIGTERM, signal.SIGTERM),
    (signal.SIGINT, signal.SIGTERM),
)
_AGAIN_WITHIN_S = 0.3


def trial(at: Bed, moment: Moment, numbers: Sequence[signal.Signals], rng: random.Random) -> None:
    """Let a recorder live until ``moment``, signal, and fail unless it ends in order.

    How long that took is noted.
    """
    life = Life(at.recorder)
    began = at.last_position()
    with moment(at, life, rng):
        signalled_ns = time.monotonic_ns()
        code = _end(at.recorder, numbers, rng)
        took_s = (time.monotonic_ns() - signalled_ns) / 1e9
    label = f"{moment.__name__}, {' and '.join(number.name for number in numbers)}"
    at.took_s[label] = max(took_s, at.took_s.get(label, 0.0))
    assert "Traceback" not in at.recorder.log, at.recorder.log
    at.remains.inspect(life)
    kinds = [entry.kind for entry in at.recorder.entries() if entry.position > began]
    if "service.started" in kinds:
        at.ended["in order"] += 1
        _assert_in_order(at.recorder, kinds, code, numbers, label)
        if life.doing != Life.doing:
            at.signalled_ns.append(signalled_ns)
    else:
        at.ended["before it had begun"] += 1
        assert code in {0, Exit.INTERRUPTED, *(-number for number in numbers)}, (label, code)


def _assert_in_order(
    recorder: RecorderProcess,
    kinds: Sequence[str],
    code: int,
    numbers: Sequence[signal.Signals],
    label: str,
) -> None:
    """Fail unless the record of a life says that it was ended, and of sessions that they wait."""
    assert kinds[-1] == "service.stopped", (label, kinds[-3:])
    # A further signal may come when all is closed and nobody is left to hear it.
    late = {Exit.INTERRUPTED, *(-number for number in numbers[1:])}
    assert code == 0 or (len(numbers) > 1 and code in late), (label, code)
    states = {one.state for one in sessions_of(recorder.data_dir)}
    assert states <= {"interrupted", "stopped"}, (label, states)
    assert_sessions_match(recorder.data_dir)


def _end(recorder: RecorderProcess, numbers: Sequence[signal.Signals], rng: random.Random) -> int:
    """Send all signals, the later ones at random moments; return the exit code."""
    for number in numbers[:-1]:
        os.kill(recorder.pid, number)
        time.sleep(rng.uniform(0, _AGAIN_WITHIN_S))
    code, _ = recorder.stop(numbers[-1])
    return code


def rows(place: Path, seed: int) -> list[Row]:
    """Return the rows of the long form; AssertionError with the first promise broken."""

    def some(number: int) -> Bed:
        return trials(place / str(number), seed * 100 + number, TRIALS // AT_ONCE)

    with ThreadPoolExecutor(AT_ONCE) as workers:
        return signal_rows(list(workers.map(some, range(AT_ONCE))))


def trials(place: Path, seed: int, count: int) -> Bed:
    """Run ``count`` trials one after the other on one data directory, every moment in turn."""
    rng = random.Random(seed)
    with bed(place, str(seed), seed) as at, surely_ended(at.recorder):
        for number in range(count):
            trial(at, MOMENTS[number % len(MOMENTS)], rng.choice(SIGNALS), rng)
            click.echo(f"signals: {number + 1} of {count}", err=True)
    return at


def signal_rows(beds: Sequence[Bed]) -> list[Row]:
    """Return what the trials came to; that nothing was lost was asserted."""
    labels = {label for at in beds for label in at.took_s}
    took_s = {label: max(at.took_s.get(label, 0.0) for at in beds) for label in sorted(labels)}
    slowest = max(took_s, key=lambda label: took_s[label])
    ended = sum((at.ended for at in beds), Counter[str]())
    return [
        Row(
            f"SIGTERM or SIGINT, {ended.total()} times: end of the recorder",
            f"{took_s[slowest]:.2f} s at most ({slowest})",
            f"< {ENDS_WITHIN_S:g} s",
            took_s[slowest] < ENDS_WITHIN_S,
            {"ended": dict(ended), "longest_s": took_s},
        ),
        Row(
            "after it: what was sent before the signal",
            "all committed, sessions marked",
            "all committed",
            ended["in order"] > 0,
        ),
    ]
