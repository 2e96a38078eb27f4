"""The zip of a bundle, of which every byte is determined by what is in it.

Each file is deflated, without time, comment, extra field or zip64. So whoever reads it makes
the headers again and compares, and no byte can be changed without being noticed.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import ZIP_DEFLATED, LargeZipFile, ZipFile

from logger.archive.bundle.form import Listed
from logger.errors import CommandRefused, ProofFailed

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s4B4H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION, _UNIX = 20, 3
_DEFLATED = 8
_DATE = (1 << 5) | 1
_RIGHTS = 0o600 << 16
_LEVEL = 1
_CHUNK, _PACKED_CHUNK = 1 << 20, 1 << 17


class ZipWriter:
    """Writes files one after another; ``listed`` tells of all of them so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Unbuffered: what was packed is read again from the file, to be hashed.
        self._file = path.open("wb", buffering=0)
        self._zip = ZipFile(self._file, "w", ZIP_DEFLATED, allowZip64=False, compresslevel=_LEVEL)
        self.listed: list[Listed] = []

    def add(self, name: str, parts: Iterable[bytes]) -> None:
        """Add a file. OSError for what the drive refuses, CommandRefused beyond 4 GB."""
        digest, size = hashlib.sha256(), 0
        try:
            with self._zip.open(name, "w") as member:
                for part in parts:
                    digest.update(part)
                    size += len(part)
                    member.write(part)
        except (LargeZipFile, RuntimeError) as error:
            raise CommandRefused(f"{name} is too large for a bundle: {error}") from error
        packed = self._zip.getinfo(name).compress_size
        self.listed.append(
            Listed(
                name=name,
                bytes=size,
                sha256=digest.hexdigest(),
                packed_bytes=packed,
                packed_sha256=self._packed_sha256(packed),
            )
        )

    def _packed_sha256(self, size: int) -> str:
        """Return the hash of what was written last."""
        with self._path.open("rb") as file:
            file.seek(-size, 2)
            return hashlib.file_digest(file, "sha256").hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._file:
            self._zip.close()


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a zip; ``packed`` is a view of its deflated bytes."""

    name: str
    crc: int
    size: int
    packed: memoryview

    def parts(self) -> Iterator[bytes]:
        """Yield the content; ProofFailed unless it is what the header tells, to the byte."""
        inflating, crc, size, fed = zlib.decompressobj(-15), 0, 0, 0
        try:
            while not inflating.eof:
                fed_now = inflating.unconsumed_tail or self.packed[fed : fed + _PACKED_CHUNK]
                if not inflating.unconsumed_tail:
                    fed += len(fed_now)
                part = inflating.decompress(fed_now, _CHUNK)
                if not part and not fed_now:
                    break
                crc, size = zlib.crc32(part, crc), size + len(part)
                yield part
        except zlib.error as error:
            raise ProofFailed(f"{self.name} cannot be unpacked: {error}") from None
        whole = inflating.eof and not inflating.unused_data and fed == len(self.packed)
        if not whole or (crc, size) != (self.crc, self.size):
            raise ProofFailed(f"{self.name} is not what its header in the zip tells")

    def content(self) -> bytes:
        """Return the whole content."""
        return b"".join(self.parts())


def read_members(data: memoryview) -> dict[str, Member]:
    """Return all files of a zip by name, in order; ProofFailed unless it is as it was written."""
    found: dict[str, Member] = {}
    directory, at = [], 0
    while bytes(data[at : at + 4]) == b"PK\x03\x04":
        member, end = _member(data, at)
        if member.name in found:
            raise ProofFailed(f"{member.name} is there twice")
        found[member.name] = member
        directory.append(_central(member, at))
        at = end
    told = b"".join(directory)
    end_record = _END.pack(b"PK\x05\x06", 0, 0, len(found), len(found), len(told), at, 0)
    if bytes(data[at:]) != told + end_record:
        raise ProofFailed("the directory at the end of the zip is not that of a bundle")
    return found


def _member(data: memoryview, at: int) -> tuple[Member, int]:
    header = bytes(data[at : at + _LOCAL.size])
    if len(header) < _LOCAL.size:
        raise ProofFailed("the zip breaks off")
    crc, packed, size, name_bytes = _LOCAL.unpack(header)[6:10]
    start = at + _LOCAL.size + name_bytes
    encoded = bytes(data[at + _LOCAL.size : start])
    if not encoded.isascii() or header != _local(crc, packed, size, name_bytes):
        raise ProofFailed(f"the header at byte {at} of the zip is not that of a bundle")
    end = start + packed
    if end > len(data):
        raise ProofFailed("the zip breaks off")
    return Member(encoded.decode(), crc, size, data[start:end]), end


def _local(crc: int, packed: int, size: int, name_bytes: int) -> bytes:
    fixed = (b"PK\x03\x04", _VERSION, 0, _DEFLATED, 0, _DATE)
    return _LOCAL.pack(*fixed, crc, packed, size, name_bytes, 0)


def _central(member: Member, at: int) -> bytes:
    name = member.name.encode()
    versions = (_VERSION, _UNIX, _VERSION, 0)
    sizes = (member.crc, len(member.packed), member.size, len(name))
    return (
        _CENTRAL.pack(
            b"PK\x01\x02", *versions, 0, _DEFLATED, 0, _DATE, *sizes, 0, 0, 0, 0, _RIGHTS, at
        )
        + name
    )
