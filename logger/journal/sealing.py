"""Drafts become entries: position, time and hashes; and entries are known again by them."""

import logging
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from msgspec.structs import replace

from logger.journal import chain
from logger.journal.entry import Draft, Entry

log = logging.getLogger(__name__)

_ROW_TYPES = frozenset(
    (int, int, str, str, str, payload, bytes, bytes) for payload in (bytes, type(None))
)

Row = tuple[int, int, str, str, str, bytes | None, bytes, bytes]


def seal(
    drafts: Sequence[Draft], last_position: int, last_hash: bytes, time_ns: int
) -> list[Entry]:
    """Return the entries that follow the one at ``last_position`` with chain hash ``last_hash``.

    JournalError if a draft does not fit an entry.
    """
    entries = []
    for position, draft in enumerate(drafts, last_position + 1):
        digest = chain.payload_hash(draft.payload)
        header = chain.header(position, time_ns, draft.kind, draft.stream, draft.actor)
        last_hash = chain.chain_hash(last_hash, header, digest)
        entries.append(
            Entry(
                position,
                time_ns,
                draft.kind,
                draft.stream,
                draft.actor,
                draft.payload,
                digest,
                last_hash,
                draft.block,
            )
        )
    return entries


def row(entry: Entry) -> Row:
    """Return the entry as the statement ``append_entry`` takes it."""
    return (
        entry.position,
        entry.time_ns,
        entry.kind,
        entry.stream,
        entry.actor,
        entry.payload,
        entry.payload_hash,
        entry.chain_hash,
    )


def checked(row: Sequence[Any]) -> Entry:
    """Return the entry of a row as it was read from a file; ValueError for a row that is none.

    A payload that is not the one that was hashed is left out, as if it had been pruned:
    nobody may take it for what was recorded.
    """
    entry = stored(row)
    payload = entry.payload
    if payload is not None and sha256(payload).digest() != entry.payload_hash:
        log.error("the payload of entry %d is damaged and left out", entry.position)
        return replace(entry, payload=None)
    return entry


def stored(row: Sequence[Any]) -> Entry:
    """Return the entry of a row whatever it says; ValueError for a row that is none."""
    if tuple(map(type, row)) not in _ROW_TYPES:
        raise ValueError(f"row {row[0]} is no entry")
    return Entry(*row)
