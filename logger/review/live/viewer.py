"""One browser that watches: what it has still to be sent, within a bound."""

import asyncio
from collections import deque

import msgspec

ROOM = 100
"""Messages; some ten seconds. A browser that is further behind wants the newest alone."""


class Skipped(msgspec.Struct, frozen=True, tag="skipped", tag_field="kind"):
    """Tells a browser that so many messages were left out, as it was too slow for them."""

    count: int


class Viewer:
    """Belongs to the event loop. Nobody waits for a viewer; it waits for what there is."""

    def __init__(self, language: str, room: int = ROOM) -> None:
        self.language = language
        self._room = room
        self._waiting: deque[str] = deque()
        self._skipped = 0
        self._some = asyncio.Event()

    def tell(self, message: str) -> None:
        """Let ``message`` be sent; where too much waits, all that does is left out instead."""
        if len(self._waiting) >= self._room:
            self._skipped += len(self._waiting)
            self._waiting.clear()
        self._waiting.append(message)
        self._some.set()

    async def next(self) -> str:
        """Return what is to be sent next, once there is anything."""
        await self._some.wait()
        if self._skipped:
            skipped, self._skipped = self._skipped, 0
            return msgspec.json.encode(Skipped(skipped)).decode()
        message = self._waiting.popleft()
        if not self._waiting:
            self._some.clear()
        return message
