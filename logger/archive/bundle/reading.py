"""Reading a bundle: its files, and the entries with their place in the chain."""

import binascii
import hashlib
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from logger.archive import ssh_signature
from logger.archive.bundle import form
from logger.archive.bundle.form import BundleTold, FileList, Line
from logger.archive.bundle.sealed_files import ManifestRead, read_manifest
from logger.archive.bundle.zip_file import Member, read_members
from logger.archive.places import manifest_name
from logger.errors import JournalError, ProofFailed
from logger.journal import chain
from logger.journal.kinds import HeadSigned

Told = TypeVar("Told")


class Chained(msgspec.Struct, frozen=True, gc=False):
    """An entry: its line, its payload, its chain hash, and the first position of its run.

    A run is unbroken: each entry follows the one before. ``follows_hole`` is True where the
    chain hash is only told.
    """

    line: Line
    payload: bytes | None
    chain_hash: bytes
    run: int

    @property
    def follows_hole(self) -> bool:
        return bool(self.line.chain_hash)

    @property
    def is_whole(self) -> bool:
        """Whether the payload is handed out, or told to be erased."""
        return self.line.payload is not msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is in the files of a bundle, which ``signer`` signed; ``later`` is a later head."""

    signer: str
    told: BundleTold
    files: dict[str, bytes]
    entries: dict[int, Chained]
    head: HeadSigned
    later: HeadSigned | None
    manifests: tuple[ManifestRead, ...]

    @property
    def newest(self) -> ManifestRead:
        return self.manifests[-1]


@dataclass(frozen=True, slots=True)
class SignedFiles:
    """The files of a zip, in order, which are those that ``signer`` signed.

    ``csv`` is not unpacked yet, nor compared with the list: ``csv_sha256`` is what it must be.
    """

    signer: str
    session: str
    names: tuple[str, ...]
    files: dict[str, bytes]
    csv: Member
    csv_sha256: str

    def csv_content(self) -> bytearray:
        """Return the CSV; ProofFailed if it is not what the list names."""
        digest, content = hashlib.sha256(), bytearray()
        for part in self.csv.parts():
            digest.update(part)
            content += part
        if digest.hexdigest() != self.csv_sha256:
            raise ProofFailed(f"{form.CSV} is not the one that was signed")
        return content


def read_files(data: bytes) -> SignedFiles:
    """Return the files of a zip; ProofFailed unless each of its bytes is one that was signed."""
    members = read_members(memoryview(data))
    listed_bytes = _content(members, form.LIST)
    signature = _text(_content(members, form.LIST_SIGNATURE))
    signer = ssh_signature.read(signature).fingerprint
    ssh_signature.verify(signature, listed_bytes, form.NAMESPACE, signer)
    listed = decoded(listed_bytes, FileList, form.LIST)
    form.check_format(listed.format)
    files = _listed_files(members, listed)
    if form.CSV not in members:
        raise ProofFailed(f"{form.CSV} is not there")
    return SignedFiles(
        signer=signer,
        session=listed.session,
        names=tuple(members),
        files=files,
        csv=members[form.CSV],
        csv_sha256=next(one.sha256 for one in listed.files if one.name == form.CSV),
    )


def read_bundle(signed: SignedFiles) -> Bundle:
    """Return what the files say; ProofFailed unless they are in the form of a bundle."""
    files = signed.files
    told = decoded(_of(files, form.TOLD), BundleTold, form.TOLD)
    form.check_format(told.format)
    revisions = range(1, len(told.seals) + 1)
    manifests = tuple(read_manifest(_of(files, manifest_name(number))) for number in revisions)
    if not manifests or told.session != signed.session:
        raise ProofFailed(f"{form.TOLD} is of another session than {form.LIST}")
    has_later = form.LATER_HEAD in files
    samples_file = manifests[-1].samples.file
    expected = form.names(len(manifests), samples_file, has_later_head=has_later)
    if [*expected, form.LIST, form.LIST_SIGNATURE] != list(signed.names):
        raise ProofFailed("it has other files than a bundle")
    return Bundle(
        signer=signed.signer,
        told=told,
        files=files,
        entries=read_entries(files[form.ENTRIES]),
        head=_head(files, form.HEAD),
        later=_head(files, form.LATER_HEAD) if has_later else None,
        manifests=manifests,
    )


def decoded(content: bytes, kind: type[Told], name: str) -> Told:
    """Return ``content``, which is JSON, as ``kind``; ProofFailed if it is not that."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProofFailed(f"{name} is not in the form of a bundle: {error}") from error


def _listed_files(members: dict[str, Member], listed: FileList) -> dict[str, bytes]:
    """Return the content of all files but the CSV, each compared with the list."""
    names = [one.name for one in listed.files]
    if [*names, form.LIST, form.LIST_SIGNATURE] != list(members):
        raise ProofFailed(f"{form.LIST} lists other files than there are")
    files: dict[str, bytes] = {}
    for one in listed.files:
        member = members[one.name]
        packed = len(member.packed), hashlib.sha256(member.packed).hexdigest()
        same = packed == (one.packed_bytes, one.packed_sha256) and member.size == one.bytes
        if same and one.name != form.CSV:
            files[one.name] = member.content()
            same = hashlib.sha256(files[one.name]).hexdigest() == one.sha256
        if not same:
            raise ProofFailed(f"{one.name} is not the one that was signed")
    return files


def read_entries(lines: bytes) -> dict[int, Chained]:
    """Return the entries by position, in order; ProofFailed where one does not follow."""
    try:
        told = msgspec.json.Decoder(Line).decode_lines(lines)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProofFailed(f"{form.ENTRIES} is not in the form of a bundle: {error}") from error
    entries: dict[int, Chained] = {}
    last: Chained | None = None
    for line in told:
        last = entries[line.position] = _chained(line, last)
    return entries


def _chained(line: Line, last: Chained | None) -> Chained:
    position = line.position
    if last is not None and position <= last.line.position:
        raise ProofFailed(f"entry {position} is out of order")
    try:
        digest = bytes.fromhex(line.payload_sha256)
        payload = binascii.a2b_base64(line.payload, strict_mode=True) if line.payload else None
        if line.payload == "":
            payload = b""
        header = chain.header(position, line.time_unix_ns, line.kind, line.stream, line.actor)
        previous, told_hash = bytes.fromhex(line.previous), bytes.fromhex(line.chain_hash)
    except (ValueError, JournalError) as error:
        raise ProofFailed(f"entry {position} is not in the form of a bundle: {error}") from error
    if payload is not None and chain.payload_hash(payload) != digest:
        raise ProofFailed(f"the payload of entry {position} is not the one that was hashed")
    if told_hash:
        return Chained(line, payload, told_hash, position)
    if previous:
        return Chained(line, payload, chain.chain_hash(previous, header, digest), position)
    if last is None or position != last.line.position + 1:
        raise ProofFailed(f"entry {position} follows nothing")
    return Chained(line, payload, chain.chain_hash(last.chain_hash, header, digest), last.run)


def _head(files: dict[str, bytes], name: str) -> HeadSigned:
    told = decoded(files[name], dict, name)
    signature = _text(files[f"{name}.sig"])
    try:
        head = msgspec.convert({**told, "signature": signature}, HeadSigned)
    except msgspec.ValidationError as error:
        raise ProofFailed(f"{name} is not in the form of a bundle: {error}") from error
    if head.signed_bytes() != files[name]:
        raise ProofFailed(f"{name} is not written as heads are")
    return head


def _content(members: dict[str, Member], name: str) -> bytes:
    if name not in members:
        raise ProofFailed(f"{name} is not there")
    return members[name].content()


def _of(files: dict[str, bytes], name: str) -> bytes:
    if name not in files:
        raise ProofFailed(f"{name} is not there")
    return files[name]


def _text(content: bytes) -> str:
    try:
        return content.decode("ascii")
    except UnicodeDecodeError as error:
        raise ProofFailed(f"a signature is no text: {error}") from error
