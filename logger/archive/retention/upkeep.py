"""The part of a round that takes away: replays and carries out erasures, then prunes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from logger.archive.ledger import Ledger
from logger.archive.retention.dropping import Dropping
from logger.archive.retention.erasing import Erasing, erasures, replay
from logger.archive.retention.holds import Holds
from logger.archive.retention.leftovers import Leftovers
from logger.archive.retention.pruning import NS_PER_DAY, Pruning
from logger.archive.retention.settings import RetentionSettings
from logger.archive.signing import Order
from logger.errors import CommandRefused, JournalError, NotRunning, ProofFailed, SinkUnavailable
from logger.journal.reader import JournalReader
from logger.journal.sealing import stored
from logger.session.store import load_sessions


@dataclass
class Upkeep:
    """What was taken away, in payloads; ``failed`` says what could not be, and why.

    ``dropped`` counts refused items and damaged files.
    """

    pruned: int = 0
    erased: int = 0
    dropped: int = 0
    failed: list[str] = field(default_factory=list)

    @contextmanager
    def noting(self, what: str) -> Iterator[None]:
        """Note what fails within, so that the rest is done nevertheless."""
        try:
            yield
        except NotRunning:
            raise
        except (CommandRefused, JournalError, ProofFailed, SinkUnavailable) as error:
            self.failed.append(f"{what}: {error}")


def keep_up(
    data_dir: Path,
    order: Order,
    settings: RetentionSettings,
    now_unix_ns: Callable[[], int],
) -> Upkeep:
    """Do all that is due; call it once everything is sealed that can be.

    NotRunning if the recorder is gone; ConfigError names a record of an erasure that is none.
    """
    done = Upkeep()
    records_dir = settings.records_in(data_dir)
    with JournalReader(data_dir, stored) as raw, load_sessions(data_dir) as sessions:
        with done.noting("erasing once more"):
            replay(records_dir, sessions, order)
        pruning = Pruning(data_dir, raw, order, Ledger.read(raw), Holds.read(raw), sessions)
        leftovers = Leftovers(data_dir, raw, pruning.ledger, pruning)
        erasing = Erasing(data_dir, records_dir, raw, order, leftovers)
        for one in erasures(raw):
            with done.noting(f"erasure {one.told.erasure}"):
                erasing.carry_out(one)
        done.erased = erasing.payloads
        _prune(done, pruning, settings, now_unix_ns())
        done.pruned = pruning.blocks
        pruning.tidy()
        _drop(done, pruning, settings, now_unix_ns())
    return done


def _drop(done: Upkeep, pruning: Pruning, settings: RetentionSettings, now_unix_ns: int) -> None:
    data_dir, order, holds = pruning.data_dir, pruning.order, pruning.holds
    with JournalReader(data_dir) as reader:
        dropping = Dropping(data_dir, reader, order, holds, pruning.sessions, now_unix_ns)
        with done.noting("dropping refused items"):
            done.dropped += dropping.drop_refused(settings)
        with done.noting("emptying damaged files"):
            done.dropped += dropping.empty_set_aside(settings)


def _prune(done: Upkeep, pruning: Pruning, settings: RetentionSettings, now_unix_ns: int) -> None:
    if not settings.payloads_days:
        return
    before = now_unix_ns - settings.payloads_days * NS_PER_DAY
    for subject, last in list(pruning.ledger.seals()):
        with done.noting(subject.name):
            pruning.prune(subject, last, before)
