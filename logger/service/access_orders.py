"""What the console tells of its users, made entries by the running recorder."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from logger.accounts.access import NoteAccess, judge_access
from logger.accounts.book import AccountBook
from logger.accounts.store import read_accounts
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.journal.reader import JournalReader
from logger.recorder.committer import Committer


class AccessOrders:
    """Appends who signed in, looked at or exported what; every refusal says why."""

    def __init__(
        self, committer: Committer, data_dir: Path, is_session: Callable[[str], bool]
    ) -> None:
        self._committer = committer
        self._data_dir = data_dir
        self._is_session = is_session

    async def handle(self, order: str, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
        """Return what was noted, and at which position."""
        del order
        asked = msgspec.convert(arguments, NoteAccess)
        # Accounts only ever become more, so nobody is held up while they are read.
        book = await asyncio.to_thread(self._accounts)
        payload = judge_access(asked, book, self._is_session)
        draft = Draft(asked.kind, "", actor, kinds.encode(payload))
        async with self._committer.exclusive():
            (entry,) = await self._committer.append([draft])
        return {"done": entry.kind, "position": entry.position}

    def _accounts(self) -> AccountBook:
        with JournalReader(self._data_dir) as reader:
            return read_accounts(self._data_dir, reader)
