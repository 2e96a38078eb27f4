"""Making the bundle of one session: what an auditor takes home."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import msgspec

from logger import __version__
from logger.archive.bundle import form
from logger.archive.bundle.ahead import ahead
from logger.archive.bundle.choosing import Vouched, vouched
from logger.archive.bundle.form import BundleTold, FileList, Leaf
from logger.archive.bundle.lines import Wanted, entry_lines
from logger.archive.bundle.sealed_files import SealedFiles, read_sealed
from logger.archive.bundle.zip_file import ZipWriter
from logger.archive.keys import load
from logger.archive.places import manifest_name, signature_name
from logger.journal.reader import JournalReader
from logger.session.model import Session

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Printed:
    """What people read of the session. Each is called in a thread of its own."""

    csv: Callable[[], Iterable[bytes]]
    pdf: Callable[[], bytes]


def write_bundle(data_dir: Path, session: Session, printed: Printed, path: Path) -> None:
    """Write the bundle of ``session`` as a zip to ``path``: the same journal, the same bytes.

    CommandRefused, with the mend, where it is not sealed, not covered by a signed head, or
    what was sealed is gone; ConfigError where the signing key is; OSError for what the drive
    refuses.
    """
    with JournalReader(data_dir) as reader:
        found = vouched(data_dir, reader, session)
        key = load(data_dir, found.signer.fingerprint)
        sealed = read_sealed(data_dir, session, found.seals)
        with (
            ThreadPoolExecutor(1) as pool,
            ahead(printed.csv) as csv,
            ZipWriter(path) as zipped,
        ):
            contents = _contents(reader, found, sealed, csv, pool.submit(printed.pdf))
            has_later = found.later is not None
            names = form.names(len(found.seals), sealed.samples_file, has_later_head=has_later)
            for name in names:
                zipped.add(name, contents[name])
            listed = FileList(format=form.FORMAT, session=session.id, files=tuple(zipped.listed))
            told = msgspec.json.format(msgspec.json.encode(listed), indent=1)
            zipped.add(form.LIST, [told])
            zipped.add(form.LIST_SIGNATURE, [key.sign(told, form.NAMESPACE).encode()])


def _contents(
    reader: JournalReader,
    found: Vouched,
    sealed: SealedFiles,
    csv: Iterable[bytes],
    pdf: "Future[bytes]",
) -> dict[str, Iterable[bytes]]:
    """Return what is in each file, by name; it is made when it is asked for."""
    here = files(__package__)
    contents: dict[str, Iterable[bytes]] = {
        form.GUIDE: [here.joinpath(form.GUIDE).read_bytes()],
        form.SCRIPT: [here.joinpath(form.SCRIPT).read_bytes()],
        form.REPORT: _later(pdf),
        form.CSV: csv,
        form.ENTRIES: entry_lines(reader, _wanted(found, sealed)),
        form.TOLD: [msgspec.json.format(msgspec.json.encode(_told(found)), indent=1)],
        form.HEAD: [found.head.signed_bytes()],
        form.HEAD_SIGNATURE: [found.head.signature.encode()],
        form.SIGNERS: [_signers(found)],
    }
    if found.later is not None:
        contents[form.LATER_HEAD] = [found.later.signed_bytes()]
        contents[form.LATER_HEAD_SIGNATURE] = [found.later.signature.encode()]
    for one, content, signature in zip(
        sealed.manifests, sealed.contents, sealed.signatures, strict=True
    ):
        contents[manifest_name(one.revision)] = [content]
        contents[signature_name(one.revision)] = [signature]
    if sealed.samples_file:
        contents[sealed.samples_file] = _parts(sealed.samples_path())
    return contents


def _wanted(found: Vouched, sealed: SealedFiles) -> Wanted:
    newest = found.seals[-1].position
    whole = {position for position, _, _ in sealed.entries()}
    whole.update(seal.position for seal in found.seals)
    whole.update(_key_positions(found))
    up_to_head = (min(newest, found.voucher_position), found.head.position)
    spans = [*sealed.ranges, up_to_head, *((one, one) for one in whole)]
    return Wanted(spans, whole)


def _key_positions(found: Vouched) -> Iterator[int]:
    for key in found.ring.keys:
        yield from filter(None, (key.made_position, key.withdrawn_position))


def _told(found: Vouched) -> BundleTold:
    leaves = []
    for seal in found.seals:
        index = found.indexes.get(seal.position) if seal.journal == found.head.journal else None
        proof = () if index is None else found.tree.inclusion_proof(index, found.head.tree_size)
        leaves.append(
            Leaf(
                revision=seal.told.revision,
                position=seal.position,
                index=index,
                proof=tuple(one.hex() for one in proof),
            )
        )
    return BundleTold(
        format=form.FORMAT,
        made_by=__version__,
        session=found.seals[0].told.name,
        seals=tuple(leaves),
        consistency=tuple(one.hex() for one in _consistency(found)),
    )


def _consistency(found: Vouched) -> list[bytes]:
    if found.later is None:
        return []
    return found.tree.consistency_proof(found.head.tree_size, found.later.tree_size)


def _signers(found: Vouched) -> bytes:
    return "".join(f"{form.PRINCIPAL} {key.public_key}\n" for key in found.ring.keys).encode()


def _later(pdf: "Future[bytes]") -> Iterator[bytes]:
    yield pdf.result()


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            yield part
