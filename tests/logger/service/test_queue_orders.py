"""Orders about queues that the journal has no room for."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from logger.errors import CommandRefused
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft
from logger.journal.reader import JournalReader
from logger.recorder.committer import Committer
from logger.service.delivery import Delivery
from logger.service.queue_orders import QueueOrders

LAST = 90


class _Parts:
    """A committer without room, a reader and a delivery whose pump has come to 50."""

    cursor = Cursor(position=50, safe=40)

    def __init__(self) -> None:
        self.wished: list[int] = []

    def exclusive(self) -> asyncio.Lock:
        return asyncio.Lock()

    async def flush(self) -> None:
        pass

    async def append(self, drafts: Sequence[Draft]) -> None:
        raise CommandRefused("nothing can be saved now")

    def last_position(self) -> int:
        return LAST

    def pump(self, sink: str) -> "_Parts":
        return self

    def go_on_after(self, position: int) -> None:
        self.wished.append(position)


@pytest.mark.parametrize(
    ("order", "arguments", "wished"),
    [("queue.give_up", {"reason": "old"}, LAST), ("queue.replay", {"position": 8}, 7)],
)
async def test_a_refused_order_goes_back_to_what_the_receiver_is_known_to_have(
    order: str, arguments: dict[str, Any], wished: int
) -> None:
    parts = _Parts()
    orders = QueueOrders(
        cast("Committer", parts), cast("Delivery", parts), cast("JournalReader", parts)
    )
    with pytest.raises(CommandRefused):
        await orders.handle(order, {"sink": "mqtt", **arguments}, "uid:1")
    assert parts.wished == [wished, parts.cursor.safe]
