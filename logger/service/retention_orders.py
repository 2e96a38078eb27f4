"""Orders about retention, carried out by the running recorder."""

import asyncio
import secrets
from collections.abc import Sequence
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
from logger.service.signing_orders import outcome
from logger.session.store import load_sessions

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
        return await self._append(order, arguments, actor)

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


def _judged(
    order: str, arguments: dict[str, Any], known: rules.Known
) -> tuple[Sequence[kinds.Payload], str]:
    match order:
        case orders.SET_HOLD:
            return [rules.set_hold(msgspec.convert(arguments, orders.SetHold), known)], ""
        case orders.LIFT_HOLD:
            return [rules.lift_hold(msgspec.convert(arguments, orders.LiftHold), known)], ""
        case orders.ERASE:
            return rules.erase_client(msgspec.convert(arguments, orders.EraseClient), known), ""
        case orders.ERASE_AGAIN:
            return rules.erase_again(msgspec.convert(arguments, orders.EraseAgain), known), ""
        case orders.FINISH:
            finish = msgspec.convert(arguments, orders.FinishErasure)
            return [rules.finish_erasure(finish, known)], ""
        case orders.PRUNE:
            asked = msgspec.convert(arguments, orders.Prune)
            return [rules.prune(asked, known)], asked.pen
    raise CommandRefused(f"there is no order {order!r}", f"Known: {', '.join(orders.ORDERS)}")


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
