"""What may be done with a queue, and the entry that tells of it; no recorder is needed."""

import secrets
from collections.abc import Sequence
from typing import Any

from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.journal.quarantine import NAMED_AT_ONCE, Quarantined
from logger.journal.reader import JournalReader

REASON_AT_MOST = 500


def draft(payload: kinds.Payload, actor: str) -> Draft:
    """Return the draft of an entry that concerns the whole service."""
    return Draft(kinds.kind_of(payload), "", actor, kinds.encode(payload))


def asked_items(reader: JournalReader, sink: str, numbers: Sequence[int]) -> list[Quarantined]:
    """Return the quarantined items of ``sink`` with these numbers.

    CommandRefused, naming the missing ones, unless all of them lie there.
    """
    if not 1 <= len(numbers) <= NAMED_AT_ONCE:
        raise CommandRefused(f"{len(numbers)} items", f"Name 1 to {NAMED_AT_ONCE} at a time")
    items = reader.quarantined_items(sink, numbers)
    missing = sorted(set(numbers) - {item.number for item in items})
    if missing:
        words = ", ".join(map(str, missing[:10])) + (", ..." if len(missing) > 10 else "")
        raise CommandRefused(
            f"nothing of sink {sink} lies in quarantine as {words}",
            f"`needlelog queue list {sink}` shows what does",
        )
    return items


def retried(items: Sequence[Quarantined]) -> kinds.QueueRetried:
    """Return the entry's payload for items that were accepted after all."""
    return kinds.QueueRetried(sink=items[0].sink, items=_numbers(items), positions=_places(items))


def dropped(items: Sequence[Quarantined], reason: str) -> kinds.QueueDropped:
    """Return the entry's payload for dropping ``items``; CommandRefused without a reason."""
    return kinds.QueueDropped(
        sink=items[0].sink,
        items=_numbers(items),
        positions=_places(items),
        reason=_checked(reason),
        nonce=secrets.token_hex(16),
    )


def given_up(sink: str, position: int, last: int, reason: str) -> kinds.QueueGivenUp | None:
    """Return the entry's payload for giving up what lies beyond ``position``; None if nothing."""
    reason = _checked(reason)
    if position >= last:
        return None
    return kinds.QueueGivenUp(
        sink=sink,
        from_position=position + 1,
        to_position=last,
        reason=reason,
        nonce=secrets.token_hex(16),
    )


def answer_given_up(sink: str, told: kinds.QueueGivenUp | None) -> dict[str, Any]:
    """Return what the giver of the order is told; no positions where there was no backlog."""
    if told is None:
        return {"sink": sink, "from_position": None, "to_position": None}
    return {"sink": sink, "from_position": told.from_position, "to_position": told.to_position}


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise CommandRefused("no reason is given", "Say why with --reason")
    if len(reason) > REASON_AT_MOST:
        raise CommandRefused(
            f"the reason has {len(reason)} characters", f"Use at most {REASON_AT_MOST}"
        )
    return reason


def _numbers(items: Sequence[Quarantined]) -> tuple[int, ...]:
    return tuple(item.number for item in items)


def _places(items: Sequence[Quarantined]) -> tuple[int, ...]:
    return tuple(item.position for item in items)
