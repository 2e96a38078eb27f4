"""The sealed files of a session, as its seals name them."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from logger.archive import manifest
from logger.archive.bundle.choosing import SealTold
from logger.archive.bundle.lines import Span
from logger.archive.manifest import EntryHash, JournalPart, SamplesPart, SealedFile
from logger.archive.places import Subject, manifest_name, signature_name
from logger.errors import CommandRefused, ProofFailed
from logger.journal.kinds import SAMPLES
from logger.session.model import Session

_MEND = "Bring the archive back from a backup; `needlelog verify` names what is missing"


class ManifestRead(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle needs of a manifest."""

    format: str
    subject: str
    name: str
    revision: int
    former_sha256: str
    pen: str
    samples: SamplesPart
    files: dict[str, SealedFile]
    journals: tuple[JournalPart, ...]
    session: Session | None
    entries: tuple[EntryHash, ...]


def read_manifest(content: bytes) -> ManifestRead:
    """Return what a manifest's bytes say; ProofFailed if they are none of a form known here."""
    try:
        read = msgspec.json.decode(content, type=ManifestRead)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProofFailed(f"this is no manifest: {error}") from error
    if read.format != manifest.FORMAT:
        raise ProofFailed(f"its form is {read.format}, this needlelog reads {manifest.FORMAT}")
    return read


@dataclass(frozen=True, slots=True)
class SealedFiles:
    """All manifests of a session with their bytes and signatures, and the newest one's samples."""

    directory: Path
    contents: Sequence[bytes]
    signatures: Sequence[bytes]
    manifests: Sequence[ManifestRead]

    @property
    def samples_file(self) -> str:
        """The name of the newest file of samples; empty where the session has none."""
        return self.manifests[-1].samples.file

    def samples_path(self) -> Path:
        """Return where it lies; CommandRefused if it is not what was sealed."""
        path = self.directory / self.samples_file
        _checked(path, self.manifests[-1].files[self.samples_file].sha256)
        return path

    def entries(self) -> Iterator[EntryHash]:
        """Yield all entries that are the session's now.

        A block that a former revision lists may be another session's by now.
        """
        for one in self.manifests:
            for entry in one.entries:
                if entry[1] != SAMPLES or one.revision == self.manifests[-1].samples.revision:
                    yield entry

    @property
    def ranges(self) -> Sequence[Span]:
        """First and last position of each stretch of blocks."""
        return self.manifests[-1].samples.ranges


def read_sealed(data_dir: Path, session: Session, seals: Sequence[SealTold]) -> SealedFiles:
    """Return the files that ``seals`` name; CommandRefused if one is not what was sealed."""
    directory = Subject("session", session.id, session.pen).directory(data_dir)
    contents, signatures = [], []
    for seal in seals:
        revision = seal.told.revision
        contents.append(_checked(directory / manifest_name(revision), seal.told.manifest_sha256))
        signatures.append(_bytes(directory / signature_name(revision)))
    manifests = [read_manifest(content) for content in contents]
    return SealedFiles(directory, contents, signatures, manifests)


def _checked(path: Path, sha256: str) -> bytes:
    content = _bytes(path)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise CommandRefused(f"{path} is not what was sealed", _MEND)
    return content


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandRefused(f"{path} cannot be read: {error.strerror}", _MEND) from error
