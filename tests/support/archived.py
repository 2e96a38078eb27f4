"""Rounds of the archive on a real journal that nobody else has open."""

from pathlib import Path
from typing import Any

import msgspec

from logger.archive.manifest import Manifest
from logger.archive.round import Round, run_round
from logger.archive.seal_rules import MAKE_SEAL
from logger.archive.signing import Order
from logger.journal.entry import Draft
from logger.journal.kinds import SealMade
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.service.sealing_orders import judged_seal
from logger.service.signing_orders import judged_drafts, outcome
from tests.support.stories import EPOCH_NS, Story, host_time

ARCHIVIST = "uid:1000"
DAY_NS = 86_400_000_000_000


def ordering(data_dir: Path, time_ns: int = EPOCH_NS) -> Order:
    """Return what carries out the orders of a round, as the journal's only writer."""

    def carry_out(order: str, arguments: dict[str, Any]) -> Any:
        with Journal.open(data_dir, lambda: host_time(time_ns)) as journal:
            if order == MAKE_SEAL:
                drafts = [judged_seal(data_dir, arguments, ARCHIVIST)]
            else:
                drafts = judged_drafts(data_dir, order, arguments, ARCHIVIST)
            return outcome(journal.append(drafts) if drafts else [])

    return carry_out


def archive(data_dir: Path, now_ns: int = EPOCH_NS, order: Order | None = None) -> Round:
    """Run a round at ``now_ns``; fails if anything could not be sealed."""
    done = run_round(data_dir, order or ordering(data_dir), lambda: now_ns)
    assert not done.failed, done.failed
    return done


def append_at(data_dir: Path, story: Story, time_ns: int) -> None:
    """Append all entries of ``story`` in one commit, by a clock that shows ``time_ns``."""
    drafts = [
        Draft(one.kind, one.stream, one.actor, one.payload or b"", one.block)
        for one in story.entries
    ]
    with Journal.open(data_dir, lambda: host_time(time_ns)) as journal:
        journal.append(drafts)


def seals(data_dir: Path) -> list[SealMade]:
    """Return all seals that the journal tells of, in order."""
    with JournalReader(data_dir) as reader:
        return [
            msgspec.json.decode(entry.payload or b"", type=SealMade)
            for entry in reader.entries(kinds=["seal.made"])
        ]


def read_manifest(path: Path) -> Manifest:
    """Return the manifest at ``path``."""
    return msgspec.json.decode(path.read_bytes(), type=Manifest)
