"""Whether the manifests of a bundle are sealed in its chain, signed, and in the head's tree."""

import hashlib

from logger.archive import manifest, ssh_signature
from logger.archive.bundle.form import Leaf
from logger.archive.bundle.keys_check import check_key, payload_of
from logger.archive.bundle.reading import Bundle, Chained
from logger.archive.ledger import SEAL
from logger.archive.places import manifest_name, signature_name
from logger.archive.tree import leaf_hash, verify_inclusion
from logger.errors import ProofFailed
from logger.journal.kinds import SealMade


def check_seals(bundle: Bundle) -> None:
    """Return if every revision is what its seal says, and the head covers the newest."""
    seals = [one for one in bundle.entries.values() if one.line.kind == SEAL and one.is_whole]
    if len(seals) != len(bundle.told.seals):
        raise ProofFailed("the bundle tells of other seals than its entries")
    former = ""
    for number, (entry, leaf) in enumerate(zip(seals, bundle.told.seals, strict=True), 1):
        told = payload_of(entry, SealMade)
        expected = ("session", bundle.told.session, number, former)
        if (told.subject, told.name, told.revision, told.former_sha256) != expected:
            raise ProofFailed(
                f"the seal at {entry.line.position} is not revision {number} of the session"
            )
        if (leaf.revision, leaf.position) != (number, entry.line.position):
            raise ProofFailed("the bundle tells of other seals than its entries")
        _check_manifest(bundle, told, entry, leaf)
        former = told.manifest_sha256
    _check_covered(bundle, seals[-1])


def _check_manifest(bundle: Bundle, told: SealMade, entry: Chained, leaf: Leaf) -> None:
    name = manifest_name(told.revision)
    content = bundle.files[name]
    if hashlib.sha256(content).hexdigest() != told.manifest_sha256:
        raise ProofFailed(f"{name} is not the one that was sealed")
    signature = bundle.files[signature_name(told.revision)].decode("ascii", "replace")
    signer = ssh_signature.read(signature).fingerprint
    ssh_signature.verify(signature, content, manifest.NAMESPACE, signer)
    check_key(bundle, signer, entry.line.position)
    hashed, head = leaf_hash(content), bundle.head
    if told.leaf_hash != hashed.hex():
        raise ProofFailed(f"{name} is not the leaf that was told")
    if leaf.index is None:
        return
    try:
        proof, root = [bytes.fromhex(one) for one in leaf.proof], bytes.fromhex(head.tree_root)
    except ValueError as error:
        raise ProofFailed(f"the proof of {name} is no row of hashes: {error}") from error
    if not verify_inclusion(hashed, leaf.index, head.tree_size, proof, root):
        raise ProofFailed(f"{name} is not in the head's tree")


def _check_covered(bundle: Bundle, newest: Chained) -> None:
    at = bundle.entries[bundle.head.position]
    covered = newest.run == at.run and newest.line.position <= bundle.head.position
    if not covered or bundle.told.seals[-1].index is None:
        raise ProofFailed("the head does not cover the newest seal")
