"""What people tell of a pen beside sessions, made entries by the running recorder."""

import asyncio
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from logger.journal import kinds
from logger.journal.entry import Draft, Entry
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.committer import Committer
from logger.session.pen_checks import CheckPen, judge_check


class PenOrders:
    """Appends checks of pens; every refusal says why."""

    def __init__(
        self, committer: Committer, data_dir: Path, now_unix_ns: Callable[[], int]
    ) -> None:
        self._committer = committer
        self._data_dir = data_dir
        self._now_unix_ns = now_unix_ns

    async def handle(self, order: str, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
        """Return what was noted, of which pen, and at which position."""
        del order
        asked = msgspec.convert(arguments, CheckPen)
        # A pen stays known, so nobody is held up while it is looked for.
        draft = await asyncio.to_thread(_drafted, self._data_dir, asked, actor, self._now_unix_ns())
        async with self._committer.exclusive():
            (entry,) = await self._committer.append([draft])
        return _told(asked, entry)


def carry_out_alone(
    journal: Journal, data_dir: Path, asked: CheckPen, actor: str, now_unix_ns: int
) -> dict[str, Any]:
    """Carry out ``asked`` for the holder of the journal, where no recorder runs."""
    (entry,) = journal.append([_drafted(data_dir, asked, actor, now_unix_ns)])
    return _told(asked, entry)


def _drafted(data_dir: Path, asked: CheckPen, actor: str, now_unix_ns: int) -> Draft:
    """Return what ``asked`` appends to the journal; CommandRefused if nothing may be."""
    with JournalReader(data_dir) as reader:
        payload = judge_check(
            asked,
            lambda pen: reader.last_of("pen.identified", pen) is not None,
            now_unix_ns,
            secrets.token_hex(16),
        )
    return Draft(kinds.kind_of(payload), asked.pen, actor, kinds.encode(payload))


def _told(asked: CheckPen, entry: Entry) -> dict[str, Any]:
    return {"done": entry.kind, "pen": asked.pen, "position": entry.position}
