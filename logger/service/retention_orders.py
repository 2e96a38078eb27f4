"""Orders about retention, carried out by the running recorder."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from logger.archive.retention import orders, rules
from logger.archive.retention.holds import HOLD_KINDS, Holds
from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.journal.files import unrecovered
from logger.journal.kinds import SESSION_KINDS
from logger.journal.quarantine import Quarantined
from logger.journal.reader import JournalReader
from logger.journal.sealing import stored
from logger.journal.writer import Journal
from logger.recorder.committer import Committer
from logger.service import queue_rules
from logger.service.signing_orders import outcome
from logger.session.store import load_sessions

_Judged = kinds.Payload | list[kinds.Payload]
_TRIES = 5
_JUDGED_BY = (*SESSION_KINDS, *HOLD_KINDS)


class RetentionOrders:
    """Appends what was decided and takes payloads away; every refusal says why."""

    def __init__(self, committer: Committer, data_dir: Path) -> None:
        self._committer = committer
        self._data_dir = data_dir

    async def handle(self, order: str, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
        """Return what was done, by ``order``, one of ``logger.archive.retention.orders``."""
        match order:
            case orders.EMPTY:
                asked = msgspec.convert(arguments, orders.Empty)
                going = await asyncio.to_thread(judged_emptying, self._data_dir, asked)
                await self._committer.empty(*going)
                return {"emptied": len(going[0])}
            case orders.TIDY:
                return {"tidied": await self._committer.tidy(orders.TIDIED_PAGES)}
            case orders.DROP_REFUSED:
                return await self._drop(msgspec.convert(arguments, orders.DropRefused), actor)
        return await self._append(order, arguments, actor)

    async def _drop(self, order: orders.DropRefused, actor: str) -> dict[str, Any]:
        async with self._committer.exclusive():
            drafts, items = await asyncio.to_thread(judged_drop, self._data_dir, order, actor)
            if items:
                await self._committer.append(drafts, items)
        return {"dropped": len(items)}

    async def _append(self, order: str, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
        for _ in range(_TRIES):
            # Commits go on while years of entries are looked through.
            drafts, seen = await asyncio.to_thread(
                judged_retention, self._data_dir, order, arguments, actor
            )
            async with self._committer.exclusive():
                await self._committer.flush()
                if await asyncio.to_thread(_is_changed, self._data_dir, seen):
                    continue
                return outcome(await self._committer.append(drafts))
        raise CommandRefused("sessions are just being changed", "Try again in a moment")


def carry_out_alone(
    journal: Journal, data_dir: Path, order: str, arguments: dict[str, Any], actor: str
) -> dict[str, Any]:
    """Carry out ``order`` for the holder of the journal, where no recorder runs."""
    match order:
        case orders.EMPTY:
            positions, released = judged_emptying(
                data_dir, msgspec.convert(arguments, orders.Empty)
            )
            journal.append((), released=released, emptied=positions)
            return {"emptied": len(positions)}
        case orders.TIDY:
            return {"tidied": journal.tidy(orders.TIDIED_PAGES)}
        case orders.DROP_REFUSED:
            drop = msgspec.convert(arguments, orders.DropRefused)
            told, items = judged_drop(data_dir, drop, actor)
            journal.append(told, released=items)
            return {"dropped": len(items)}
    drafts, _ = judged_retention(data_dir, order, arguments, actor)
    return outcome(journal.append(drafts))


def judged_retention(
    data_dir: Path, order: str, arguments: dict[str, Any], actor: str
) -> tuple[list[Draft], int]:
    """Return what ``order`` appends, and up to which position the journal was considered.

    CommandRefused, with the reason, if it cannot be carried out.
    """
    with JournalReader(data_dir, stored) as reader, load_sessions(data_dir) as sessions:
        seen = reader.last_position()
        known = rules.Known(
            reader,
            sessions,
            Holds.read(reader),
            unrecovered(data_dir),
            lambda: secrets.token_hex(16),
        )
        payloads, pen = _judged(order, arguments, known)
        drafts = [
            Draft(kinds.kind_of(one), _stream(one, pen, known), actor, kinds.encode(one))
            for one in payloads
        ]
    return drafts, seen


def judged_emptying(data_dir: Path, asked: orders.Empty) -> tuple[list[int], list[Quarantined]]:
    """Return the payloads and quarantined items that go; CommandRefused if one may not."""
    with JournalReader(data_dir, stored) as reader:
        positions, erased = rules.may_go(asked, reader)
        released = _quarantined(reader, set(asked.positions)) if erased else []
    return positions, released


def judged_drop(
    data_dir: Path, order: orders.DropRefused, actor: str
) -> tuple[list[Draft], list[Quarantined]]:
    """Return the entry that tells of it, and the items that are there still; both may be none."""
    with JournalReader(data_dir, stored) as reader:
        items = reader.quarantined_items(order.sink, order.items)
    told = [queue_rules.dropped(items, order.reason)] if items else []
    return [queue_rules.draft(one, actor) for one in told], items


_JUDGES: Mapping[str, tuple[type[Any], Callable[[Any, rules.Known], _Judged]]] = {
    orders.SET_HOLD: (orders.SetHold, rules.set_hold),
    orders.LIFT_HOLD: (orders.LiftHold, rules.lift_hold),
    orders.ERASE: (orders.EraseClient, rules.erase_client),
    orders.ERASE_AGAIN: (orders.EraseAgain, rules.erase_again),
    orders.FINISH: (orders.FinishErasure, rules.finish_erasure),
    orders.EMPTY_DAMAGED: (orders.EmptyDamaged, rules.empty_damaged),
    orders.PRUNE: (orders.Prune, rules.prune),
}
"""What an order is, and the rule by which it becomes entries."""


def _judged(
    order: str, arguments: dict[str, Any], known: rules.Known
) -> tuple[Sequence[kinds.Payload], str]:
    if order not in _JUDGES:
        raise CommandRefused(f"there is no order {order!r}", f"Known: {', '.join(orders.ORDERS)}")
    form, judge = _JUDGES[order]
    asked = msgspec.convert(arguments, form)
    told = judge(asked, known)
    pen = asked.pen if isinstance(asked, orders.Prune) else ""
    return told if isinstance(told, list) else [told], pen


def _stream(payload: kinds.Payload, pen: str, known: rules.Known) -> str:
    if not isinstance(payload, kinds.SessionRestated):
        return pen
    session = known.sessions.session(payload.session)
    return session.pen if session is not None else ""


def _quarantined(reader: JournalReader, positions: set[int]) -> list[Quarantined]:
    found: list[Quarantined] = []
    after = 0
    while page := reader.quarantine(after=after):
        found += [one for one in page if one.position in positions]
        after = page[-1].number
    return found


def _is_changed(data_dir: Path, seen: int) -> bool:
    with JournalReader(data_dir, stored) as reader:
        return bool(reader.read(seen, 1, kinds=_JUDGED_BY))
