"""What vouches for a session's bundle: its seals, a signed head over them, and the keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from logger.archive.heads import heads
from logger.archive.key_ring import KeyRing, KnownKey, read_key_ring
from logger.archive.ledger import SEAL, Ledger
from logger.archive.seal_tree import seal_leaves
from logger.archive.signing import check_endorsement
from logger.archive.tree import Tree
from logger.errors import CommandRefused, ProofFailed
from logger.journal import kinds
from logger.journal.files import recovered_path, set_aside_files
from logger.journal.kinds import HeadSigned, SealMade
from logger.journal.reader import JournalReader
from logger.session.model import Session

_SEAL_NOW = "Wait for the recorder to do so, or run `needlelog archive seal`"


@dataclass(frozen=True, slots=True)
class SealTold:
    """A seal of the session: at which position of which journal file it stands."""

    position: int
    journal: str
    told: SealMade


@dataclass(frozen=True, slots=True)
class Vouched:
    """All seals of a session, in order; the head that covers the newest; the keys.

    ``later`` is the newest head of the same journal file, None if ``head`` is. ``signer`` is
    the key that signs the bundle's list: the head's, or one that it vouches for.
    ``voucher_position`` is the last entry up to the head that names the head's key.
    ``indexes`` gives a seal's leaf in ``tree``, which reaches to the later head, by position.
    """

    seals: tuple[SealTold, ...]
    head: HeadSigned
    later: HeadSigned | None
    ring: KeyRing
    signer: KnownKey
    voucher_position: int
    tree: Tree
    indexes: dict[int, int]


def vouched(data_dir: Path, reader: JournalReader, session: Session) -> Vouched:
    """Return what vouches for ``session`` as it is now.

    CommandRefused if it was not sealed since it changed, or no signed head covers its seal.
    """
    if session.state != "stopped":
        raise CommandRefused(f"session {session.id} is still open", "Stop it first")
    if any(due.subject.name == session.id for due in Ledger.read(reader).sessions_due()):
        raise CommandRefused(f"session {session.id} is not sealed as it is now", _SEAL_NOW)
    seals = tuple(_seals(reader, session))
    if not seals:
        raise CommandRefused(f"session {session.id} is not sealed", _SEAL_NOW)
    ring = read_key_ring(reader)
    signer = ring.current
    if signer is None:
        raise CommandRefused("there is no signing key", "`needlelog head --sign` makes one")
    trusted = ancestors(ring, signer)
    head = _head_over(reader, seals[-1], trusted)
    later = _newest_after(reader, head, trusted)
    leaves = _leaves(data_dir, reader, later or head)
    return Vouched(
        seals=seals,
        head=head,
        later=later,
        ring=ring,
        signer=signer,
        voucher_position=_voucher(reader, ring, head, seals[-1].position),
        tree=Tree(leaf for _, leaf in leaves),
        indexes={position: index for index, (position, _) in enumerate(leaves)},
    )


def ancestors(ring: KeyRing, key: KnownKey) -> list[str]:
    """Return the fingerprints of ``key`` and of all before it that vouch for it, newest first."""
    found = [key.fingerprint]
    at: KnownKey | None = key
    while at is not None and at.former not in ("", *found):
        try:
            check_endorsement(at)
        except ProofFailed:
            break
        found.append(at.former)
        at = ring.find(at.former)
    return found


def _seals(reader: JournalReader, session: Session) -> Iterator[SealTold]:
    for entry in reader.entries(kinds=[SEAL]):
        if entry.payload is None:
            continue
        told = kinds.decode(entry.kind, entry.payload)
        if isinstance(told, SealMade) and (told.subject, told.name) == ("session", session.id):
            yield SealTold(entry.position, entry.journal or reader.id, told)


def _head_over(reader: JournalReader, seal: SealTold, trusted: list[str]) -> HeadSigned:
    """Return the first head over ``seal`` that a key of ``trusted`` signed.

    Nothing signs in a file that was set aside: there the first by any key will do, and the
    verifiers say whether that key is in doubt since.
    """
    covering = [
        head
        for _, head in heads(reader, seal.position)
        if head.journal == seal.journal and head.position >= seal.position
    ]
    good = [one for one in covering if one.key in trusted]
    if good or (covering and seal.journal != reader.id):
        return (good or covering)[0]
    raise CommandRefused(
        f"no signed head covers the seal of {seal.told.name} that the key in use vouches for",
        "Sign one with `needlelog head --sign`",
    )


def _newest_after(reader: JournalReader, head: HeadSigned, trusted: list[str]) -> HeadSigned | None:
    """Return the last head over more than ``head``, of the same file, by a key of ``trusted``."""
    newest = None
    for _, one in heads(reader, head.position):
        if one.journal == head.journal and one.position > head.position and one.key in trusted:
            newest = one
    return newest


def _leaves(data_dir: Path, reader: JournalReader, head: HeadSigned) -> list[tuple[int, bytes]]:
    """Return position and hash of the leaves of the tree that ``head`` names."""
    if head.journal == reader.id:
        return list(seal_leaves(reader, head.position))
    for damaged in set_aside_files(data_dir):
        path = recovered_path(damaged)
        if path.exists():
            with JournalReader(path) as earlier:
                if earlier.id == head.journal:
                    return list(seal_leaves(earlier, head.position))
    raise CommandRefused(
        f"the head is of journal {head.journal}, which is not here",
        "Bring it back with `needlelog recover`",
    )


def _voucher(reader: JournalReader, ring: KeyRing, head: HeadSigned, seal_position: int) -> int:
    """Return the last entry that names the head's key and is covered by it."""
    key = ring.find(head.key)
    found = key.made_position if key is not None and key.made_position <= head.position else 0
    for entry, one in heads(reader):
        if entry.position > head.position:
            break
        if one.key == head.key and one.journal == head.journal:
            found = max(found, entry.position)
    return found or seal_position
