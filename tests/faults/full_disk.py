"""The drive is filled: to each mark, to the last block, and beyond what memory can keep.

The recorder runs on a small drive of its own with one pen; ballast fills it. At the end
every sample is in the journal once, or in a gap that tells its number.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from drivers.simulator.pace import Pace
from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.room import RESERVE_FILE
from logger.session.orders import AddNote, AnyOrder, Start, Stop
from tests.bench import durability
from tests.faults.accounting import Account, account
from tests.support.playing import playing
from tests.support.recorder_process import PATIENCE_S, PenTable, RecorderProcess, settings_text
from tests.support.report import Row
from tests.support.simulated import SimulatedPen, simulated_settings
from tests.support.small_drive import SmallDrive, small_drive

DRIVE_BYTES = 40_000_000
WARN_BYTES = 8_000_000
REFUSE_BYTES = 4_000_000
RESERVE_BYTES = 800_000
HOLD_BYTES = 200_000
RATE_HZ = 500.0
KEPT = "is kept in memory until there is room"
WRITTEN = "all that waited is written"
PATTERNS = 40
BEYOND_MEMORY = 15_000
"""Samples that ``HOLD_BYTES`` do not hold."""
START = Start(client="C-1", practitioner="dr", side="left", zone="anterior-thigh")
_FULL = 0
_COMMITS = 1000


@dataclass(slots=True)
class Trial:
    """One recorder with its pen on a small drive."""

    drive: SmallDrive
    recorder: RecorderProcess
    pen: SimulatedPen

    @property
    def reserve_bytes(self) -> int:
        """What the reserve holds."""
        path = self.recorder.data_dir / RESERVE_FILE
        return path.stat().st_size if path.exists() else 0

    def start_session(self) -> None:
        """Begin a session on the pen."""
        self.recorder.order(START)

    def refusal(self, order: AnyOrder = START) -> str:
        """Return why ``order`` cannot be carried out; empty if it was."""
        try:
            self.recorder.order(order)
        except CommandRefused as refused:
            return str(refused)
        return ""

    def until_saved(self, samples: int) -> None:
        """Return once so many more samples are in the journal."""
        wanted = self.saved() + samples
        self.recorder.until(lambda: self.saved() >= wanted, f"{samples} more samples")

    def saved(self) -> int:
        """Return how many samples the journal holds."""
        return sum(len(block) for block in self.recorder.blocks(self.pen.serial))

    def until_sent(self, samples: int) -> None:
        """Return once the pen has written so many more samples to its line."""
        wanted = len(self.pen.sequence()) + samples
        self.recorder.until(lambda: len(self.pen.sequence()) >= wanted, f"{samples} sent")

    def until_ended(self) -> None:
        """Return once the recorder has ended by itself."""
        until = time.monotonic() + PATIENCE_S
        while self.recorder.exit_code is None:
            assert time.monotonic() < until, f"it goes on:\n{self.recorder.log}"
            time.sleep(0.02)

    def until_said(self, words: str, times: int = 1) -> None:
        """Return once the log has ``words`` so often."""
        self.recorder.until(lambda: self.recorder.log.count(words) >= times, repr(words))

    def fill(self) -> None:
        """Fill the drive again and again until what pens say can only be kept in memory."""
        before = self.recorder.log.count(KEPT)

        def waits() -> bool:
            self.drive.leave(_FULL)
            return self.recorder.log.count(KEPT) > before

        self.recorder.until(waits, "a drive without room")

    def resume(self) -> None:
        """Give the room back; return once all that waited is written."""
        before = self.recorder.log.count(WRITTEN)
        self.drive.free()
        self.until_said(WRITTEN, before + 1)

    def levels(self) -> list[str]:
        """Return the levels that the journal tells of, in order."""
        told = self.recorder.payloads("service.disk")
        return [one.level for one in told if isinstance(one, kinds.DiskLevel)]

    def gaps(self) -> list[kinds.Gap]:
        """Return the gaps of the journal."""
        return [one for one in self.recorder.payloads("gap") if isinstance(one, kinds.Gap)]

    def account(self) -> Account:
        """Stop the recorder after some more samples; return the account of the pen."""
        self.until_saved(50)
        sent = len(self.pen.sequence())
        code, _ = self.recorder.stop()
        assert code == 0, self.recorder.log
        # The pen writes its log behind the line, which nobody reads any more.
        until = time.monotonic() + PATIENCE_S
        while len(self.pen.sequence()) < sent + RATE_HZ:
            assert time.monotonic() < until, "the pen's log stands still"
            time.sleep(0.05)
        found = account([self.pen.log], [self.recorder.data_dir])
        found.assert_sound()
        return found


def disk_table(**numbers: int) -> str:
    """Return the ``[disk]`` table of a laboratory's recorder."""
    given = {
        "warn_below_bytes": WARN_BYTES,
        "refuse_below_bytes": REFUSE_BYTES,
        "reserve_bytes": RESERVE_BYTES,
        "hold_bytes": HOLD_BYTES,
        **numbers,
    }
    return "\n".join(["[disk]", *(f"{key} = {value}" for key, value in given.items())])


@contextmanager
def prepared(place: Path, *, seed: int = 1, **disk: int) -> Iterator[Trial]:
    """Yield a trial whose pen is not plugged in and whose recorder does not run yet."""
    settings = simulated_settings("SIM-DISK", rate_hz=RATE_HZ, seed=seed)
    with small_drive(place / "data", DRIVE_BYTES) as drive:
        pen = SimulatedPen(place / "line", settings)
        text = settings_text([PenTable(pen.link)], disk_table(**disk))
        recorder = RecorderProcess(place, text)
        try:
            yield Trial(drive, recorder, pen)
        finally:
            recorder.__exit__(None, None, None)


@contextmanager
def running(place: Path, *, seed: int = 1, **disk: int) -> Iterator[Trial]:
    """Yield a trial that records."""
    with (
        prepared(place, seed=seed, **disk) as trial,
        playing([trial.pen.station], Pace(waits_for_readers=True)),
        trial.recorder,
    ):
        trial.recorder.until(lambda: trial.saved() > 0, "samples")
        trial.recorder.until(lambda: trial.reserve_bytes == RESERVE_BYTES, "the reserve")
        yield trial


def rows(place: Path, seed: int) -> list[Row]:
    """Fill and free the drive by random patterns; then account for every sample."""
    chance = random.Random(seed)
    with running(place, seed=seed) as trial:
        trial.start_session()
        # Later the write-ahead log has blocks of its own, and a full drive is long unnoticed.
        trial.fill()
        trial.until_sent(BEYOND_MEMORY)
        trial.resume()
        refused = 0
        for _ in range(PATTERNS):
            refused += _pattern(trial, chance)
            _until_going_on(trial)
        trial.recorder.order(Stop())
        found = trial.account()
        waited = trial.recorder.log.count(KEPT)
        traces = trial.recorder.log.count("Traceback")
    figure = (
        f"{found.unexplained} of {found.made} unexplained; {found.told_missing} in gaps, "
        f"{waited} times without room"
    )
    sound = found.unexplained == 0 and traces == 0 and found.told_missing > 0 and waited > 0
    details = {**found.as_dict(), "refused_orders": refused, "patterns": PATTERNS}
    missing = Row("disk full: samples missing without a gap", figure, "none", sound, details)
    return [missing, durability.measure(_COMMITS, place)]


def _pattern(trial: Trial, chance: random.Random) -> int:
    """Leave a random amount of room for a random time; return how many orders were refused."""
    refused = 0
    for _ in range(chance.randint(1, 4)):
        left = chance.choice((_FULL, 4096, 60_000, 500_000, REFUSE_BYTES, WARN_BYTES))
        until_s = time.monotonic() + chance.uniform(0.1, 3.0)
        while time.monotonic() < until_s:
            trial.drive.leave(left)
            time.sleep(0.02)
        try:
            trial.recorder.order(AddNote(text="under way"))
        except CommandRefused:
            refused += 1
    trial.drive.free()
    return refused


def _until_going_on(trial: Trial) -> None:
    def goes_on() -> bool:
        log = trial.recorder.log
        return log.count(KEPT) == log.count(WRITTEN)

    trial.recorder.until(goes_on, "end of the waiting")
