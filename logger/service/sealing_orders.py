"""Orders that make seals true, carried out by the running recorder."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from logger.archive.seal_rules import MAKE_SEAL, MakeSeal, judge_seal, seals_since
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.committer import Committer
from logger.service.signing_orders import judged_drafts, outcome


class SealingOrders:
    """Appends what a child sealed; every refusal says why."""

    def __init__(self, committer: Committer, data_dir: Path) -> None:
        self._committer = committer
        self._data_dir = data_dir
        self._turn = asyncio.Lock()

    async def handle(self, order: str, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
        """Return what was done; CommandRefused if the subject was sealed meanwhile."""
        del order
        # Only these orders append what they are judged by: one at a time is enough.
        async with self._turn:
            draft = await asyncio.to_thread(judged_seal, self._data_dir, arguments, actor)
            async with self._committer.exclusive():
                entries = await self._committer.append([draft])
        return outcome(entries)


def judged_seal(data_dir: Path, arguments: dict[str, Any], actor: str) -> Draft:
    """Return what the order appends, by what the journal says now; CommandRefused if nothing."""
    asked = msgspec.convert(arguments, MakeSeal)
    with JournalReader(data_dir) as reader:
        seal = judge_seal(asked, seals_since(reader, asked.seen_position))
    return Draft(kinds.kind_of(seal), asked.pen, actor, kinds.encode(seal))


def carry_out_alone(
    journal: Journal, data_dir: Path, order: str, arguments: dict[str, Any], actor: str
) -> dict[str, Any]:
    """Return the result of an order of sealing or signing where no recorder runs.

    CommandRefused, with the reason, if it cannot be carried out.
    """
    if order == MAKE_SEAL:
        drafts = [judged_seal(data_dir, arguments, actor)]
    else:
        drafts = judged_drafts(data_dir, order, arguments, actor)
    return outcome(journal.append(drafts) if drafts else [])
