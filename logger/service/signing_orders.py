"""Orders about keys and heads, carried out by the running recorder."""

import asyncio
import secrets
from pathlib import Path
from typing import Any

from logger.archive.signing_rules import Signed, judge
from logger.errors import CommandRefused, ProofFailed
from logger.journal import kinds
from logger.journal.entry import Draft, Entry
from logger.journal.reader import JournalReader
from logger.recorder.committer import Committer


class SigningOrders:
    """Appends what a child or a person made and signed; every refusal says why."""

    def __init__(self, committer: Committer, data_dir: Path) -> None:
        self._committer = committer
        self._data_dir = data_dir
        self._turn = asyncio.Lock()

    async def handle(self, order: str, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
        """Return the result of ``order``, one of ``logger.archive.signing_rules.ORDERS``."""
        # Only these orders append what they are judged by: one at a time is enough, and
        # commits go on while a journal of years is looked through.
        async with self._turn:
            drafts = await asyncio.to_thread(judged_drafts, self._data_dir, order, arguments, actor)
            if not drafts:
                return outcome([])
            async with self._committer.exclusive():
                entries = await self._committer.append(drafts)
        return outcome(entries)


def judged_drafts(data_dir: Path, order: str, arguments: dict[str, Any], actor: str) -> list[Draft]:
    """Return what ``order`` appends, by what the journal in ``data_dir`` says now.

    CommandRefused, with the reason, if it cannot be carried out.
    """
    with JournalReader(data_dir) as reader:
        try:
            signed = Signed.read(reader, lambda: secrets.token_hex(16))
        except ProofFailed as error:
            raise CommandRefused(str(error), "Run `needlelog verify`") from None
        payloads = judge(order, arguments, signed)
    return [Draft(kinds.kind_of(one), "", actor, kinds.encode(one)) for one in payloads]


def outcome(entries: list[Entry]) -> dict[str, Any]:
    """Return what the giver of such an order is told; no position where nothing was due."""
    return {
        "done": [entry.kind for entry in entries],
        "position": entries[-1].position if entries else None,
    }
