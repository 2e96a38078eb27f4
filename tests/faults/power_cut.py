"""Power cuts at any call of the journal, on a drive that loses what was not synced.

A history is a new journal and a drive of its own, through lives that end by a cut, by the
death of the process alone, or by a failing sync. Each life opens what the one before left
by the real code, holds it against what was acknowledged, and goes on appending.
"""

import multiprocessing
import random
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

import apsw

from drivers.model import HostTime
from logger.errors import JournalUnavailable, NeedlelogError
from logger.journal import connection, files, folding, migrations, opening
from logger.journal.migrations import Migration
from logger.journal.writer import Journal
from tests.support.batches import Batches
from tests.support.ledger import Broken, Ledger
from tests.support.report import Row
from tests.support.watched_drive import Drive, How, Struck
from tests.support.watched_files import watched_files

CUTS = 20_000
CUTS_OF_A_HISTORY = 20
HISTORIES_OF_A_CONTROL = 40
_PROCESSES = 2
_TIME = HostTime(1_700_000_000_000_000_000, 5_000_000_000, True)
_DATA_DIRS = ("data", "var/lib/needlelog")
_FOLDED_AT_BYTES = (16_384, 65_536, connection.WAL_BYTES)
_FURTHER_SQL = """
CREATE TABLE laboratory (number INTEGER PRIMARY KEY) STRICT;
CREATE INDEX laboratory_entry ON entry (time_ns, payload_hash);
"""

ENDS: Sequence[How] = ("cut", "cut", "cut", "kill", "fail", "break")
"""How lives end, each as likely as another."""

Weakened = Callable[[], AbstractContextManager[object]]
"""Takes something away that protects the journal, to see that its loss is noticed."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one history, or all of them together, came to."""

    cuts: int = 0
    deaths: int = 0
    failed: int = 0
    entries: int = 0
    broken: tuple[Broken, ...] = ()

    def __add__(self, other: "Found") -> "Found":
        return Found(
            self.cuts + other.cuts,
            self.deaths + other.deaths,
            self.failed + other.failed,
            self.entries + other.entries,
            self.broken + other.broken,
        )


class History:
    """One journal from its creation on, until it was cut so often, or is broken."""

    def __init__(self, place: Path, name: str, ends: Sequence[How]) -> None:
        self._ends = ends
        self._chance = random.Random(name)
        self._drive = Drive(place, self._chance)
        self._ledger = Ledger()
        self._batches = Batches(self._chance)
        self._data_dir = self._chance.choice(_DATA_DIRS)
        self._folded_at = self._chance.choice(_FOLDED_AT_BYTES)
        self._cuts = 0
        self._deaths = 0

    def run(self, cuts: int) -> Found:
        """Return what happened."""
        broken: tuple[Broken, ...] = ()
        try:
            with watched_files(self._drive), folding_at(self._folded_at):
                self._suffer(cuts // 2)
                with _newer_schema():
                    self._suffer(cuts)
                    self._look()
        except Broken as error:
            broken = (error,)
        return Found(self._cuts, self._deaths, self._drive.failed, self._ledger.entries, broken)

    def _suffer(self, cuts: int) -> None:
        while self._cuts < cuts:
            self._live_and_die()

    def _live_and_die(self) -> None:
        """Live until struck; then lose what was not on the drive, or only the process."""
        drive, failed_before = self._drive, self._drive.failed
        how: How = self._chance.choice(self._ends)
        drive.full = self._chance.random() < 0.5
        drive.strike(self._chance.randint(1, self._chance.choice((8, 60, 300))), how)
        try:
            while not drive.dead and drive.failed == failed_before:
                self._live()
        except (Struck, NeedlelogError) as error:
            if not drive.dead and drive.failed == failed_before:
                raise Broken("damaged", f"after cut {self._cuts}: {error}") from error
        if how == "cut" or self._chance.random() < 0.3:
            self._cuts += 1
            drive.cut()
        else:
            self._deaths += drive.dead
            drive.restart()

    def _live(self) -> None:
        """Open the journal, look at it, append some batches, close it."""
        data_dir = self._drive.root / self._data_dir
        with Journal.open(data_dir, lambda: _TIME, new_id=self._new_id) as journal:
            if self._drive.dead:
                return
            quarantined = self._ledger.check(data_dir)
            for _ in range(self._chance.randint(1, 30)):
                batch = self._batches.draw(journal.last_position, quarantined)
                try:
                    entries = self._ledger.append(journal, batch)
                    if self._drive.dead:
                        return
                    self._ledger.acknowledge(entries)
                    quarantined = []
                except JournalUnavailable:
                    journal.reopen()
                    if self._drive.dead:
                        return
                    quarantined = self._ledger.check(data_dir)

    def _look(self) -> None:
        data_dir = self._drive.root / self._data_dir
        try:
            Journal.open(data_dir, lambda: _TIME, new_id=self._new_id).close()
        except NeedlelogError as error:
            raise Broken("damaged", f"after the last cut: {error}") from error
        self._ledger.check(data_dir)

    def _new_id(self) -> str:
        return self._chance.randbytes(16).hex()


@contextmanager
def folding_at(wal_bytes: int) -> Iterator[None]:
    """Let the write-ahead log be folded into the file more often than in earnest."""
    with (
        patch.object(folding, "WAL_BYTES", wal_bytes),
        patch.object(connection, "WAL_BYTES", wal_bytes),
    ):
        yield


@contextmanager
def _newer_schema() -> Iterator[None]:
    """Let the program be one that brings a further migration."""
    shipped = migrations.shipped_migrations()
    newer = Migration(len(shipped) + 1, "laboratory", _FURTHER_SQL)
    with patch.object(migrations, "load_migrations", lambda folder: [*shipped, newer]):
        migrations.shipped_migrations.cache_clear()
        try:
            yield
        finally:
            migrations.shipped_migrations.cache_clear()


def synchronous(level: str) -> Weakened:
    """Open the journal with a weaker ``synchronous`` than the journal's own."""
    really = connection.open_for_writing

    def weakly(path: Path) -> apsw.Connection:
        opened = really(path)
        opened.pragma("synchronous", level)
        return opened

    return lambda: patch.object(opening, "open_for_writing", weakly)


def without(name: str) -> Weakened:
    """Let a function of ``logger.journal.files`` do nothing."""
    return lambda: patch.object(files, name, lambda path: None)


CONTROLS: Mapping[str, tuple[Weakened, Sequence[How]]] = {
    "synchronous=NORMAL": (synchronous("NORMAL"), ENDS),
    "synchronous=OFF": (synchronous("OFF"), ENDS),
    "directories not synced": (without("sync_directory"), ("cut", "kill")),
    "left-over log not written again": (without("rewrite_wal"), ("break", "cut")),
}
"""What must be noticed, or the laboratory proves nothing; and how lives end meanwhile."""


def history(place: Path, cuts: int, name: str, ends: Sequence[How] = ENDS) -> Found:
    """Run the history called ``name``, the same for the same name; leaves nothing behind."""
    own = place / name
    own.mkdir()
    try:
        return History(own, name, ends).run(cuts)
    finally:
        shutil.rmtree(own)


def weakened_histories(place: Path, control: str, names: Iterable[str]) -> Iterator[Found]:
    """Run histories with that taken away which ``control`` names."""
    weakened, ends = CONTROLS[control]
    with weakened():
        for name in names:
            yield history(place, CUTS_OF_A_HISTORY, name, ends)


def rows(place: Path, seed: int) -> list[Row]:
    """Run the long form: 20 000 cuts, and the controls."""
    names = [f"{seed}-{number}" for number in range(CUTS // CUTS_OF_A_HISTORY)]
    with multiprocessing.get_context("fork").Pool(_PROCESSES) as pool:
        found = pool.imap_unordered(partial(history, place, CUTS_OF_A_HISTORY), names)
        total = sum(found, Found())
        controls = pool.map(partial(_control_row, place, seed), CONTROLS)
    return [*_rows(total), *controls]


def _rows(total: Found) -> list[Row]:
    lost = sum(error.what == "lost" for error in total.broken)
    details = {"broken": [str(error) for error in total.broken]} | {
        "deaths of the process": total.deaths,
        "calls that failed": total.failed,
    }
    return [
        Row("power cuts", f"{total.cuts:,}", f"≥ {CUTS:,}", total.cuts >= CUTS, details),
        Row(
            "journals that lost acknowledged entries",
            f"{lost} ({total.entries:,} entries)",
            "0",
            not lost,
        ),
        Row("journals damaged", f"{len(total.broken) - lost}", "0", len(total.broken) == lost),
    ]


def _control_row(place: Path, seed: int, control: str) -> Row:
    names = [f"{seed}-{control}-{number}" for number in range(HISTORIES_OF_A_CONTROL)]
    found = list(weakened_histories(place, control, names))
    noticed = sum(bool(one.broken) for one in found)
    figure = f"noticed in {noticed} of {len(found)} histories"
    return Row(f"control: {control}", figure, "noticed", noticed > 0)
