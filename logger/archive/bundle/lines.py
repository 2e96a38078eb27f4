"""The entries of a bundle as JSON lines: the session's whole, others' as links of the chain."""

import binascii
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

import msgspec

from logger.archive.bundle.form import VOUCHING_KINDS, Line
from logger.journal import chain
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader

Span = tuple[int, int]
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """``spans`` of positions, both ends included, and of which of them the payload too."""

    spans: Sequence[Span]
    whole: Set[int]


def entry_lines(reader: JournalReader, wanted: Wanted) -> Iterator[bytes]:
    """Yield the lines of all that is ``wanted``, in order, many at a time."""
    encoder = msgspec.json.Encoder()
    before: Entry | None = None
    for first, last in joined(wanted.spans):
        lines: list[Line] = []
        for entry in reader.entries(first - 1, to=last, page=_PAGE):
            lines.append(_line(reader, entry, before, wanted.whole))
            before = entry
            if len(lines) == _PAGE:
                yield encoder.encode_lines(lines)
                lines = []
        if lines:
            yield encoder.encode_lines(lines)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the same positions in as few spans as can be, in order."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _line(reader: JournalReader, entry: Entry, before: Entry | None, whole: Set[int]) -> Line:
    follows = (
        before is not None
        and before.position == entry.position - 1
        and before.journal == entry.journal
    )
    previous = "" if follows else _hash_before(reader, entry)
    is_whole = entry.position in whole or entry.kind in VOUCHING_KINDS
    return Line(
        position=entry.position,
        time_unix_ns=entry.time_ns,
        kind=entry.kind,
        stream=entry.stream,
        actor=entry.actor,
        payload_sha256=entry.payload_hash.hex(),
        payload=_base64(entry.payload) if is_whole else msgspec.UNSET,
        previous=previous,
        chain_hash="" if follows or previous else entry.chain_hash.hex(),
    )


def _base64(payload: bytes | None) -> str | None:
    if payload is None:
        return None
    return binascii.b2a_base64(payload, newline=False).decode()


def _hash_before(reader: JournalReader, entry: Entry) -> str:
    """Return the chain hash before ``entry``; empty where it lies in a hole."""
    if entry.kind == "journal.opened":
        return chain.first_hash(entry.journal or reader.id).hex()
    found = reader.read(entry.position - 2, 1, to=entry.position - 1)
    return found[0].chain_hash.hex() if found else ""
