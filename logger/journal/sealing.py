"""Drafts become entries: position, time and hashes."""

from collections.abc import Sequence

from logger.journal import chain
from logger.journal.entry import Draft, Entry

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
