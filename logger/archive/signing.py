"""Keys and heads as the installation uses them: made or fetched, and told to the journal.

What is made here becomes true by an entry. ``order`` carries it to the recorder, or to the
journal itself where none runs: it takes the name of an order of
``logger.archive.signing_rules`` and its arguments, and raises CommandRefused.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from logger.archive import keys, ssh_signature
from logger.archive.key_ring import KnownKey, read_key_ring
from logger.archive.keys import InstallationKey, Seed
from logger.archive.seal_tree import seal_tree
from logger.archive.signing_rules import MakeKey, ReplaceKey
from logger.archive.ssh_public_key import blob_of_line, fingerprint_of
from logger.archive.ssh_signature import HEAD_NAMESPACE, KEY_NAMESPACE
from logger.errors import CommandRefused, ConfigError, JournalError, ProofFailed
from logger.journal.kinds import HeadSigned
from logger.journal.reader import JournalReader

Order = Callable[[str, dict[str, Any]], Any]


def signing_key(data_dir: Path, order: Order, seed: Seed = secrets.token_bytes) -> InstallationKey:
    """Return the key that signs now, made and told to the journal if there was none yet.

    ConfigError, with the mend, where the journal knows a key that is not at hand.
    """
    with JournalReader(data_dir) as reader:
        known = read_key_ring(reader).current
    key = keys.load_or_make(data_dir, known.fingerprint if known else "", seed)
    if known is None:
        order("key.make", msgspec.to_builtins(MakeKey(key.fingerprint, key.public_line)))
    return key


def sign_head(data_dir: Path, order: Order, now_unix_ns: Callable[[], int]) -> HeadSigned:
    """Return a head of the journal as it is now, signed and told to the journal.

    This is what is due every hour and after each seal; it makes the first key, too.
    """
    key = signing_key(data_dir, order)
    with JournalReader(data_dir) as reader:
        head = head_now(key, reader, now_unix_ns())
    order("head.sign", msgspec.to_builtins(head))
    return head


def head_now(key: InstallationKey, reader: JournalReader, now_unix_ns: int) -> HeadSigned:
    """Return a signed head of the journal as it is, told to nobody yet.

    JournalError if there is no entry, or one that a head counts on is damaged.
    """
    last = reader.last()
    if last is None:
        raise JournalError("the journal has no entry that a head could name")
    try:
        tree = seal_tree(reader, last.position)
    except ProofFailed as error:
        raise JournalError(f"no head can be signed: {error}") from error
    unsigned = HeadSigned(
        journal=reader.id,
        position=last.position,
        chain_hash=last.chain_hash.hex(),
        tree_size=len(tree),
        tree_root=tree.root().hex(),
        time_unix_ns=now_unix_ns,
        key=key.fingerprint,
        signature="",
    )
    signature = key.sign(unsigned.signed_bytes(), HEAD_NAMESPACE)
    return msgspec.structs.replace(unsigned, signature=signature)


def check_signature(head: HeadSigned) -> None:
    """Return if the key that ``head`` names signed it; ProofFailed, saying why not, if not."""
    ssh_signature.verify(head.signature, head.signed_bytes(), HEAD_NAMESPACE, head.key)


def rotate(data_dir: Path, order: Order, reason: str, *, in_doubt: bool) -> InstallationKey:
    """Return the key that signs from now on in place of the current one.

    The former endorses it, unless it is ``in_doubt`` or not at hand. Killed anywhere, the
    key that the journal names is kept and signs.
    """
    with JournalReader(data_dir) as reader:
        current = read_key_ring(reader).current
    if current is None:
        raise CommandRefused("there is no signing key yet", "`needlelog head --sign` makes one")
    fresh = keys.make(data_dir)
    endorsement = "" if in_doubt else _endorsement(data_dir, current, fresh)
    asked = ReplaceKey(
        former=current.fingerprint,
        fingerprint=fresh.fingerprint,
        public_key=fresh.public_line,
        reason=reason,
        endorsement=endorsement,
        in_doubt=in_doubt,
    )
    try:
        order("key.replace", msgspec.to_builtins(asked))
    except CommandRefused:
        _discard_unless_told(data_dir, fresh)
        raise
    keys.use(data_dir, fresh)
    return fresh


def check_endorsement(key: KnownKey) -> None:
    """Return if the key before it signed the public line of ``key``.

    So whoever trusts the former's fingerprint may trust this one's. ProofFailed if not.
    """
    if fingerprint_of(blob_of_line(key.public_key)) != key.fingerprint:
        raise ProofFailed(f"{key.fingerprint} is not the fingerprint of its public key")
    if not key.endorsement:
        raise ProofFailed(f"no key before it vouches for {key.fingerprint}")
    statement = key.public_key.encode() + b"\n"
    ssh_signature.verify(key.endorsement, statement, KEY_NAMESPACE, key.former)


def _endorsement(data_dir: Path, current: KnownKey, fresh: InstallationKey) -> str:
    with suppress(ConfigError):
        former = keys.load(data_dir, current.fingerprint)
        return former.sign(fresh.public_line.encode() + b"\n", KEY_NAMESPACE)
    return ""


def _discard_unless_told(data_dir: Path, fresh: InstallationKey) -> None:
    """Forget a key that was refused; a recorder that ended may have taken it before."""
    with JournalReader(data_dir) as reader:
        if read_key_ring(reader).find(fresh.fingerprint) is None:
            keys.discard(data_dir, fresh)
