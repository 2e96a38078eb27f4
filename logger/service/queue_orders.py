"""Orders about what sinks have yet to get: the backlog, and what lies in quarantine."""

import asyncio
from typing import Any

import msgspec

from logger.errors import CommandRefused, SinkUnavailable
from logger.journal import kinds
from logger.journal.quarantine import Quarantined
from logger.journal.reader import JournalReader
from logger.recorder.committer import Committer
from logger.service import queue_rules as rules
from logger.service.delivery import Delivery
from logger.sinks.pump import Pump

RETRY_WITHIN_S = 12.0


class Replay(msgspec.Struct, forbid_unknown_fields=True):
    """Where to deliver again from: a position, or the first one since a time."""

    sink: str
    position: int | None = None
    since_unix_ns: int | None = None


class Retry(msgspec.Struct, forbid_unknown_fields=True):
    """Numbers of quarantined items to offer again."""

    sink: str
    items: list[int]


class Drop(msgspec.Struct, forbid_unknown_fields=True):
    """Numbers of quarantined items to drop, and why."""

    sink: str
    items: list[int]
    reason: str


class GiveUp(msgspec.Struct, forbid_unknown_fields=True):
    """Why all that is not delivered yet is to be given up."""

    sink: str
    reason: str


class QueueOrders:
    """Carries out orders about queues in the running recorder; every refusal says why."""

    def __init__(self, committer: Committer, delivery: Delivery, reader: JournalReader) -> None:
        self._committer = committer
        self._delivery = delivery
        self._reader = reader

    async def handle(self, order: str, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
        """Return the result of ``order``, whose name begins with ``queue.``."""
        match order:
            case "queue.replay":
                return await self._replay(msgspec.convert(arguments, Replay), actor)
            case "queue.retry":
                return await self._retry(msgspec.convert(arguments, Retry), actor)
            case "queue.drop":
                return await self._drop(msgspec.convert(arguments, Drop), actor)
            case "queue.give_up":
                return await self._give_up(msgspec.convert(arguments, GiveUp), actor)
        raise CommandRefused(
            f"there is no order {order!r}",
            "Known: queue.replay, queue.retry, queue.drop, queue.give_up",
        )

    async def _replay(self, order: Replay, actor: str) -> dict[str, Any]:
        if order.position is not None:
            first = max(1, order.position)
        elif order.since_unix_ns is not None:
            first = self._reader.position_at(order.since_unix_ns)
        else:
            raise CommandRefused("queue.replay: no start", "Give a position or a time")
        async with self._committer.exclusive():
            last = self._reader.last_position()
            told = kinds.QueueReplayed(sink=order.sink, from_position=first, to_position=last)
            await self._move(self._delivery.pump(order.sink), first - 1, told, actor)
        return {"sink": order.sink, "from_position": first, "to_position": last}

    async def _retry(self, order: Retry, actor: str) -> dict[str, Any]:
        self._delivery.pump(order.sink)
        items = rules.asked_items(self._reader, order.sink, order.items)
        words = await self._refused_still(order.sink, items)
        async with self._committer.exclusive():
            accepted = self._reader.quarantined_items(
                order.sink, [item.number for item in items if item.number not in words]
            )
            if accepted:
                told = rules.retried(accepted)
                await self._committer.append([rules.draft(told, actor)], accepted)
        return {
            "sink": order.sink,
            "accepted": [item.number for item in accepted],
            "refused": [{"item": number, "reason": said} for number, said in words.items()],
        }

    async def _refused_still(self, sink: str, items: list[Quarantined]) -> dict[int, str]:
        """Offer ``items``; return the receiver's words for those that it still refuses."""
        try:
            async with asyncio.timeout(RETRY_WITHIN_S):
                refused = await self._delivery.pump(sink).retries.ask(items)
        except TimeoutError:
            reason = f"sink {sink} did not come to it within {RETRY_WITHIN_S:g} s"
        except SinkUnavailable as lost:
            reason = f"sink {sink} is down: {lost}"
        else:
            return {one.number: one.reason for one in refused}
        raise CommandRefused(reason, "The items stay in quarantine; try again when it is well")

    async def _drop(self, order: Drop, actor: str) -> dict[str, Any]:
        async with self._committer.exclusive():
            items = rules.asked_items(self._reader, order.sink, order.items)
            told = rules.dropped(items, order.reason)
            await self._committer.append([rules.draft(told, actor)], items)
        return {"sink": order.sink, "dropped": list(told.items)}

    async def _move(self, pump: Pump, after: int, told: kinds.Payload, actor: str) -> None:
        """Let ``pump`` go on after a position, in the commit that tells so, or not at all."""
        # What the receiver may have lost of the last 30 s is offered again, whatever comes.
        before = pump.cursor.safe
        pump.go_on_after(after)
        try:
            await self._committer.append([rules.draft(told, actor)])
        except CommandRefused:
            pump.go_on_after(before)
            raise

    async def _give_up(self, order: GiveUp, actor: str) -> dict[str, Any]:
        pump = self._delivery.pump(order.sink)
        async with self._committer.exclusive():
            await self._committer.flush()
            last = self._reader.last_position()
            told = rules.given_up(order.sink, pump.cursor.position, last, order.reason)
            if told is not None:
                await self._move(pump, last, told, actor)
        return rules.answer_given_up(order.sink, told)
