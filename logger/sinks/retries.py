"""Quarantined items that a person wants offered again, on the pump's own connection."""

import asyncio
from collections import deque
from collections.abc import Sequence

from logger.errors import SinkUnavailable
from logger.journal.quarantine import Quarantined
from logger.sinks.sink import Sink

_Verdict = asyncio.Future[Sequence[Quarantined]]


class Retries:
    """Waits with wishes until the pump has a turn for them; the pump is the sink's only user."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._waiting: deque[tuple[Sequence[Quarantined], _Verdict]] = deque()
        self._down_because = ""

    async def ask(self, items: Sequence[Quarantined]) -> Sequence[Quarantined]:
        """Return those of ``items`` that the receiver refuses still, with its newest words.

        SinkUnavailable if it cannot be asked: then some may have been accepted, and
        offering them once more does no harm.
        """
        if self._down_because:
            raise SinkUnavailable(self._down_because)
        verdict: _Verdict = asyncio.get_running_loop().create_future()
        self._waiting.append((items, verdict))
        return await verdict

    async def carry_out(self) -> None:
        """Offer what is wished on a connection that stands; SinkUnavailable if it ends."""
        self._down_because = ""
        while self._waiting:
            items, verdict = self._waiting[0]
            refused = () if verdict.done() else await self._sink.retry(items)
            if not verdict.done():
                verdict.set_result(refused)
            self._waiting.popleft()

    def fail(self, reason: str) -> None:
        """Tell all who wait, and who asks while the sink is down, why it cannot be."""
        self._down_because = reason
        while self._waiting:
            _, verdict = self._waiting.popleft()
            if not verdict.done():
                verdict.set_exception(SinkUnavailable(reason))
