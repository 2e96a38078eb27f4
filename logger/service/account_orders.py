"""Orders about accounts: judged by the journal as it is now, carried out by one entry."""

import asyncio
import secrets
from pathlib import Path
from typing import Any

from logger.accounts.orders import AnyAccountOrder
from logger.accounts.rules import decide
from logger.accounts.store import read_accounts
from logger.journal import kinds
from logger.journal.entry import Draft, Entry
from logger.journal.reader import JournalReader
from logger.recorder.committer import Committer


class AccountOrders:
    """Carries out orders about accounts in the running recorder; every refusal says why."""

    def __init__(self, committer: Committer, data_dir: Path) -> None:
        self._committer = committer
        self._data_dir = data_dir

    async def carry_out(self, order: AnyAccountOrder, actor: str) -> dict[str, Any]:
        """Return what was done, and at which position."""
        async with self._committer.exclusive():
            # Pens are read on meanwhile: the files may lie on a slow drive.
            draft = await asyncio.to_thread(judged, self._data_dir, order, actor)
            (entry,) = await self._committer.append([draft])
        return told(order, entry)


def judged(data_dir: Path, order: AnyAccountOrder, actor: str) -> Draft:
    """Return what ``order`` appends to the journal; CommandRefused if it cannot be.

    Nobody else may append before this draft is.
    """
    with JournalReader(data_dir) as reader:
        payload = decide(order, read_accounts(data_dir, reader), secrets.token_hex(16))
    return Draft(kinds.kind_of(payload), "", actor, kinds.encode(payload))


def told(order: AnyAccountOrder, entry: Entry) -> dict[str, Any]:
    """Return what the giver of an order is told."""
    return {"account": order.account, "done": entry.kind, "position": entry.position}
