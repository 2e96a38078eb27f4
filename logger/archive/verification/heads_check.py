"""Whether the journal still holds what its heads, and those kept outside, say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from logger.archive.bundle.choosing import ancestors
from logger.archive.heads import check_against
from logger.archive.outside import HeadKept, Outside
from logger.archive.signing import check_signature
from logger.archive.ssh_public_key import blob_of_line, fingerprint_of
from logger.archive.verification.files import JournalFiles
from logger.archive.verification.told import HeadAt, Told
from logger.errors import ProofFailed
from logger.journal.kinds import HeadSigned


def key_problems(told: Told) -> Iterator[str]:
    """Yield what is wrong with the keys that the journal names."""
    for key in told.ring.keys:
        try:
            found = fingerprint_of(blob_of_line(key.public_key))
        except ProofFailed as error:
            yield f"key {key.fingerprint}: {error}"
            continue
        if found != key.fingerprint:
            yield f"key {key.fingerprint} is told with another's public key"


def head_problem(one: HeadAt, told: Told, files: JournalFiles) -> str:
    """Return what is wrong with a head, by its signature, key, chain and tree; empty if nothing."""
    head, reader = one.told, files.reader(one.told.journal)
    problem = told.ring.problem(head.key, one.position)
    if problem:
        return problem
    if reader is None:
        return f"it is of journal {head.journal}, which is not here"
    try:
        check_signature(head)
        check_against(head, reader, told.trees[head.journal])
    except ProofFailed as error:
        return str(error)
    return ""


@dataclass(frozen=True, slots=True)
class Proven:
    """By what of that which was given the origin is proven, and what does not fit."""

    by: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def check_outside(outside: Outside, told: Told, files: JournalFiles) -> Proven:
    """Compare the journal with what was brought from outside."""
    checks: list[tuple[str, Callable[[], bool]]] = [
        ("the head", lambda: _check_kept(outside.head, told, files)),
        ("the head", lambda: _check_hash(outside.chain_hash, files)),
        ("the key's fingerprint", lambda: _check_fingerprint(outside.fingerprint, told)),
    ]
    by, problems = list[str](), list[str]()
    for what, check in checks:
        try:
            if check():
                by.append(what)
        except ProofFailed as error:
            problems.append(str(error))
    return Proven(tuple(by), tuple(problems))


def _check_kept(head: HeadKept | None, told: Told, files: JournalFiles) -> bool:
    if head is None:
        return False
    reader = files.reader(head.journal)
    if reader is None:
        raise ProofFailed(f"the head that was given is of journal {head.journal}: it is not here")
    compared = HeadSigned(
        journal=head.journal,
        position=head.position,
        chain_hash=head.chain_hash,
        tree_size=head.tree_size,
        tree_root=head.tree_root,
        time_unix_ns=0,
        key=head.key,
        signature="",
    )
    try:
        check_against(compared, reader, told.trees[head.journal])
    except ProofFailed as error:
        raise ProofFailed(f"the head that was given does not fit: {error}") from error
    return True


def _check_hash(chain_hash: str, files: JournalFiles) -> bool:
    if not chain_hash:
        return False
    wanted = bytes.fromhex(chain_hash)
    if not any(reader.position_of(wanted) for reader in files.readers):
        raise ProofFailed("no entry has the hash that was given")
    return True


def _check_fingerprint(fingerprint: str, told: Told) -> bool:
    if not fingerprint:
        return False
    newest = told.heads[-1].told.key if told.heads else ""
    signer = told.ring.find(newest)
    if signer is None or fingerprint not in ancestors(told.ring, signer):
        raise ProofFailed(
            f"the newest head is not signed by {fingerprint}, nor by a key that it vouches for"
        )
    return True
