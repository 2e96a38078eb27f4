"""What lies beside the record for a time: refused items, and damaged files that were recovered.

None of it is dropped by default. A legal hold keeps what is made of held sessions, and, as
nobody can tell what a damaged file holds, all of those.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from logger.archive.retention import orders
from logger.archive.retention.holds import Holds
from logger.archive.retention.pruning import NS_PER_DAY, builtins_of
from logger.archive.retention.settings import RetentionSettings
from logger.archive.signing import Order
from logger.errors import SinkUnavailable
from logger.journal import kinds
from logger.journal.emptying import empty_damaged
from logger.journal.entry import Entry
from logger.journal.files import recovered_path, set_aside_files
from logger.journal.quarantine import NAMED_AT_ONCE, Quarantined
from logger.journal.reader import JournalReader
from logger.journal.recovered import read_recovered
from logger.session.model import Session
from logger.session.store import Sessions


@dataclass
class Dropping:
    """``reader`` serves pruned blocks too; ``order`` carries what is to be done to the journal."""

    data_dir: Path
    reader: JournalReader
    order: Order
    holds: Holds
    sessions: Sessions
    now_unix_ns: int

    def drop_refused(self, settings: RetentionSettings) -> int:
        """Drop refused items that lie in quarantine for too long; returns how many."""
        days, dropped = settings.quarantine_days, 0
        if not days:
            return 0
        due = sorted(self._refused_before(self._before(days)), key=attrgetter("sink"))
        for sink, items in groupby(due, attrgetter("sink")):
            numbers = [item.number for item in items]
            for start in range(0, len(numbers), NAMED_AT_ONCE):
                drop = orders.DropRefused(
                    sink=sink,
                    items=tuple(numbers[start : start + NAMED_AT_ONCE]),
                    reason=f"refused more than {days} days ago (retention.quarantine_days)",
                )
                dropped += int(self.order(orders.DROP_REFUSED, builtins_of(drop))["dropped"])
        return dropped

    def empty_set_aside(self, settings: RetentionSettings) -> int:
        """Empty damaged files of which nothing is missing since long ago; returns how many.

        SinkUnavailable if one cannot be written.
        """
        if not settings.damaged_days or any(self.holds):
            return 0
        due = list(self._recovered_before(self._before(settings.damaged_days)))
        for damaged in due:
            self._tell(damaged)
            try:
                empty_damaged(damaged)
            except OSError as error:
                raise SinkUnavailable(f"{damaged}: {error.strerror}") from error
        return len(due)

    def _before(self, days: int) -> int:
        return self.now_unix_ns - days * NS_PER_DAY

    def _refused_before(self, unix_ns: int) -> Iterator[Quarantined]:
        after = 0
        while page := self.reader.quarantine(after=after):
            yield from (one for one in page if one.time_ns < unix_ns and not self._is_held(one))
            after = page[-1].number

    def _is_held(self, item: Quarantined) -> bool:
        if not any(self.holds):
            return False
        page = self.reader.read(item.position - 1, 1, to=item.position)
        return any(self.holds.on_session(one) for entry in page for one in self._sessions_of(entry))

    def _sessions_of(self, entry: Entry) -> Iterator[Session]:
        yield from self.sessions.holding(entry.stream, entry.position, entry.position)
        if entry.kind in kinds.SESSION_KINDS and entry.payload is not None:
            told = kinds.decode(entry.kind, entry.payload)
            named = self.sessions.session(getattr(told, "session", ""))
            yield from () if named is None else (named,)

    def _recovered_before(self, unix_ns: int) -> Iterator[Path]:
        for damaged in set_aside_files(self.data_dir):
            recovered = recovered_path(damaged)
            if (
                damaged.stat().st_size
                and recovered.exists()
                and recovered.stat().st_mtime_ns < unix_ns
                and self._is_whole(recovered)
            ):
                yield damaged

    def _is_whole(self, recovered: Path) -> bool:
        """Return whether nothing is missing but payloads that sealed files serve."""
        told = read_recovered(recovered)
        lost = set(told.lost_payloads)
        if told.holes or not lost:
            return not told.holes
        between = self.reader.entries(min(lost) - 1, to=max(lost))
        return all(one.payload is not None for one in between if one.position in lost)

    def _tell(self, damaged: Path) -> None:
        """Have it on record before anything goes; once, however often a round is killed."""
        for entry in self.reader.entries(kinds=("damaged.emptied",)):
            told = kinds.decode(entry.kind, entry.payload or b"{}")
            if isinstance(told, kinds.DamagedEmptied) and told.file == damaged.name:
                return
        told_now = orders.EmptyDamaged(
            file=damaged.name, recovered=recovered_path(damaged).name, bytes=damaged.stat().st_size
        )
        self.order(orders.EMPTY_DAMAGED, builtins_of(told_now))
