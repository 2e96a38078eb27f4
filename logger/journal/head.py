"""How far the journal had come, noted beside it: tells when a file has lost its end.

SQLite drops what follows a bad checksum in the write-ahead log without a word, because
that is what a power cut looks like. ``journal.head`` is one line of text, rewritten in
place after each commit and synced only when the journal is opened and closed: it never
says more than was committed, and after a power cut it may say less.
"""

import logging
import os
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

log = logging.getLogger(__name__)

HEAD_FILE = "journal.head"
_MAGIC = "needlelog-head-1"
_BYTES = 200
"""Within one sector, so that a line is written whole or not at all."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last known commit: journal id, schema version, last position and its chain hash."""

    journal: str
    schema: int
    position: int
    chain_hash: bytes

    def line(self) -> bytes:
        """Return the head as it stands in the file."""
        text = f"{_MAGIC} {self.schema} {self.journal} {self.position} {self.chain_hash.hex()}"
        return f"{text} {zlib.crc32(text.encode()):08x}\n".encode().ljust(_BYTES)


def read_head(data_dir: Path) -> Head | None:
    """Return the head noted in ``data_dir``; None where none can be read."""
    try:
        line = (data_dir / HEAD_FILE).read_bytes().decode("ascii").strip()
        text, _, checksum = line.rpartition(" ")
        magic, schema, journal, position, chain_hash = text.split(" ")
        head = Head(journal, int(schema), int(position), bytes.fromhex(chain_hash))
    except (FileNotFoundError, ValueError):
        return None
    except OSError as error:
        log.warning("%s cannot be read, a lost end may go unnoticed: %s", HEAD_FILE, error)
        return None
    good = magic == _MAGIC and checksum == f"{zlib.crc32(text.encode()):08x}"
    return head if good else None


def raise_schema(data_dir: Path, schema: int) -> None:
    """Note the schema's version that the journal is about to get, if a head is noted at all.

    A file with a newer version than this is so known to be damaged, not newer. OSError
    if it cannot be noted: the journal must stay at its version then.
    """
    head = read_head(data_dir)
    if head is None or head.schema >= schema:
        return
    descriptor = os.open(data_dir / HEAD_FILE, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.pwrite(descriptor, replace(head, schema=schema).line(), 0)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class HeadNote:
    """Keeps ``journal.head`` of one journal; a failure to write it stops no recording."""

    def __init__(self, descriptor: int, journal: str, schema: int) -> None:
        self._descriptor: int | None = descriptor
        self._journal = journal
        self._schema = schema

    @classmethod
    def open(cls, data_dir: Path, journal: str, schema: int) -> Self:
        """Open or create the file, for its owner alone."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        return cls(os.open(data_dir / HEAD_FILE, flags, 0o600), journal, schema)

    def note(self, position: int, chain_hash: bytes) -> None:
        """Note the last commit."""
        if self._descriptor is None:
            return
        head = Head(self._journal, self._schema, position, chain_hash)
        try:
            os.pwrite(self._descriptor, head.line(), 0)
        except OSError as error:
            # What it says stays true: at least so much was committed.
            log.warning("%s cannot be written, it stays behind: %s", HEAD_FILE, error)

    def sync(self) -> None:
        """Make it outlast a power cut."""
        if self._descriptor is None:
            return
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            log.warning("%s cannot be synced: %s", HEAD_FILE, error)

    def close(self) -> None:
        """Make it outlast a power cut, and let go; idempotent."""
        self.sync()
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)
