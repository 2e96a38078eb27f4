"""Corruption: whatever happens to the journal's files, recording goes on and says what is lost."""

import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from logger.errors import JournalError
from logger.journal.damage import tell_damage
from logger.journal.entry import Draft, Entry
from logger.journal.files import JOURNAL_FILE
from logger.journal.reader import JournalReader
from logger.journal.recovering import recover_all
from logger.journal.verify import verify
from logger.journal.verify_succession import SuccessionResult, verify_succession
from logger.journal.writer import Journal
from logger.session.store import load_sessions, open_sessions
from tests.faults.corrupted_base import OPEN_SESSION, Base, make_bases
from tests.faults.corrupted_bytes import LOG_FILE, Damage, damage
from tests.support.report import Row
from tests.support.stories import PEN, Story, host_time, sample_block

LONG_CASES = 2400
_OUTCOMES = ("harmless", "set aside at the start", "found when it was read or verified")


@dataclass(slots=True)
class Account:
    """What became of all cases."""

    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    entries: int = 0
    struck: int = 0
    brought_back: int = 0
    slowest_start_s: float = 0.0


def rows(place: Path, seed: int) -> list[Row]:
    """Return the figures of the long form."""
    return figures(damage_many(place, seed, LONG_CASES))


def damage_many(place: Path, seed: int, cases: int) -> Account:
    """Damage copies of a journal in ``cases`` ways, start each anew and recover it."""
    bases = make_bases(place, seed)
    account = Account()
    for number in range(cases):
        _try(place / "case", bases[number % len(bases)], seed * 1_000_003 + number, account)
    return account


def figures(account: Account) -> list[Row]:
    """Return the account as rows."""
    cases = sum(account.outcomes.values()) + len(account.wrong)
    found = ", ".join(f"{account.outcomes[name]} {name}" for name in _OUTCOMES)
    kept = account.entries - account.struck
    details = {"wrong": account.wrong[:50], "slowest_start_s": account.slowest_start_s}
    return [
        Row(
            "corruption: damaged, started, recorded on, recovered",
            f"{cases - len(account.wrong)} of {cases}: {found}",
            "all",
            not account.wrong,
            details,
        ),
        Row(
            "corruption: entries outside the damage brought back",
            f"{account.brought_back} of {kept}, {account.struck} more were struck",
            "all",
            account.brought_back == kept,
        ),
    ]


def _try(directory: Path, base: Base, seed: int, account: Account) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    done = damage(Random(seed), base, base.copy(directory))
    try:
        outcome = _Case(directory, base, done, account).run()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        account.wrong.append(f"{base.name}, case {seed}: {done}: {error!r}")
        return
    account.outcomes[outcome] += 1


@dataclass(slots=True)
class _Case:
    """One damaged copy of ``base``."""

    directory: Path
    base: Base
    done: Damage
    account: Account

    def run(self) -> str:
        """Start, record on, verify, recover; AssertionError where a promise is broken."""
        aside = self._start_and_record()
        if not aside and self._is_whole():
            self._check_session()
            return _OUTCOMES[0]
        if not aside:
            result = verify(self.directory)
            assert not result.good, "something is lost and verify says all is well"
            tell_damage(self.directory, result.problem)
            assert self._start_and_record(), "it was not set aside"
        result_before = verify_succession(self.directory)
        assert not result_before.good, "nobody says that a file was set aside"
        assert result_before.unrecovered, "the file set aside is not named"
        self._recover()
        self._check_session()
        return _OUTCOMES[1] if aside else _OUTCOMES[2]

    def _start_and_record(self) -> bool:
        """Return whether the start set the file aside."""
        started_s = time.monotonic()
        with Journal.open(self.directory, host_time) as journal:
            store, projection = open_sessions(self.directory, journal.append)
            store.close()
            self.account.slowest_start_s = max(
                self.account.slowest_start_s, time.monotonic() - started_s
            )
            assert [one.id for one in projection.open_sessions()] == [OPEN_SESSION]
            (entry,) = journal.append([_more(journal.last_position)])
        with JournalReader(self.directory / JOURNAL_FILE) as reader:
            last = reader.last()
            assert last is not None
            assert last.chain_hash == entry.chain_hash, "what was recorded on is not there"
            return reader.first_position > 1

    def _is_whole(self) -> bool:
        try:
            with JournalReader(self.directory) as reader:
                found = {entry.position: entry for entry in reader.entries()}
        except JournalError:
            return False
        return (
            all(found.get(position) == entry for position, entry in self.base.entries.items())
            and verify(self.directory).good
        )

    def _recover(self) -> None:
        (done,) = recover_all(self.directory)
        with JournalReader(self.directory) as reader:
            found = {
                entry.position: entry for entry in reader.entries(to=reader.first_position - 1)
            }
        written = self.base.entries
        whole = {at for at, entry in found.items() if _same(entry, written.get(at))}
        extra = {at for at in found if at not in written and at <= max(written)}
        assert not extra, f"entries that were never written: {sorted(extra)[:5]}"
        self._check_kept(whole)
        told = {at for first, last in done.holes for at in range(first, last + 1)}
        untold = set(written) - whole - told - set(done.lost_payloads)
        assert not untold, f"lost and not said: {sorted(untold)[:5]}"
        result = verify_succession(self.directory)
        assert result.good, f"after the recovery: {_problem(result)}"

    def _check_kept(self, whole: set[int]) -> None:
        struck = self._struck()
        kept = set(self.base.entries) - struck
        self.account.entries += len(self.base.entries)
        self.account.struck += len(struck)
        self.account.brought_back += len(kept & whole)
        lost = sorted(kept - whole)
        assert not lost, f"{len(lost)} entries outside the damage were lost, the first {lost[0]}"

    def _struck(self) -> set[int]:
        """Return the entries that need a damaged page.

        Of the log SQLite believes nothing behind a damaged frame; the chain ties what
        follows to the last commit known, up to the last entry that is struck.
        """
        struck = {at for at, needs in self.base.needs.items() if any(map(self.done.touches, needs))}
        return struck if self.done.file != LOG_FILE else self._tied(struck)

    def _tied(self, struck: set[int]) -> set[int]:
        behind = {
            at
            for at, needs in self.base.needs.items()
            if any(one.file == LOG_FILE and one.offset >= self.done.start for one in needs)
        }
        if self.done.what == "log header" or not struck:
            return struck
        last = max(struck)
        return struck | {at for at in behind if at < last}

    def _check_session(self) -> None:
        with Journal.open(self.directory, host_time) as journal:
            store, _ = open_sessions(self.directory, journal.append)
            store.close()
        with load_sessions(self.directory) as sessions:
            ids = {line.id for line in sessions.rows(10)}
            found = sessions.session(OPEN_SESSION)
        assert len(ids) == 2, f"sessions {ids}"
        assert found is not None
        assert found.state != "stopped"


def _same(entry: Entry, written: Entry | None) -> bool:
    return written is not None and (
        entry.payload == written.payload and entry.chain_hash == written.chain_hash
    )


def _problem(result: SuccessionResult) -> str:
    for file in result.files:
        if not file.good:
            return f"{file.file}: {file.result.problem or file.link_problem}"
    return f"not recovered: {result.unrecovered}"


def _more(position: int) -> Draft:
    story = Story(encoded=True)
    story.samples(sample_block(20, first=1_000_000 + position % 1000 * 100))
    (entry,) = story.entries
    return Draft(entry.kind, PEN, entry.actor, entry.payload or b"")
