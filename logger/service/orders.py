"""What may be ordered over the command socket."""

from collections.abc import Callable
from typing import Any

import msgspec

from logger.errors import CommandRefused, JournalError
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.recorder.committer import Committer
from logger.recorder.disk import refuse_without_room
from logger.recorder.session_desk import SessionDesk
from logger.service.delivery import Delivery
from logger.service.queue_orders import QueueOrders
from logger.session.orders import AnyOrder, Start
from logger.status import Status


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
        self._queues = QueueOrders(committer, delivery, reader)
        self._status = status

    async def handle(self, order: str, arguments: dict[str, Any], actor: str) -> Any:
        """Return the result of ``order`` as JSON's own types."""
        try:
            match order:
                case "status":
                    await self._delivery.up_to_date()
                    return msgspec.to_builtins(self._status())
                case "session":
                    return await self._session(msgspec.convert(arguments, AnyOrder), actor)
                case queue if queue.startswith("queue."):
                    return await self._queues.handle(queue, arguments, actor)
        except msgspec.ValidationError as error:
            raise CommandRefused(f"order {order}: {error}") from None
        except JournalError as error:
            raise CommandRefused(str(error), "Recording stops; look at its log") from None
        raise CommandRefused(f"there is no order {order!r}", "Known: session, status, queue.*")

    async def _session(self, order: AnyOrder, actor: str) -> dict[str, Any]:
        if isinstance(order, Start):
            refuse_without_room(self._committer.disk)
        async with self._committer.exclusive():
            await self._committer.flush()
            entries = await self._committer.append(self._desk.judge(order, actor))
        return outcome(entries)


def outcome(entries: list[Entry]) -> dict[str, Any]:
    """Return what the giver of a session order is told: session, what was done, and where."""
    last = entries[-1]
    payload = kinds.decode(last.kind, last.payload or b"{}")
    return {
        "session": getattr(payload, "session", ""),
        "done": last.kind,
        "position": last.position,
    }
