"""Whether the sealed files are there, are what was sealed, and agree with the journal."""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from logger.archive import manifest, ssh_signature
from logger.archive.bundle.sealed_files import ManifestRead, read_manifest
from logger.archive.manifest import EntryHash
from logger.archive.places import Subject, manifest_name, signature_name
from logger.archive.tree import leaf_hash
from logger.archive.verification.files import JournalFiles
from logger.archive.verification.told import SealAt, Told
from logger.errors import ProofFailed
from logger.journal.kinds import SAMPLES

_POSITION = struct.Struct("<Q")
_NEAR = 2000


class SealsCheck:
    """Checks seals in the order in which they were made; each names the one before."""

    def __init__(self, data_dir: Path, told: Told, files: JournalFiles) -> None:
        self._data_dir = data_dir
        self._told = told
        self._files = files
        self._former: dict[tuple[str, str], str] = {}
        self._revisions: dict[tuple[str, str], int] = {}
        self._erased = told.erased
        self._newest = {(one.told.subject, one.told.name): one.told.files for one in told.seals}

    def problem(self, seal: SealAt) -> str:
        """Return what is wrong with a seal and its files; empty if nothing."""
        try:
            self._check_order(seal)
            self._check_files(seal)
        except ProofFailed as error:
            return str(error)
        except OSError as error:
            return f"{error.filename} cannot be read: {error.strerror}"
        return ""

    def _check_order(self, seal: SealAt) -> None:
        subject = (seal.told.subject, seal.told.name)
        former, before = self._former.get(subject, ""), self._revisions.get(subject, 0)
        self._former[subject] = seal.told.manifest_sha256
        self._revisions[subject] = seal.told.revision
        if (seal.told.revision, seal.told.former_sha256) != (before + 1, former):
            raise ProofFailed("it does not follow the revision before it")

    def _check_files(self, seal: SealAt) -> None:
        told = seal.told
        directory = Subject(told.subject, told.name, seal.pen).directory(self._data_dir)
        if told.name in self._erased:
            self._check_gone(directory, [manifest_name(told.revision), *told.files])
            return
        content = (directory / manifest_name(told.revision)).read_bytes()
        if hashlib.sha256(content).hexdigest() != told.manifest_sha256:
            raise ProofFailed(f"{manifest_name(told.revision)} is not the one that was sealed")
        if leaf_hash(content).hex() != told.leaf_hash:
            raise ProofFailed("its leaf in the tree is another")
        self._check_signature(directory / signature_name(told.revision), content, seal.position)
        for name, sha256 in told.files.items():
            if not self._may_be_going(name, seal):
                self._check_file(directory / name, sha256)
        self._check_manifest(read_manifest(content), seal)

    def _check_gone(self, directory: Path, names: Sequence[str]) -> None:
        for name in names:
            path = directory / name
            if self._relative(path) in self._told.gone and path.exists():
                raise ProofFailed(f"{path} is still there, although it was erased")

    def _check_signature(self, path: Path, content: bytes, position: int) -> None:
        signature = path.read_bytes().decode("ascii", "replace")
        signer = ssh_signature.read(signature).fingerprint
        ssh_signature.verify(signature, content, manifest.NAMESPACE, signer)
        problem = self._told.ring.problem(signer, position)
        if problem:
            raise ProofFailed(problem)

    def _check_file(self, path: Path, sha256: str) -> None:
        if not path.exists() and self._relative(path) in self._told.gone:
            return
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise ProofFailed(f"{path.name} is not the one that was sealed")

    def _may_be_going(self, name: str, seal: SealAt) -> bool:
        """Return whether an erasure that is not over may be taking that file away.

        It does so with files of others that have blocks of an erased session, once later
        ones serve the rest.
        """
        told = seal.told
        if name in self._newest[told.subject, told.name]:
            return False
        return any(
            pen == seal.pen and first <= told.to_position and told.from_position <= last
            for pen, first, last in self._told.stretches(self._told.under_way)
        )

    def _relative(self, path: Path) -> str:
        return str(path.relative_to(self._data_dir))

    def _check_manifest(self, read: ManifestRead, seal: SealAt) -> None:
        told = seal.told
        same = (read.subject, read.name, read.revision) == (told.subject, told.name, told.revision)
        if not same or read.former_sha256 != told.former_sha256:
            raise ProofFailed("its manifest is of another subject or revision")
        if {name: one.sha256 for name, one in read.files.items()} != told.files:
            raise ProofFailed("its manifest names other files")
        digest = hashlib.sha256()
        for near in _near(read.entries):
            hashes = self._files.chain_hashes(near[0][0], near[-1][0])
            for position, kind, chain_hash in near:
                if hashes.get(position, b"").hex() != chain_hash:
                    raise ProofFailed(f"entry {position} is not the one that was sealed")
                if kind == SAMPLES:
                    digest.update(_POSITION.pack(position) + hashes[position])
        if read.revision == read.samples.revision and digest.hexdigest() != read.samples.digest:
            raise ProofFailed("its manifest lists other blocks than were sealed")


def _near(entries: Sequence[EntryHash]) -> Iterator[list[EntryHash]]:
    """Yield the entries, in order, in lists of which each is near the one before it."""
    found: list[EntryHash] = []
    for entry in entries:
        if found and entry[0] - found[-1][0] > _NEAR:
            yield found
            found = []
        found.append(entry)
    if found:
        yield found
