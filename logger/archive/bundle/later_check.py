"""Whether the later head of a bundle goes on from its head, and a head from outside with them."""

from logger.archive.bundle import form
from logger.archive.bundle.reading import Bundle
from logger.archive.outside import HeadKept
from logger.archive.signing import check_signature
from logger.archive.tree import verify_consistency
from logger.errors import ProofFailed
from logger.journal.kinds import HeadSigned


def check_later(bundle: Bundle, trusted: list[str]) -> None:
    """Return if the tree of the later head, where there is one, begins with that of the head."""
    head, later = bundle.head, bundle.later
    if later is None:
        if bundle.told.consistency:
            raise ProofFailed("a later head is proven, and is not there")
        return
    check_signature(later)
    if later.key not in trusted:
        raise ProofFailed("the later head's key does not vouch for the one that signed the list")
    if later.journal != head.journal or later.position <= head.position:
        raise ProofFailed(f"{form.LATER_HEAD} is no later head of the same journal")
    try:
        proof = [bytes.fromhex(one) for one in bundle.told.consistency]
        first, second = bytes.fromhex(head.tree_root), bytes.fromhex(later.tree_root)
    except ValueError as error:
        raise ProofFailed(f"the proof of the later head is no row of hashes: {error}") from error
    if not verify_consistency(head.tree_size, later.tree_size, first, second, proof):
        raise ProofFailed("the later head's tree does not begin with that of the head")


def check_same_tree(bundle: Bundle, kept: HeadKept) -> None:
    """Return if a head that was kept, beyond the entries here, is over a tree that is proven.

    Its chain is compared where the bundle has it. ProofFailed, saying what is otherwise.
    """
    known = [one for one in (bundle.head, bundle.later) if one is not None]
    same = [one for one in known if (one.journal, one.tree_size) == (kept.journal, kept.tree_size)]
    if not same:
        reached = " and ".join(str(one.tree_size) for one in known)
        raise ProofFailed(
            f"the head that was given is over {kept.tree_size} seals of journal {kept.journal}, "
            "where this bundle does not reach: "
            f"it has heads over {reached} of {bundle.head.journal}"
        )
    if any(one.tree_root != kept.tree_root for one in same):
        raise ProofFailed("the given head names another tree of seals")
    if any(_is_at(one, kept) and one.chain_hash != kept.chain_hash for one in same):
        raise ProofFailed("the chain does not have the head that was given")


def _is_at(head: HeadSigned, kept: HeadKept) -> bool:
    return head.position == kept.position
