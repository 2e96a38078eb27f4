"""The rule by which the console's word of who did what becomes an entry. Pure."""

from collections.abc import Callable
from typing import Any

import msgspec

from logger.accounts.book import AccountBook
from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.kinds import Payload

NOTE_ACCESS = "access.note"
ACCESS_KINDS = tuple(kind for kind in kinds.KINDS if kind.startswith("access."))


class NoteAccess(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``told`` are the fields of the payload of ``kind``, one of :data:`ACCESS_KINDS`."""

    kind: str
    told: dict[str, Any]


def judge_access(
    order: NoteAccess, book: AccountBook, is_session: Callable[[str], bool]
) -> Payload:
    """Return what is to be appended.

    CommandRefused for another kind, an account or a session that never was;
    ``msgspec.ValidationError`` for fields that are not the kind's.
    """
    if order.kind not in ACCESS_KINDS:
        raise CommandRefused(f"{order.kind!r} is noted by no console", "It notes access.* alone")
    payload = msgspec.convert(order.told, kinds.KINDS[order.kind])
    account = getattr(payload, "account", "")
    nobody = isinstance(payload, kinds.SignInFailed) and not account
    if not nobody and book.find(account) is None:
        raise CommandRefused(f"there is no account {account}", "See `needlelog account list`")
    session = getattr(payload, "session", None)
    of_period = isinstance(payload, kinds.SessionExported) and not session and payload.what
    if session is not None and not of_period and not is_session(session):
        raise CommandRefused(f"there is no session {session}", "See `needlelog session list`")
    return payload


def access_arguments(payload: Payload) -> dict[str, Any]:
    """Return the arguments of the order that makes ``payload`` an entry."""
    told: dict[str, Any] = msgspec.to_builtins(payload)
    return {"kind": kinds.kind_of(payload), "told": told}
