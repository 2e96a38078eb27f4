"""Carries out erasures: everything that an entry ``client.erased`` names goes, and stays gone.

Killed anywhere it begins again and goes on with what is left: an erasure is over by its entry
``client.erasure_done`` alone. Whatever turns up again, from a restored copy, goes again.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from logger.archive.retention import orders
from logger.archive.retention.leftovers import Leftovers
from logger.archive.retention.pruning import builtins_of, steps
from logger.archive.retention.records import ErasureRecord, keep_record, read_records
from logger.archive.signing import Order
from logger.errors import ProofFailed, SinkUnavailable
from logger.journal import kinds
from logger.journal.emptying import empty_damaged, empty_recovered
from logger.journal.files import recovered_path, set_aside_files, unrecovered
from logger.journal.reader import JournalReader
from logger.session.store import Sessions

TIDY_TRIES = 20
TIDY_PAUSE_S = 0.5


@dataclass(frozen=True, slots=True)
class Erasure:
    """What the entry at ``position`` erased, and whether another says that all of it is gone."""

    position: int
    time_unix_ns: int
    told: kinds.ClientErased
    done: kinds.ClientErasureDone | None


@dataclass
class Erasing:
    """``raw`` reads entries as they lie, ``order`` carries what is to be done to the journal.

    ``failed`` says what could not be erased yet, and why.
    """

    data_dir: Path
    records_dir: Path
    raw: JournalReader
    order: Order
    leftovers: Leftovers
    sleep: Callable[[float], object] = time.sleep
    failed: list[str] = field(default_factory=list)
    payloads: int = 0

    def carry_out(self, erasure: Erasure) -> None:
        """Remove what is left of it, unless all is gone.

        ProofFailed, SinkUnavailable or JournalError, with the reason, if that cannot be yet.
        """
        self._keep_record(erasure)
        files = self.leftovers.of_sessions(erasure.told.sessions)
        if erasure.done is not None:
            there = {one for one in erasure.done.files if (self.data_dir / one).exists()}
            if not files | there:
                return
        files |= self.leftovers.of_others(erasure.told)
        count = self._empty_journal(erasure) + self._empty_earlier(erasure.told)
        try:
            self.leftovers.remove(files, erasure.told.sessions)
        except OSError as error:
            raise SinkUnavailable(f"{error.filename}: {error.strerror}") from error
        self._tidy()
        for name in unrecovered(self.data_dir):
            raise ProofFailed(f"{name} may hold what was erased: run `needlelog recover`")
        known = erasure.done.files if erasure.done is not None else ()
        done = orders.FinishErasure(
            erasure=erasure.told.erasure,
            payloads=count,
            files=tuple(sorted({*files, *known})),
        )
        self.order(orders.FINISH, builtins_of(done))
        self.payloads += count

    def _keep_record(self, erasure: Erasure) -> None:
        told = erasure.told
        earlier = [one for one in read_records(self.records_dir) if one.erasure == told.erasure]
        if not earlier:
            record = ErasureRecord(
                erasure=told.erasure,
                sessions=told.sessions,
                account=told.account,
                reason=told.reason,
                erased_unix_ns=erasure.time_unix_ns,
            )
            keep_record(self.records_dir, record)

    def _empty_journal(self, erasure: Erasure) -> int:
        own = [one for one in erasure.told.statements if one >= self.raw.first_position]
        there = [one for one in own if self._has_payload(one)]
        for stretch in erasure.told.stretches:
            first = max(stretch.from_position, self.raw.first_position)
            there += self.raw.payloads_left(stretch.pen, first, stretch.to_position)
        for step in steps(there):
            order = orders.Empty(because=erasure.position, positions=step)
            self.order(orders.EMPTY, builtins_of(order))
        return len(there)

    def _has_payload(self, position: int) -> bool:
        return any(one.payload is not None for one in self.raw.read(position - 1, 1, to=position))

    def _empty_earlier(self, told: kinds.ClientErased) -> int:
        """Empty what was recovered of files that were set aside, and those files whole."""
        before = self.raw.first_position
        earlier = [one for one in told.statements if one < before]
        for stretch in told.stretches:
            last = min(stretch.to_position, before - 1)
            blocks = self.raw.entries(
                stretch.from_position - 1, kinds=(kinds.SAMPLES,), stream=stretch.pen, to=last
            )
            earlier += [one.position for one in blocks]
        if not earlier:
            return 0
        count = 0
        for damaged in set_aside_files(self.data_dir):
            if not recovered_path(damaged).exists():
                continue
            count += empty_recovered(recovered_path(damaged), earlier)
            empty_damaged(damaged)
        return count

    def _tidy(self) -> None:
        for _ in range(TIDY_TRIES):
            if self.order(orders.TIDY, {})["tidied"]:
                return
            self.sleep(TIDY_PAUSE_S)
        raise SinkUnavailable(
            "the journal's log still holds what was erased: somebody reads the journal all the time"
        )


def erasures(raw: JournalReader) -> Iterator[Erasure]:
    """Yield the newest entry of every erasure that the journal tells of, oldest first."""
    told: dict[str, Erasure] = {}
    for entry in raw.entries(kinds=("client.erased", "client.erasure_done")):
        payload = kinds.decode(entry.kind, entry.payload or b"{}")
        if isinstance(payload, kinds.ClientErased):
            told[payload.erasure] = Erasure(entry.position, entry.time_ns, payload, None)
        elif isinstance(payload, kinds.ClientErasureDone) and payload.erasure in told:
            before = told[payload.erasure]
            told[payload.erasure] = Erasure(
                before.position, before.time_unix_ns, before.told, payload
            )
    yield from told.values()


def replay(records_dir: Path, sessions: Sessions, order: Order) -> None:
    """Order once more what the records tell of and the journal has, as a restored copy may."""
    for record in read_records(records_dir):
        there = [one for one in record.sessions if sessions.session(one) is not None]
        if there:
            again = orders.EraseAgain(
                erasure=record.erasure,
                sessions=tuple(there),
                account=record.account,
                reason=record.reason,
            )
            order(orders.ERASE_AGAIN, builtins_of(again))
