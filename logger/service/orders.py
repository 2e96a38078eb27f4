"""What may be ordered over the command socket."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from logger.accounts.access import NOTE_ACCESS
from logger.accounts.orders import AnyAccountOrder
from logger.archive.retention.orders import ORDERS as RETENTION_ORDERS
from logger.archive.seal_rules import MAKE_SEAL
from logger.archive.signing_rules import ORDERS as SIGNING_ORDERS
from logger.command_socket import Handler
from logger.errors import CommandRefused, JournalError, PayloadsAway
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.recorder.committer import Committer
from logger.recorder.disk import refuse_without_room
from logger.recorder.session_desk import SessionDesk
from logger.service.access_orders import AccessOrders
from logger.service.account_orders import AccountOrders
from logger.service.delivery import Delivery
from logger.service.pen_orders import PenOrders
from logger.service.queue_orders import QueueOrders
from logger.service.retention_orders import RetentionOrders
from logger.service.sealing_orders import SealingOrders
from logger.service.signing_orders import SigningOrders
from logger.session.orders import AnyOrder, Start
from logger.session.pen_checks import CHECK_PEN
from logger.session.record_orders import AnyRecordOrder
from logger.status import AskStatus, Status


class Orders:
    """Carries out orders of the running recorder; every refusal says why."""

    def __init__(
        self,
        desk: SessionDesk,
        committer: Committer,
        delivery: Delivery,
        reader: JournalReader,
        status: Callable[[bool], Status],
        data_dir: Path,
        feeding: JournalReader,
    ) -> None:
        self._feeding = feeding
        self._desk = desk
        self._committer = committer
        self._delivery = delivery
        self._queues = QueueOrders(committer, delivery, reader)
        self._accounts = AccountOrders(committer, data_dir)
        signing = SigningOrders(committer, data_dir).handle
        self._others: dict[str, Handler] = dict.fromkeys(SIGNING_ORDERS, signing)
        self._others |= dict.fromkeys(RETENTION_ORDERS, RetentionOrders(committer, data_dir).handle)
        self._others[MAKE_SEAL] = SealingOrders(committer, data_dir).handle
        access = AccessOrders(committer, data_dir, desk.projection.is_session)
        self._others[NOTE_ACCESS] = access.handle
        self._others[CHECK_PEN] = PenOrders(committer, data_dir, time.time_ns).handle
        self._status = status

    async def handle(self, order: str, arguments: dict[str, Any], actor: str) -> Any:
        """Return the result of ``order`` as JSON's own types."""
        try:
            match order:
                case "status":
                    await self._delivery.up_to_date()
                    asked = msgspec.convert(arguments, AskStatus)
                    return msgspec.to_builtins(self._status(asked.sessions))
                case "session":
                    return await self._session(msgspec.convert(arguments, AnyOrder), actor)
                case "record":
                    return await self._record(msgspec.convert(arguments, AnyRecordOrder), actor)
                case "account":
                    accounts = msgspec.convert(arguments, AnyAccountOrder)
                    return await self._accounts.carry_out(accounts, actor)
                case queue if queue.startswith("queue."):
                    return await self._queues.handle(queue, arguments, actor)
                case other if other in self._others:
                    return await self._others[other](other, arguments, actor)
        except msgspec.ValidationError as error:
            raise CommandRefused(f"order {order}: {error}") from None
        except JournalError as error:
            raise CommandRefused(str(error), "Recording stops; look at its log") from None
        raise CommandRefused(
            f"there is no order {order!r}",
            "Known: access.note, account, record, session, status, pen.check, queue.*,"
            " key.*, hold.*, client.*, head.sign",
        )

    async def _record(self, order: AnyRecordOrder, actor: str) -> dict[str, Any]:
        while True:
            try:
                async with self._committer.exclusive():
                    await self._committer.flush()
                    entries = await self._committer.append(self._desk.judge_record(order, actor))
                return outcome(entries)
            except PayloadsAway:
                # It names a block that was pruned: read in a thread, then judged again.
                await asyncio.to_thread(self._feeding.fetch_pruned)

    async def _session(self, order: AnyOrder, actor: str) -> dict[str, Any]:
        if isinstance(order, Start):
            refuse_without_room(self._committer.disk)
        async with self._committer.exclusive():
            await self._committer.flush()
            entries = await self._committer.append(self._desk.judge(order, actor))
        return outcome(entries)


def outcome(entries: list[Entry]) -> dict[str, Any]:
    """Return what the giver of a session order is told: session, what was done, and where.

    After a split also ``into``, the id of the other session.
    """
    last = entries[-1]
    payload = kinds.decode(last.kind, last.payload or b"{}")
    told = {
        "session": getattr(payload, "session", ""),
        "done": last.kind,
        "position": last.position,
    }
    return told | ({"into": payload.into} if isinstance(payload, kinds.SessionSplit) else {})
