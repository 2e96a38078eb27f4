"""The nth call of the running recorder to its drive fails, for n = 1, 2, … until none is struck.

strace lets one kind of call fail on the journal's write-ahead log, or on all other files of
the data directory: once, or from the nth on until it is taken away from the living process.
The recorder then ends with exit code 5 and one message, or says that nothing can be saved
and goes on once the cause is gone. Started again without the fault, it records on.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import click

from logger.cli.exits import Exit
from logger.session.orders import StartSegment
from tests.faults.crash_calls import (
    ABSENT,
    BESIDES,
    KILLED,
    LOG,
    Bench,
    Place,
    bench,
    injecting,
    recover,
    start_order,
)
from tests.faults.lives import Ended, Life, Remains
from tests.support.recorder_process import RecorderProcess
from tests.support.report import Row

CALLS = ("pwrite64", "fdatasync", "write", "fsync", "ftruncate")
KINDS = (
    (ABSENT, "EIO", False),
    (ABSENT, "ENOSPC", True),
    (KILLED, "EIO", True),
    (KILLED, "ENOSPC", False),
)
AT_ONCE = 2
_SAMPLES = 20
_LASTS_S = 0.5
_ENTRIES = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """Calls of one kind fail with ``error``: the nth, or from the nth on if ``lasting``."""

    place: Place
    error: str
    lasting: bool

    def __str__(self) -> str:
        how = "lasting" if self.lasting else "once"
        return f"{self.error} {how}, {self.place.call}, {self.place.files}, {self.place.state}"


@dataclass
class Found:
    """What the faults of one kind came to.

    Each call that was struck, by what the recorder did: ``ended`` with a message, or ``went
    on``. ``acknowledged`` and ``refused`` count orders.
    """

    fault: Fault
    did: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    refused: int = 0


class Attempt:
    """A recorder whose nth call fails, from its start until it is told to stop, or ends."""

    def __init__(self, at: Bench, fault: Fault) -> None:
        self._fault = fault
        self._pen = at.pen.serial
        self.recorder = at.recorder(fault.place.state)
        self.life = Life(self.recorder)
        self.code: int | None = None
        self._calls = self.recorder.data_dir.with_name("calls")

    @property
    def struck(self) -> bool:
        """Whether a call was made to fail."""
        return self._calls.exists() and b"(INJECTED)" in self._calls.read_bytes()

    def run(self, number: int) -> None:
        """Return once the recorder has ended, with a code and words that are documented."""
        when = f"{number}+" if self._fault.lasting else f"{number}"
        what = f"error={self._fault.error}:when={when}"
        self.recorder.launch(
            *injecting(self.recorder.data_dir, self._fault.place, what, self._calls)
        )
        try:
            with suppress(Ended):
                self._work()
        finally:
            # Left alive it would go on reading the next pen that gets this terminal.
            if self.recorder.exit_code is None:
                self.recorder.kill()
        self.code = self.recorder.exit_code
        self._assert_ended_well()

    def _work(self) -> None:
        life, recorder = self.life, self.recorder
        life.until(lambda: recorder.status() is not None, "an answer")
        life.until(lambda: self.struck or self._samples() >= _SAMPLES, "samples")
        life.order(start_order(self._pen))
        life.order(StartSegment(pen=self._pen, side="right", zone="shin"))
        if self._fault.lasting and self.struck:
            time.sleep(_LASTS_S)
            _let_go(recorder)
        saved = life.asked(lambda: recorder.ask().saved_position)
        life.until(lambda: recorder.ask().saved_position >= saved + _ENTRIES, "new entries")
        recorder.stop()

    def _samples(self) -> int:
        return self.recorder.pen().samples

    def _assert_ended_well(self) -> None:
        code, log = self.code, self.recorder.log
        assert code in (Exit.OK, Exit.JOURNAL), f"{self._fault}: ended with {code}:\n{log}"
        assert "Traceback" not in log, log
        if code != Exit.OK:
            assert self.struck, log
            assert log.count("error: ") == 1, log


def _let_go(recorder: RecorderProcess) -> None:
    """Take strace away from the living process: the cause of its failures is gone.

    Told to end politely, strace would end the recorder too. Killed in the middle of a call
    it may leave that call failed, which is a failure as good as any.
    """
    status = Path(f"/proc/{recorder.pid}/status").read_text(encoding="utf-8")
    tracer = next(int(line.split()[1]) for line in status.splitlines() if "TracerPid" in line)
    # 0 once the recorder has ended by itself: a signal to 0 would kill the laboratory.
    if tracer:
        os.kill(tracer, signal.SIGKILL)


def fail_at(at: Bench, found: Found, number: int) -> bool:
    """Let the call of that number fail, and check what is left; False if there was none."""
    attempt = Attempt(at, found.fault)
    remains = Remains(attempt.recorder.data_dir)
    attempt.run(number)
    remains.inspect(attempt.life)
    recover(Life(attempt.recorder), remains)
    at.ended.append(attempt.recorder.data_dir)
    if attempt.struck:
        found.did["ended" if attempt.code else "went on"] += 1
    found.acknowledged += len(attempt.life.acknowledged)
    found.refused += attempt.life.refused
    return attempt.struck


def sweep(at: Bench, fault: Fault, numbers: Iterable[int]) -> Found:
    """Let the calls of ``numbers``, which rise, fail in turn until there is none of a number."""
    found = Found(fault)
    for number in numbers:
        if not fail_at(at, found, number):
            break
    click.echo(f"nth-failure: {fault}: {dict(found.did)}", err=True)
    return found


def rows(place: Path, seed: int) -> list[Row]:
    """Let every call fail, as ``KINDS`` names; AssertionError with the first broken promise."""

    def one(number: int) -> list[Found]:
        state, error, lasting = KINDS[number]
        with bench(place / f"process-{number}", f"{seed}-{number}", seed) as at:
            places = [Place(state, files, call) for files in (LOG, BESIDES) for call in CALLS]
            return [sweep(at, Fault(where, error, lasting), count(1)) for where in places]

    with ThreadPoolExecutor(AT_ONCE) as workers:
        return [_row(found) for found in workers.map(one, range(len(KINDS)))]


def _row(sweeps: Sequence[Found]) -> Row:
    did = sum((found.did for found in sweeps), Counter[str]())
    details = {str(found.fault): dict(found.did) for found in sweeps} | {
        "orders acknowledged": sum(found.acknowledged for found in sweeps),
        "orders refused": sum(found.refused for found in sweeps),
    }
    fault = sweeps[0].fault
    how = "lasting" if fault.lasting else "once"
    return Row(
        f"recorder: each call fails, {fault.error} {how}, {fault.place.state}",
        f"{did.total()} calls: {did['ended']} ended, {did['went on']} went on, 0 losses",
        "0 losses",
        did.total() > 0,
        details,
    )
