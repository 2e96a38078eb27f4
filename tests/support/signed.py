"""A journal with seals, keys and heads, made as the installation makes them."""

from pathlib import Path
from typing import Any

from logger.archive import signing
from logger.archive.tree import leaf_hash
from logger.cli.signing_ordering import signing_order
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.journal.kinds import HeadSigned
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock

NOW_NS = 1_780_000_000_000_000_000


def manifest(number: int) -> bytes:
    return b'{"revision":%d}' % number


def journal_with_seals(data_dir: Path, count: int) -> None:
    """Append ``count`` seals, each with something before it; make the journal if need be."""
    with Journal.open(data_dir, HostClock()) as journal:
        for number in range(count):
            journal.append([note(number), seal(manifest(number))])


def note(number: int) -> Draft:
    return draft(kinds.SessionNote(session="s", text=f"note {number}", nonce="00"))


def seal(data: bytes) -> Draft:
    """Return a seal as far as the tree is concerned: the entry names its leaf."""
    return Draft("seal.made", "", "service", b'{"leaf_hash":"%s"}' % leaf_hash(data).hex().encode())


def draft(payload: kinds.Payload) -> Draft:
    return Draft(kinds.kind_of(payload), "", "service", kinds.encode(payload))


def sign_head(data_dir: Path) -> HeadSigned:
    """Return a head of the journal as it is, signed and told to it."""
    return signing.sign_head(data_dir, signing_order(data_dir), lambda: NOW_NS)


def rotate(data_dir: Path, reason: str = "yearly", **how: Any) -> str:
    """Return the fingerprint of a new key that signs from now on."""
    how = {"in_doubt": False} | how
    return signing.rotate(data_dir, signing_order(data_dir), reason, **how).fingerprint
