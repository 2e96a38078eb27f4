"""Orders about keys and heads: what they say, and the rules by which they become entries.

Pure, and without cryptography: the recorder judges them, and makes no signature itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from logger.archive.heads import newest_head
from logger.archive.key_ring import REVOKED, ROTATED, KeyRing, KnownKey, read_key_ring
from logger.archive.ssh_public_key import blob_of_line, fingerprint_of
from logger.errors import CommandRefused, ProofFailed
from logger.journal.kinds import HeadSigned, KeyMade, KeyRevoked, Payload
from logger.journal.reader import JournalReader

REASON_AT_MOST = 500


class MakeKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key, the first of the journal, was made."""

    fingerprint: str
    public_key: str


class ReplaceKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key was made that takes the place of the current one, ``former``.

    Without ``endorsement`` where the former is not at hand, or is ``in_doubt``.
    """

    former: str
    fingerprint: str
    public_key: str
    reason: str
    endorsement: str = ""
    in_doubt: bool = False


class RevokeKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key of former times is in doubt."""

    fingerprint: str
    reason: str


ORDERS: dict[str, Any] = {
    "key.make": MakeKey,
    "key.replace": ReplaceKey,
    "key.revoke": RevokeKey,
    "head.sign": HeadSigned,
}
"""The arguments of every order about keys and heads."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What decides such an order: ``chain_hash_at`` returns that of an entry, in hex, or ""."""

    journal: str
    ring: KeyRing
    newest: HeadSigned | None
    chain_hash_at: Callable[[int], str]
    make_nonce: Callable[[], str]

    @classmethod
    def read(cls, reader: JournalReader, make_nonce: Callable[[], str]) -> "Signed":
        """Return what the journal says now."""

        def chain_hash_at(position: int) -> str:
            found = reader.read(position - 1, 1)
            return found[0].chain_hash.hex() if found and found[0].position == position else ""

        return cls(reader.id, read_key_ring(reader), newest_head(reader), chain_hash_at, make_nonce)


def judge(order: str, arguments: dict[str, Any], signed: Signed) -> list[Payload]:
    """Return what is to be appended; nothing where all is as ordered already.

    CommandRefused, saying why, where the order cannot be carried out.
    """
    if order not in ORDERS:
        raise CommandRefused(f"there is no order {order!r}", f"Known: {', '.join(ORDERS)}")
    asked = msgspec.convert(arguments, ORDERS[order])
    match asked:
        case MakeKey():
            return _make(asked, signed.ring)
        case ReplaceKey():
            return _replace(asked, signed)
        case RevokeKey():
            return _revoke(asked, signed)
    return _head(asked, signed)


def _make(asked: MakeKey, ring: KeyRing) -> list[Payload]:
    current = ring.current
    if current is not None and current.fingerprint == asked.fingerprint:
        return []
    if current is not None:
        raise CommandRefused(
            f"key {current.fingerprint} signs here", "`needlelog key rotate` takes another"
        )
    _check_new(asked.fingerprint, asked.public_key, ring)
    return [KeyMade(fingerprint=asked.fingerprint, public_key=asked.public_key)]


def _replace(asked: ReplaceKey, signed: Signed) -> list[Payload]:
    former = _known(asked.former, signed.ring)
    if former != signed.ring.current:
        raise CommandRefused(f"key {asked.former} does not sign now", "Look: `needlelog key show`")
    _check_new(asked.fingerprint, asked.public_key, signed.ring)
    return [
        KeyMade(
            fingerprint=asked.fingerprint,
            public_key=asked.public_key,
            former=former.fingerprint,
            endorsement=asked.endorsement,
        ),
        KeyRevoked(
            fingerprint=former.fingerprint,
            public_key=former.public_key,
            cause=REVOKED if asked.in_doubt else ROTATED,
            reason=_checked_reason(asked.reason),
            nonce=signed.make_nonce(),
            successor=asked.fingerprint,
        ),
    ]


def _revoke(asked: RevokeKey, signed: Signed) -> list[Payload]:
    key = _known(asked.fingerprint, signed.ring)
    if key.withdrawn_position is None:
        raise CommandRefused(f"key {key.fingerprint} signs now", "Another must take its place")
    if key.cause == REVOKED:
        raise CommandRefused(f"key {key.fingerprint} is revoked already")
    return [
        KeyRevoked(
            fingerprint=key.fingerprint,
            public_key=key.public_key,
            cause=REVOKED,
            reason=_checked_reason(asked.reason),
            nonce=signed.make_nonce(),
            successor=key.successor,
        )
    ]


def _head(head: HeadSigned, signed: Signed) -> list[Payload]:
    current = signed.ring.current
    if current is None or head.key != current.fingerprint:
        raise CommandRefused(f"key {head.key} does not sign here now", "Sign again")
    if head.journal != signed.journal:
        raise CommandRefused("the head is one of another journal file", "Sign again")
    if signed.chain_hash_at(head.position) != head.chain_hash:
        raise CommandRefused(f"the journal has no such entry {head.position}", "Sign again")
    newest = signed.newest
    if newest is not None and newest.journal == head.journal:
        if head.position < newest.position:
            raise CommandRefused("a later head is signed already", "Sign again")
        if head.tree_size < newest.tree_size:
            raise CommandRefused(
                f"{newest.tree_size} seals were signed before, this head names {head.tree_size}",
                "Entries are missing: run `needlelog verify`",
            )
    return [head]


def _known(fingerprint: str, ring: KeyRing) -> KnownKey:
    key = ring.find(fingerprint)
    if key is None:
        raise CommandRefused(
            f"the journal names no key {fingerprint}", "`needlelog key show` lists them"
        )
    return key


def _check_new(fingerprint: str, public_key: str, ring: KeyRing) -> None:
    try:
        actual = fingerprint_of(blob_of_line(public_key))
    except ProofFailed as error:
        raise CommandRefused(str(error)) from None
    if actual != fingerprint:
        raise CommandRefused(f"{fingerprint} is not the fingerprint of that key, {actual} is")
    if ring.find(fingerprint) is not None:
        raise CommandRefused(
            f"key {fingerprint} was withdrawn", "`needlelog key rotate` makes another"
        )


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise CommandRefused("no reason is given", "Say why with --reason")
    if len(reason) > REASON_AT_MOST:
        raise CommandRefused(
            f"the reason has {len(reason)} characters", f"Use at most {REASON_AT_MOST}"
        )
    return reason
