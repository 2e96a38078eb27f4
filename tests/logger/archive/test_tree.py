"""The tree of RFC 9162: the published vectors of RFC 6962's trees, and what proofs must do."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logger.archive.tree import EMPTY_ROOT, Tree, leaf_hash, verify_consistency, verify_inclusion

# The eight leaves and their roots, as certificate-transparency's own tests have them.
_LEAVES = tuple(
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
)
_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
_A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
_B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
_C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
_D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
_E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
_F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"

_sizes = st.integers(1, 130)


def tree_of(size: int) -> Tree:
    return Tree(leaf_hash(b"leaf %d" % number) for number in range(size))


def published() -> Tree:
    return Tree(map(leaf_hash, _LEAVES))


def hexes(proof: list[bytes]) -> list[str]:
    return [one.hex() for one in proof]


def mth(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 9162 defines it, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert published().root(size).hex() == _ROOTS[size]
    assert Tree(map(leaf_hash, _LEAVES[:size])).root().hex() == _ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (0, 8, [_A, _B, _C]),
        (5, 8, [_D, _E, _ROOTS[4]]),
        (2, 3, [_ROOTS[2]]),
        (1, 5, [_ROOTS[1], _B, _D]),
    ],
)
def test_inclusion_proofs_are_the_published_ones(index: int, size: int, proof: list[str]) -> None:
    assert hexes(published().inclusion_proof(index, size)) == proof


@pytest.mark.parametrize(
    ("first", "second", "proof"),
    [(1, 1, []), (1, 8, [_A, _B, _C]), (6, 8, [_F, _E, _ROOTS[4]]), (2, 5, [_B, _D])],
)
def test_consistency_proofs_are_the_published_ones(
    first: int, second: int, proof: list[str]
) -> None:
    assert hexes(published().consistency_proof(first, second)) == proof


@given(_sizes)
def test_a_grown_tree_has_the_root_of_the_definition(size: int) -> None:
    assert tree_of(size).root() == mth([leaf_hash(b"leaf %d" % n) for n in range(size)])


@given(_sizes, st.data())
def test_every_inclusion_proof_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    tree = tree_of(130)
    leaf, proof = leaf_hash(b"leaf %d" % index), tree.inclusion_proof(index, size)
    assert verify_inclusion(leaf, index, size, proof, tree.root(size))


@given(_sizes, st.data())
def test_every_consistency_proof_verifies(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, second))
    tree = tree_of(130)
    proof = tree.consistency_proof(first, second)
    assert verify_consistency(first, second, tree.root(first), tree.root(second), proof)


def changed(draw: st.DataObject, proof: list[bytes]) -> list[bytes]:
    """Return ``proof`` with a bit flipped, a hash left out, repeated, added or two exchanged."""
    other = list(proof)
    at = draw.draw(st.integers(0, max(0, len(proof) - 1)))
    match draw.draw(st.sampled_from(["flip", "drop", "repeat", "add", "swap"])):
        case "flip" if proof:
            bit = draw.draw(st.integers(0, 255))
            number = int.from_bytes(other[at], "big") ^ 1 << bit
            other[at] = number.to_bytes(32, "big")
        case "drop" if proof:
            del other[at]
        case "repeat" if proof:
            other.insert(at, other[at])
        case "swap" if len(proof) > 1:
            other[at], other[at - 1] = other[at - 1], other[at]
        case _:
            other.append(leaf_hash(b"more"))
    return other


@given(_sizes, st.data())
def test_no_changed_inclusion_proof_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    tree = tree_of(size)
    proof = changed(data, tree.inclusion_proof(index))
    assert not verify_inclusion(leaf_hash(b"leaf %d" % index), index, size, proof, tree.root())


@given(_sizes, st.data())
def test_an_inclusion_proof_is_of_one_leaf_at_one_place_alone(
    size: int, data: st.DataObject
) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(-1, size))
    tree = tree_of(size)
    leaf, proof = leaf_hash(b"leaf %d" % index), tree.inclusion_proof(index)
    assert verify_inclusion(leaf, other, size, proof, tree.root()) == (other == index)
    assert not verify_inclusion(leaf_hash(b"forged"), index, size, proof, tree.root())


@given(st.integers(2, 130), st.data())
def test_no_changed_consistency_proof_verifies(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, second - 1))
    tree = tree_of(second)
    roots = tree.root(first), tree.root(second)
    proof = tree.consistency_proof(first)
    assert not verify_consistency(first, second, *roots, changed(data, proof))


@given(st.integers(2, 130), st.data())
def test_no_tree_with_another_past_is_consistent(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, second - 1))
    forged = data.draw(st.integers(0, first - 1))
    tree = tree_of(second)
    leaves = [leaf_hash(b"leaf %d" % number) for number in range(second)]
    leaves[forged] = leaf_hash(b"forged")
    other = Tree(leaves)
    for proof in (tree.consistency_proof(first), other.consistency_proof(first)):
        assert not verify_consistency(first, second, tree.root(first), other.root(), proof)


def test_an_empty_tree_is_the_beginning_of_every_other() -> None:
    tree = tree_of(5)
    assert verify_consistency(0, 5, EMPTY_ROOT, tree.root(), [])
    assert not verify_consistency(0, 5, tree.root(1), tree.root(), [])
    assert not verify_consistency(0, 5, EMPTY_ROOT, tree.root(), [EMPTY_ROOT])


def test_equal_trees_are_consistent_only_if_their_roots_are_equal() -> None:
    assert verify_consistency(5, 5, tree_of(5).root(), tree_of(5).root(), [])
    assert not verify_consistency(5, 5, tree_of(5).root(), tree_of(4).root(), [])
    assert not verify_consistency(6, 5, tree_of(5).root(), tree_of(5).root(), [])


def test_what_is_not_in_the_tree_is_refused() -> None:
    tree = tree_of(5)
    for ask in (
        lambda: tree.root(6),
        lambda: tree.inclusion_proof(5),
        lambda: tree.inclusion_proof(-1),
        lambda: tree.inclusion_proof(3, 3),
        lambda: tree.consistency_proof(6),
        lambda: tree.consistency_proof(3, 2),
    ):
        with pytest.raises(IndexError):
            ask()


def test_a_tree_of_a_hundred_thousand_leaves_still_knows_its_former_roots() -> None:
    tree = tree_of(100_000)
    proof = tree.consistency_proof(77_777)
    assert verify_consistency(77_777, 100_000, tree_of(77_777).root(), tree.root(), proof)
    assert len(proof) <= 18
