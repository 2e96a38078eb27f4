"""The tree of a journal's seals: one leaf for each ``seal.made``, in the journal's order.

Each journal file has a tree of its own, as it has a chain of its own. So a file that was
damaged and set aside, of which something may be missing for ever, changes no later root.
"""

import binascii
from collections.abc import Iterator

import msgspec

from logger.archive.tree import Tree
from logger.errors import ProofFailed
from logger.journal.reader import JournalReader

SEAL = "seal.made"


class _Leaf(msgspec.Struct):
    """The one field of a seal's payload that the tree needs."""

    leaf_hash: str


_DECODER = msgspec.json.Decoder(_Leaf)


def seal_tree(reader: JournalReader, to: int | None = None) -> Tree:
    """Return the tree of the seals in the reader's own file up to position ``to``, or to its end.

    ProofFailed if an entry does not say its leaf.
    """
    return Tree(leaf for _, leaf in seal_leaves(reader, to))


def seal_leaves(reader: JournalReader, to: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Yield position and leaf hash of every seal in the reader's own file, in order."""
    for entry in reader.entries(reader.first_position - 1, kinds=[SEAL], to=to):
        if entry.payload is None:
            raise ProofFailed(f"what {SEAL} at position {entry.position} told is gone")
        try:
            leaf = binascii.unhexlify(_DECODER.decode(entry.payload).leaf_hash)
        except (msgspec.DecodeError, ValueError) as error:
            raise ProofFailed(f"{SEAL} at position {entry.position}: {error}") from None
        yield entry.position, leaf
