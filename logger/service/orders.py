"""What may be ordered over the command socket."""

from collections.abc import Callable
from typing import Any

import msgspec

from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.entry import Draft, Entry
from logger.journal.reader import JournalReader
from logger.recorder.committer import Committer
from logger.recorder.session_desk import SessionDesk
from logger.service.delivery import Delivery
from logger.session.orders import AnyOrder
from logger.status import Status


class Replay(msgspec.Struct, forbid_unknown_fields=True):
    """Where to deliver again from: a position, or the first one since a time."""

    sink: str
    position: int | None = None
    since_unix_ns: int | None = None


class Orders:
    """Carries out orders of the running recorder; every refusal says why."""

    def __init__(
        self,
        desk: SessionDesk,
        committer: Committer,
        delivery: Delivery,
        reader: JournalReader,
        status: Callable[[], Status],
    ) -> None:
        self._desk = desk
        self._committer = committer
        self._delivery = delivery
        self._reader = reader
        self._status = status

    async def handle(self, order: str, arguments: dict[str, Any], actor: str) -> Any:
        """Return the result of ``order`` as JSON's own types."""
        try:
            match order:
                case "status":
                    return msgspec.to_builtins(self._status())
                case "session":
                    return await self._session(msgspec.convert(arguments, AnyOrder), actor)
                case "queue.replay":
                    return await self._replay(msgspec.convert(arguments, Replay), actor)
        except msgspec.ValidationError as error:
            raise CommandRefused(f"order {order}: {error}") from None
        raise CommandRefused(f"there is no order {order!r}", "Known: session, status, queue.replay")

    async def _session(self, order: AnyOrder, actor: str) -> dict[str, Any]:
        async with self._committer.exclusive():
            await self._committer.flush()
            entries = await self._committer.append(self._desk.judge(order, actor))
        return outcome(entries)

    async def _replay(self, order: Replay, actor: str) -> dict[str, Any]:
        if order.position is not None:
            first = max(1, order.position)
        elif order.since_unix_ns is not None:
            first = self._reader.position_at(order.since_unix_ns)
        else:
            raise CommandRefused("queue.replay: no start", "Give a position or a time")
        async with self._committer.exclusive():
            last = self._reader.last_position()
            self._delivery.replay(order.sink, first - 1)
            told = kinds.QueueReplayed(sink=order.sink, from_position=first, to_position=last)
            await self._committer.append(
                [Draft(kinds.kind_of(told), "", actor, kinds.encode(told))]
            )
        return {"sink": order.sink, "from_position": first, "to_position": last}


def outcome(entries: list[Entry]) -> dict[str, Any]:
    """Return what the giver of a session order is told: session, what was done, and where."""
    last = entries[-1]
    payload = kinds.decode(last.kind, last.payload or b"{}")
    return {
        "session": getattr(payload, "session", ""),
        "done": last.kind,
        "position": last.position,
    }
