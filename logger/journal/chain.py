"""The hash chain: what binds every entry to all before it.

``chain_hash = SHA-256(previous chain hash ‖ header ‖ payload hash)``, where the header is
position (u64) and time (i64, ns), both little-endian, then kind, stream and actor, each as
a u16 little-endian length and that many bytes of UTF-8. The hash before the first entry is
SHA-256 of ``needlelog journal 1`` and the 16 bytes of the file's id, so that no two files
share a chain. The payload itself is not hashed again: it can be pruned and the chain
still verifies. ``docs/journal.md`` shows how to check it without this program.
"""

import hashlib
import struct
from functools import lru_cache

from logger.errors import JournalError

_MAGIC = b"needlelog journal 1"
_POSITION_AND_TIME = struct.Struct("<Qq")
TEXT_BYTES_MAX = 0xFFFF


def first_hash(journal_id: str) -> bytes:
    """Return the hash that stands before the first entry of the file with this id (32 hex)."""
    return hashlib.sha256(_MAGIC + bytes.fromhex(journal_id)).digest()


def payload_hash(payload: bytes) -> bytes:
    """Return SHA-256 of the payload, 32 bytes."""
    return hashlib.sha256(payload).digest()


def header(position: int, time_ns: int, kind: str, stream: str, actor: str) -> bytes:
    """Return the header's bytes; JournalError where a number or text does not fit."""
    try:
        fixed = _POSITION_AND_TIME.pack(position, time_ns)
    except struct.error as error:
        raise JournalError(
            f"position {position} or time {time_ns} does not fit: {error}"
        ) from error
    return fixed + _counted_texts(kind, stream, actor)


@lru_cache(maxsize=256)
def _counted_texts(*texts: str) -> bytes:
    """Return the texts, each after its length; the same few stand in nearly all headers."""
    return b"".join(map(_counted, texts))


def _counted(text: str) -> bytes:
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise JournalError(f"{text!r} cannot stand in an entry's header: {error}") from error
    if len(data) > TEXT_BYTES_MAX:
        raise JournalError(f"{text[:40]!r}… is longer than {TEXT_BYTES_MAX} bytes")
    return len(data).to_bytes(2, "little") + data


def chain_hash(previous: bytes, header: bytes, payload_hash: bytes) -> bytes:
    """Return the chain hash of the entry with ``header`` that follows ``previous``, 32 bytes."""
    return hashlib.sha256(previous + header + payload_hash).digest()
