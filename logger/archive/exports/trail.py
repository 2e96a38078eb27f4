"""The audit trail: who did what, and when, from the journal's entries beside samples.

Nothing in it was ever written over: an amendment is an entry of its own and names the
former value. ``docs/exports.md`` says what each column is.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from typing import Any

import msgspec

from logger.archive.exports.times import local_text, utc_text
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.kinds import KINDS
from logger.journal.reader import JournalReader

COLUMNS = (
    "position",
    "time_utc",
    "time_local",
    "time_unix_ns",
    "kind",
    "actor",
    "account",
    "pen",
    "session",
    "what",
    "former",
    "now",
    "reason",
    "payload",
    "payload_sha256",
    "chain_hash",
)

_TOLD = ("account", "session", "what", "former", "now", "reason")

Line = Mapping[str, Any]


class TrailFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are wanted; None asks for nothing.

    Times are as journaled, UTC in ns: from ``since`` on and before ``until``. ``actor`` is
    that of the entry or the account that was authenticated. ``kind`` is one or, with a dot
    at its end, all that begin so. ``session`` includes what concerns it by name alone.
    """

    since_unix_ns: int | None = None
    until_unix_ns: int | None = None
    actor: str | None = None
    pen: str | None = None
    session: str | None = None
    kind: str | None = None


def trail(reader: JournalReader, wanted: TrailFilter, zone: tzinfo | None = None) -> Iterator[Line]:
    """Yield a line, by :data:`COLUMNS`, for each entry beside samples that is wanted, in order.

    ``payload`` is the exact bytes, None where it was erased. ``zone`` is that of local
    times, None the machine's.
    """
    named = [kind for kind in KINDS if _is_named(kind, wanted.kind)]
    if not named:
        return
    for entry in reader.entries(kinds=named, stream=wanted.pen):
        line = _line(entry, zone)
        if _is_wanted(line, wanted):
            yield line


def trail_csv(lines: Iterable[Line]) -> Iterator[str]:
    """Yield the lines as CSV after RFC 4180, under a header; what is not there is empty."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS)
    writer.writeheader()
    for line in lines:
        payload = line["payload"]
        writer.writerow({**line, "payload": None if payload is None else payload.decode()})
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def trail_json_lines(lines: Iterable[Line]) -> Iterator[str]:
    """Yield the lines as JSON, an object a line, with the payload as the JSON that it is."""
    for line in lines:
        payload = line["payload"]
        told = {**line, "payload": None if payload is None else msgspec.Raw(payload)}
        yield msgspec.json.encode(told).decode() + "\n"


FORMS = {"csv": trail_csv, "jsonl": trail_json_lines}
"""How the trail leaves, by name."""


def _is_named(kind: str, wanted: str | None) -> bool:
    if wanted is None:
        return True
    return kind.startswith(wanted) if wanted.endswith(".") else kind == wanted


def _line(entry: Entry, zone: tzinfo | None) -> dict[str, Any]:
    told = None if entry.payload is None else kinds.decode(entry.kind, entry.payload)
    values = {name: getattr(told, name, "") for name in _TOLD}
    return {
        "position": entry.position,
        "time_utc": utc_text(entry.time_ns),
        "time_local": local_text(entry.time_ns, zone),
        "time_unix_ns": entry.time_ns,
        "kind": entry.kind,
        "actor": entry.actor,
        **{name: _text(value) for name, value in values.items()},
        "pen": entry.stream,
        "payload": entry.payload,
        "payload_sha256": entry.payload_hash.hex(),
        "chain_hash": entry.chain_hash.hex(),
    }


def _text(value: object) -> str:
    """Return a value that has parts as JSON; the text for a text, empty for None."""
    if isinstance(value, str) or value is None:
        return value or ""
    return msgspec.json.encode(value).decode()


def _is_wanted(line: Line, wanted: TrailFilter) -> bool:
    time_ns = line["time_unix_ns"]
    return (
        (wanted.since_unix_ns is None or time_ns >= wanted.since_unix_ns)
        and (wanted.until_unix_ns is None or time_ns < wanted.until_unix_ns)
        and (wanted.actor is None or wanted.actor in (line["actor"], line["account"]))
        and (wanted.session is None or wanted.session in _sessions(line))
    )


def _sessions(line: Line) -> set[str]:
    """Return the sessions that an entry names, also as the part or whole of another."""
    named = {line["session"]}
    if line["payload"] is not None and line["kind"] in _NAMING:
        told = kinds.decode(line["kind"], line["payload"])
        named |= {getattr(told, name, "") for name in _NAMING[line["kind"]]}
    return named


_NAMING = {"session.split": ("into",), "session.merged": ("merged",), "seal.made": ("name",)}
"""Where else than under ``session`` an entry names one."""
