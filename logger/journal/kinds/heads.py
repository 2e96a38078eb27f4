"""What the installation signs with, and what it signed: keys, and heads of journal and tree."""

import json

import msgspec

from logger.journal.kinds.payload import Payload


class HeadSigned(Payload, frozen=True, kw_only=True):
    """The installation vouches for all up to ``position`` of ``journal``, and for its seals.

    ``chain_hash`` (hex) is that of the entry at ``position``; ``tree_root`` (hex) the root of
    the RFC 9162 tree of the ``tree_size`` seals up to there. ``signature`` is an armoured SSH
    signature by ``key`` (``SHA256:…``) over :meth:`signed_bytes`.
    """

    journal: str
    position: int
    chain_hash: str
    tree_size: int
    tree_root: str
    time_unix_ns: int
    key: str
    signature: str

    def signed_bytes(self) -> bytes:
        """Return what is signed: all other fields as JSON, sorted, without blanks, in ASCII."""
        fields = msgspec.structs.asdict(self)
        del fields["signature"]
        return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


class KeyMade(Payload, frozen=True, kw_only=True):
    """The key that signs from here on: its fingerprint and its public line.

    Where it took the place of a ``former`` one that was at hand, that one signed its public
    line and line end: ``endorsement``, an armoured SSH signature.
    """

    fingerprint: str
    public_key: str
    former: str = ""
    endorsement: str = ""


class KeyRevoked(Payload, frozen=True, kw_only=True):
    """A key signs nothing from here on. ``cause``: ``rotated`` or ``revoked``.

    A rotated one was withdrawn in good order or is lost; a revoked one is in doubt, from
    whenever ``reason`` says. ``successor`` is the key in its place, if it was the current one.
    """

    fingerprint: str
    public_key: str
    cause: str
    reason: str
    nonce: str
    successor: str = ""
