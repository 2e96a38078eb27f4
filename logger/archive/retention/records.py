"""Records of erasures outside the journal, so that a restored older copy is erased again.

A file each, ``<erasure>.json``, with the ids of the sessions and nothing personal. They are
kept with the backups; those of several places may be put together, because no two differ.
"""

from pathlib import Path

import msgspec

from logger.archive.durable import place_bytes, writing
from logger.errors import ConfigError


class ErasureRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What was erased, by whose order and why; ``erased_unix_ns`` is when it was ordered."""

    erasure: str
    sessions: tuple[str, ...]
    account: str
    reason: str
    erased_unix_ns: int


def keep_record(directory: Path, record: ErasureRecord) -> None:
    """Have ``record`` on the drive; SinkUnavailable if it cannot be written."""
    path = directory / f"{record.erasure}.json"
    content = msgspec.json.format(msgspec.json.encode(record)) + b"\n"
    if path.is_file() and path.read_bytes() == content:
        return
    with writing(directory):
        place_bytes(path, content)


def read_records(directory: Path) -> list[ErasureRecord]:
    """Return all records, oldest first; ConfigError names a file that is none."""
    records = []
    for path in sorted(directory.glob("*.json")) if directory.is_dir() else ():
        try:
            records.append(msgspec.json.decode(path.read_bytes(), type=ErasureRecord))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ConfigError(
                str(path), f"this is no record of an erasure: {error}", "Restore it, or remove it"
            ) from error
    return sorted(records, key=lambda one: one.erased_unix_ns)
