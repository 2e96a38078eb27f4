"""What may be ordered about retention, and which of it appends entries."""

from typing import Final

import msgspec

from logger.journal.kinds import PayloadsPruned
from logger.session.orders import By

SET_HOLD: Final = "hold.set"
LIFT_HOLD: Final = "hold.lift"
ERASE: Final = "client.erase"
ERASE_AGAIN: Final = "client.erase_again"
FINISH: Final = "client.finish_erasure"
PRUNE: Final = "payloads.prune"
EMPTY: Final = "payloads.empty"
TIDY: Final = "journal.tidy"
DROP_REFUSED: Final = "refused.drop"
EMPTY_DAMAGED: Final = "damaged.empty"

APPENDING: Final = (SET_HOLD, LIFT_HOLD, ERASE, ERASE_AGAIN, FINISH, PRUNE, EMPTY_DAMAGED)
ORDERS: Final = (*APPENDING, EMPTY, TIDY, DROP_REFUSED)
EMPTIED_AT_ONCE: Final = 100
"""Payloads that one order takes away: some 4 ms of the journal's thread, between two commits."""
TIDIED_PAGES: Final = 500
"""Unused pages that are given back to the drive at once."""


class SetHold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hold a session or all sessions of a client; the other is empty."""

    reason: str
    by: By
    session: str = ""
    client: str = ""


class LiftHold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lift a hold by its id."""

    hold: str
    reason: str
    by: By


class EraseClient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Erase all sessions of a client. The code goes into no entry."""

    client: str
    reason: str
    by: By


class EraseAgain(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Erase the sessions of an erasure once more: they are back, from a restored copy."""

    erasure: str
    sessions: tuple[str, ...]
    account: str
    reason: str


class FinishErasure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the erasure names is gone."""

    erasure: str
    payloads: int
    files: tuple[str, ...]


class Prune(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Blocks of ``pen`` were compared with their sealed file and may leave the journal."""

    pen: str
    pruned: PayloadsPruned


class Empty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take away the payloads at ``positions``, which the entry at ``because`` allows."""

    because: int
    positions: tuple[int, ...]


class DropRefused(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Drop those of ``items``, by number, that lie in quarantine for ``sink`` still."""

    sink: str
    items: tuple[int, ...]
    reason: str


class EmptyDamaged(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The damaged ``file``, of ``bytes``, is about to be emptied: ``recovered`` has all of it."""

    file: str
    recovered: str
    bytes: int
