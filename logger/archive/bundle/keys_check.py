"""Whose signatures a bundle bears, and whether what was brought from outside vouches for them."""

from typing import TypeVar

import msgspec

from logger.archive.bundle import form
from logger.archive.bundle.choosing import ancestors
from logger.archive.bundle.later_check import check_same_tree
from logger.archive.bundle.reading import Bundle, Chained
from logger.archive.key_ring import KEY_KINDS, KeyRing
from logger.archive.ledger import SEAL
from logger.archive.outside import HeadKept, Outside
from logger.archive.signing import check_signature
from logger.archive.ssh_public_key import blob_of_line, fingerprint_of
from logger.errors import ProofFailed
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.kinds import HeadSigned, KeyMade, KeyRevoked

Told = TypeVar("Told", bound=kinds.Payload)


def payload_of(entry: Chained, kind: type[Told]) -> Told:
    """Return what an entry tells; ProofFailed if it is gone or not of ``kind``."""
    if entry.payload is None:
        raise ProofFailed(f"what entry {entry.line.position} told is gone")
    try:
        payload = kinds.decode(entry.line.kind, entry.payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProofFailed(f"entry {entry.line.position}: {error}") from error
    if not isinstance(payload, kind):
        raise ProofFailed(f"entry {entry.line.position} is no {kind.__name__}")
    return payload


def key_ring(bundle: Bundle) -> KeyRing:
    """Return the keys that the entries name; ProofFailed if one has another's fingerprint."""
    ring = KeyRing()
    for one in bundle.entries.values():
        line = one.line
        if line.kind in KEY_KINDS:
            told: KeyMade | KeyRevoked
            made = line.kind == "key.made"
            told = payload_of(one, KeyMade) if made else payload_of(one, KeyRevoked)
            if fingerprint_of(blob_of_line(told.public_key)) != told.fingerprint:
                raise ProofFailed(f"a key has another's fingerprint than {told.fingerprint}")
            ring.apply(
                Entry(
                    line.position, line.time_unix_ns, line.kind, line.stream, line.actor,
                    one.payload, b"", one.chain_hash,
                )
            )  # fmt: skip
    return ring


def check_key(bundle: Bundle, fingerprint: str, position: int) -> None:
    """Return if that key could sign at ``position``; ProofFailed, saying why not, if not."""
    problem = key_ring(bundle).problem(fingerprint, position)
    if problem:
        raise ProofFailed(problem)


def check_head(bundle: Bundle) -> list[str]:
    """Return the keys that vouch for the bundle's signer, itself first."""
    head, ring = bundle.head, key_ring(bundle)
    check_signature(head)
    check_key(bundle, head.key, head.position)
    at = bundle.entries.get(head.position)
    if at is None or at.chain_hash.hex() != head.chain_hash:
        raise ProofFailed("the chain does not lead to the head")
    signers = "".join(f"{form.PRINCIPAL} {key.public_key}\n" for key in ring.keys)
    if bundle.files[form.SIGNERS] != signers.encode():
        raise ProofFailed(f"{form.SIGNERS} names other keys than the entries")
    signer = ring.find(bundle.signer)
    if signer is None:
        raise ProofFailed("the list is signed by a key that no entry names")
    trusted = ancestors(ring, signer)
    # In a file that was set aside nothing signs any more, also once its key is in doubt.
    head_key = ring.find(head.key)
    is_withdrawn = head_key is not None and head_key.withdrawn_position is not None
    if head.key not in trusted and not is_withdrawn:
        raise ProofFailed("the head's key does not vouch for the one that signed the list")
    return trusted


def check_outside(bundle: Bundle, trusted: list[str], outside: Outside) -> tuple[str, ...]:
    """Return what of that which was given proves the origin; ProofFailed if it does not fit."""
    proven = []
    if outside.fingerprint:
        if outside.fingerprint not in trusted:
            raise ProofFailed(
                f"it is not signed by {outside.fingerprint}, nor by a key that this one vouches for"
            )
        proven.append("the key's fingerprint")
    if outside.head is not None:
        _check_kept(bundle, trusted, outside.head)
        proven.append("the head")
    if outside.chain_hash:
        _check_hash(bundle, trusted, outside.chain_hash)
        proven.append("the head")
    return tuple(proven)


def _check_kept(bundle: Bundle, trusted: list[str], kept: HeadKept) -> None:
    at = bundle.entries.get(kept.position)
    if at is None:
        check_same_tree(bundle, kept)
    elif at.chain_hash.hex() != kept.chain_hash:
        raise ProofFailed("the chain does not have the head that was given")
    if kept.key not in trusted:
        raise ProofFailed("the given head's key does not vouch for the bundle's")
    if kept.position == bundle.head.position and kept.tree_root != bundle.head.tree_root:
        raise ProofFailed("the given head names another tree of seals")


def _check_hash(bundle: Bundle, trusted: list[str], chain_hash: str) -> None:
    entries = bundle.entries.values()
    at = next((one for one in entries if one.chain_hash.hex() == chain_hash), None)
    if at is None and bundle.later is not None and bundle.later.chain_hash == chain_hash:
        raise ProofFailed("the hash is that of the later head: give that head as a file")
    if at is None:
        raise ProofFailed("no entry has the hash that was given, or it lies out of reach")
    before = [one for one in entries if one.run == at.run and one.line.position <= at.line.position]
    seals = {one.line.position for one in before if one.line.kind == SEAL}
    if bundle.told.seals[-1].position not in seals or bundle.head.key not in _named(before):
        raise ProofFailed("the given head covers neither the newest seal nor the key")
    if bundle.head.key not in trusted:
        raise ProofFailed("the head's key does not vouch for the one that signed the list")


def _named(entries: list[Chained]) -> set[str]:
    """Return the keys that ``entries`` name as made, or as having signed a head."""
    heads = [one for one in entries if one.line.kind == "head.signed"]
    made = [one for one in entries if one.line.kind == "key.made"]
    return {payload_of(one, HeadSigned).key for one in heads} | {
        payload_of(one, KeyMade).fingerprint for one in made
    }
