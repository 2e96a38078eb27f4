"""What a head says, in which bytes it is signed, and what the journal must still hold of it.

A head names the last entry of a journal and the root of its seals. Whoever keeps one
outside can tell later whether anything before it was changed, removed or slipped in.
What is signed is JSON with sorted keys and no blanks, all ASCII, without a line end::

    {"chain_hash":"…","journal":"…","key":"SHA256:…","position":7,
     "time_unix_ns":…,"tree_root":"…","tree_size":2}

Signatures are made and checked in ``logger.archive.signing``; here is no cryptography.
"""

from collections.abc import Iterator

from logger.archive.tree import Tree
from logger.errors import ProofFailed
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.kinds import HeadSigned
from logger.journal.reader import JournalReader

HEAD = "head.signed"


def check_against(head: HeadSigned, reader: JournalReader, tree: Tree) -> None:
    """Return if the journal still has what ``head`` names; ``tree`` holds the seals of the file.

    ProofFailed, saying what is otherwise, if not. That the chain up to there is whole is
    for ``logger.journal.verify`` to say.
    """
    if head.journal != reader.id:
        raise ProofFailed(f"it is of journal {head.journal}, this one is {reader.id}")
    found = reader.read(head.position - 1, 1)
    if not found or found[0].position != head.position:
        raise ProofFailed(f"the journal has no entry {head.position}, which was signed")
    if found[0].chain_hash.hex() != head.chain_hash:
        raise ProofFailed(f"the entry {head.position} is not the one that was signed")
    if head.tree_size > len(tree):
        raise ProofFailed(f"{head.tree_size} seals were signed, the journal has {len(tree)}")
    if tree.root(head.tree_size).hex() != head.tree_root:
        raise ProofFailed(f"the first {head.tree_size} seals are not those that were signed")


def heads(reader: JournalReader, after: int = 0) -> Iterator[tuple[Entry, HeadSigned]]:
    """Yield every signed head beyond position ``after`` with its entry, in order."""
    for entry in reader.entries(after, kinds=[HEAD]):
        head = head_of(entry)
        if head is not None:
            yield entry, head


def newest_head(reader: JournalReader) -> HeadSigned | None:
    """Return the last head that was signed; None before the first."""
    entry = reader.last_of(HEAD, "")
    return head_of(entry) if entry else None


def head_of(entry: Entry) -> HeadSigned | None:
    """Return the head in ``entry``; None for other kinds and where its payload is gone."""
    if entry.kind != HEAD or entry.payload is None:
        return None
    payload = kinds.decode(entry.kind, entry.payload)
    return payload if isinstance(payload, HeadSigned) else None
