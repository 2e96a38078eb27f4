"""The nth call of the journal to its drive fails, for n = 1, 2, … until none is struck.

A script of appends, folds, a close and a second opening runs on the watched drive of the
power cuts. Each call that writes, syncs, cuts, makes or removes fails: once, or from then
on; for a broken drive, or for want of room. A struck write writes its first half. Then the
cause is gone, and what a fresh opening finds is held against what was acknowledged, before
and after a power cut.
"""

import multiprocessing
import random
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from drivers.model import HostTime
from logger.errors import JournalError, JournalUnavailable, NeedlelogError
from logger.journal.writer import Journal
from tests.faults import nth_failure_process
from tests.faults.power_cut import folding_at
from tests.support.batches import Batches
from tests.support.ledger import Ledger
from tests.support.report import Row
from tests.support.watched_drive import Drive, How
from tests.support.watched_files import watched_files

_TIME = HostTime(1_700_000_000_000_000_000, 5_000_000_000, True)
_FOLDED_AT_BYTES = 16_384
_TRIES_MEANWHILE = 2
_BATCHES = 12
_PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Failure:
    """How calls fail: ``full`` for want of room, else because the drive is broken."""

    lasting: bool
    full: bool

    def __str__(self) -> str:
        return f"{'ENOSPC' if self.full else 'EIO'}, {'lasting' if self.lasting else 'once'}"


FAILURES = tuple(Failure(lasting, full) for full in (False, True) for lasting in (False, True))


@dataclass(slots=True)
class Outcome:
    """What the failures of all calls came to.

    The journal ``stopped``, or went on after it was ``reopened`` under the same lock, or
    the call was one without consequence (``harmless``): the log stayed beside the file.
    """

    calls: int = 0
    stopped: int = 0
    reopened: int = 0
    harmless: int = 0
    entries: int = 0


class Attempt:
    """One run of the script on a new drive whose nth call fails."""

    def __init__(self, place: Path, failure: Failure, batches: int, seed: int) -> None:
        self._drive = Drive(place, random.Random(seed))
        self._drive.full = failure.full
        self._how: How = "break" if failure.lasting else "fail"
        self._ledger = Ledger()
        self._batches = Batches(random.Random(seed))
        self._count = batches
        self._reopened = False

    def run(self, nth: int, outcome: Outcome) -> bool:
        """Return whether there was an nth call; AssertionError where a promise is broken."""
        with watched_files(self._drive), folding_at(_FOLDED_AT_BYTES):
            self._drive.strike(nth, self._how)
            stopped = self._work()
            struck = bool(self._drive.failed)
            assert struck or not stopped, "it stopped, and nothing had failed"
            self._drive.restart()
            self._go_on()
            self._drive.cut()
            self._go_on()
        if struck:
            outcome.calls += 1
            outcome.stopped += stopped
            outcome.reopened += self._reopened
            outcome.harmless += not stopped and not self._reopened
        outcome.entries += self._ledger.entries
        return struck

    @property
    def _data_dir(self) -> Path:
        return self._drive.root / "var" / "data"

    def _open(self) -> Journal:
        return Journal.open(self._data_dir, lambda: _TIME, new_id=lambda: "0" * 32)

    def _work(self) -> bool:
        """Return whether the journal stopped, as it should."""
        try:
            for _ in range(2):
                with self._open() as journal:
                    self._ledger.check(self._data_dir)
                    for _ in range(self._count):
                        self._append(journal)
        except NeedlelogError:
            return True
        return False

    def _append(self, journal: Journal) -> None:
        try:
            batch = self._batches.draw(journal.last_position, ())
            self._ledger.acknowledge(self._ledger.append(journal, batch))
        except JournalUnavailable:
            self._reopen(journal)
        except JournalError:
            self._assert_takes_no_more(journal)
            raise

    def _assert_takes_no_more(self, journal: Journal) -> None:
        try:
            journal.append(self._batches.draw(0, ()).drafts)
        except JournalError:
            return
        raise AssertionError("the journal takes more after a failure")

    def _reopen(self, journal: Journal) -> None:
        """Try again as the recorder does; the cause goes away at last."""
        for tries_left in reversed(range(_TRIES_MEANWHILE + 1)):
            if not tries_left:
                self._drive.restart()
            try:
                journal.reopen()
                break
            except JournalUnavailable:
                assert tries_left, "the cause is gone and the journal does not come back"
        self._ledger.check(self._data_dir)
        self._reopened = True

    def _go_on(self) -> None:
        """Open what is left, look at it, append, and look again."""
        with self._open() as journal:
            self._ledger.check(self._data_dir)
            for _ in range(3):
                batch = self._batches.draw(journal.last_position, ())
                self._ledger.acknowledge(self._ledger.append(journal, batch))
            self._ledger.check(self._data_dir)


def rows(place: Path, seed: int) -> list[Row]:
    """Let every call fail: of the journal by itself, and of the running recorder."""
    with multiprocessing.get_context("fork").Pool(_PROCESSES) as pool:
        found = pool.map(partial(_row, place, seed), FAILURES)
    return [*found, *nth_failure_process.rows(place, seed)]


def _row(place: Path, seed: int, failure: Failure) -> Row:
    found = sweep(place, failure, count(1), _BATCHES, seed)
    figure = (
        f"{found.calls} calls: {found.stopped} stopped, {found.reopened} reopened, "
        f"{found.harmless} harmless, 0 losses"
    )
    name = f"journal: each call fails, {failure}"
    return Row(name, figure, "0 losses", found.calls > 0, {"entries": found.entries})


def sweep(
    place: Path, failure: Failure, numbers: Iterable[int], batches: int, seed: int
) -> Outcome:
    """Let the calls of ``numbers``, which rise, fail in turn until there is none of a number.

    The script appends ``batches`` twice.
    """
    outcome = Outcome()
    for nth in numbers:
        own = place / f"{failure}-{nth}"
        own.mkdir(parents=True)
        struck = Attempt(own, failure, batches, seed).run(nth, outcome)
        shutil.rmtree(own)
        if not struck:
            return outcome
    return outcome
