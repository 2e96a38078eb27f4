"""The Merkle tree of RFC 9162, section 2.1 (SHA-256), that manifest revisions are leaves of.

A leaf counts by the hash of its data, ``SHA-256(0x00 ‖ data)``; a node is
``SHA-256(0x01 ‖ left ‖ right)``. A tree of ``n`` leaves is split at the largest power of
two below ``n``. So whoever knows a root can be shown, with about log2(n) hashes, that a
leaf is in the tree, and that a later tree still begins with all leaves of an earlier one.
"""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """Return the 32 bytes by which a leaf with ``data`` enters the tree."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash, 32 bytes, of the node above ``left`` and ``right``."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and still knows all that it was.

    Every full subtree is hashed once and kept: two hashes a leaf, whatever is asked.
    A ``size`` below that of the tree asks about the tree as it was with so many leaves.
    An index or size that is not in the tree raises IndexError.
    """

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        # _levels[k][i] is the root of the leaves from i * 2**k to (i + 1) * 2**k.
        self._levels: list[list[bytes]] = [[]]
        for one in leaf_hashes:
            self.append(one)

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, leaf: bytes) -> int:
        """Add a leaf by its hash and return its index, counted from 0."""
        index = len(self)
        self._levels[0].append(leaf)
        level = 0
        while len(self._levels[level]) % 2 == 0:
            if level + 1 == len(self._levels):
                self._levels.append([])
            self._levels[level + 1].append(node_hash(*self._levels[level][-2:]))
            level += 1
        return index

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first ``size`` leaves, 32 bytes."""
        size = self._checked(size)
        return self._between(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the hashes that prove the leaf at ``index`` in the first ``size`` leaves.

        RFC 9162, 2.1.3.1: the siblings on the way up, from the leaf to the root.
        """
        size = self._checked(size)
        if not 0 <= index < size:
            raise IndexError(f"there is no leaf {index} among {size}")
        proof: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                proof.append(self._between(middle, end))
                end = middle
            else:
                proof.append(self._between(start, middle))
                start = middle
        return proof[::-1]

    def consistency_proof(self, first: int, second: int | None = None) -> list[bytes]:
        """Return the hashes that prove that ``second`` leaves begin with the ``first`` ones.

        RFC 9162, 2.1.4.1. Nothing need be proved of 0 leaves, nor of equal sizes.
        """
        second = self._checked(second)
        if not 0 <= first <= second:
            raise IndexError(f"a tree of {second} leaves never had {first}")
        proof: list[bytes] = []
        start, end = 0, second
        known = True  # The verifier has the root of all leaves from 0 to ``first``.
        while first and end > first:
            middle = start + _split(end - start)
            if first <= middle:
                proof.append(self._between(middle, end))
                end = middle
            else:
                proof.append(self._between(start, middle))
                start, known = middle, False
        if not known:
            proof.append(self._between(start, end))
        return proof[::-1]

    def _checked(self, size: int | None) -> int:
        if size is None:
            return len(self)
        if not 0 <= size <= len(self):
            raise IndexError(f"a tree of {len(self)} leaves has not {size}")
        return size

    def _between(self, start: int, end: int) -> bytes:
        """Return the root of the leaves from ``start`` to ``end``, a subtree of the split."""
        size = end - start
        if size & (size - 1) == 0:
            level = size.bit_length() - 1
            return self._levels[level][start >> level]
        middle = start + _split(size)
        return node_hash(self._between(start, middle), self._between(middle, end))


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Return whether ``proof`` leads from the leaf's hash to ``root`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, reached = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place % 2 or place == last:
            reached = node_hash(sibling, reached)
            place, last = _up_to_a_right_child(place, last)
        else:
            reached = node_hash(reached, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and reached == root


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Return whether ``proof`` shows that the second tree begins with the first.

    RFC 9162, 2.1.4.2; a first tree of 0 leaves, which it leaves out, has EMPTY_ROOT and
    is the beginning of every other.
    """
    if first in (0, second):
        expected = second_root if first else EMPTY_ROOT
        return 0 <= first <= second and not proof and first_root == expected
    if not 0 < first < second:
        return False
    # A first tree that is one full subtree is itself the first hash of the way.
    way = list(proof) if first & (first - 1) else [first_root, *proof]
    place, last = _up_to_a_left_child(first - 1, second - 1)
    if not way:
        return False
    reached_first = reached_second = way[0]
    for one in way[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            reached_first = node_hash(one, reached_first)
            reached_second = node_hash(one, reached_second)
            place, last = _up_to_a_right_child(place, last)
        else:
            reached_second = node_hash(reached_second, one)
        place, last = place >> 1, last >> 1
    return last == 0 and reached_first == first_root and reached_second == second_root


def _split(size: int) -> int:
    """Return the largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _up_to_a_right_child(place: int, last: int) -> tuple[int, int]:
    """Return the way up past levels where the last node has no sibling."""
    while place % 2 == 0 and place:
        place, last = place >> 1, last >> 1
    return place, last


def _up_to_a_left_child(place: int, last: int) -> tuple[int, int]:
    while place % 2:
        place, last = place >> 1, last >> 1
    return place, last
