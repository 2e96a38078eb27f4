"""Checking a bundle: whether all in it is what was recorded, sealed and signed."""

import hashlib
import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from logger.archive.bundle.csv_check import check_csv, read_csv
from logger.archive.bundle.keys_check import check_head, check_outside
from logger.archive.bundle.later_check import check_later
from logger.archive.bundle.reading import Bundle, Chained, SignedFiles, read_bundle, read_files
from logger.archive.bundle.restated_check import check_restated
from logger.archive.bundle.result import BundleResult
from logger.archive.bundle.seals_check import check_seals
from logger.archive.outside import Outside
from logger.errors import ConfigError, ProofFailed
from logger.journal.kinds import SAMPLES
from logger.session.model import Session

_POSITION = struct.Struct("<Q")


def check_bundle(path: Path, outside: Outside) -> BundleResult:
    """Return what is found in the bundle at ``path``; ConfigError if it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(str(path), error.strerror or str(error), "Name a bundle") from error
    try:
        return _result(read_files(data), outside)
    except ProofFailed as error:
        return BundleResult(problem=str(error))


def _result(signed: SignedFiles, outside: Outside) -> BundleResult:
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(lambda: read_csv(signed.csv_content()))
        bundle = read_bundle(signed)
        trusted = check_head(bundle)
        check_later(bundle, trusted)
        check_seals(bundle)
        session, blocks = _session(bundle), check_manifests(bundle)
        check_restated(bundle, session, blocks)
        samples = check_csv(reading.result(), blocks, session)
        found = _found(bundle, samples, check_outside(bundle, trusted, outside))
        doubted = "" if bundle.head.key in trusted else bundle.head.key
        return replace(found, doubted=doubted)


def _found(bundle: Bundle, samples: int, proven_by: tuple[str, ...]) -> BundleResult:
    head, entries = bundle.head, bundle.entries
    return BundleResult(
        session=bundle.told.session,
        entries=len(entries),
        samples=samples,
        revisions=len(bundle.manifests),
        head_position=head.position,
        head_hash=head.chain_hash,
        key=bundle.signer,
        erased=tuple(p for p, one in entries.items() if one.is_whole and one.payload is None),
        not_covered=tuple(position for position in entries if position > head.position),
        after_holes=tuple(p for p, one in entries.items() if one.follows_hole),
        proven_by=proven_by,
    )


def _session(bundle: Bundle) -> Session:
    session = bundle.newest.session
    if session is None or not session.id == bundle.newest.name == bundle.told.session:
        raise ProofFailed("the newest manifest is of another session")
    return session


def check_manifests(bundle: Bundle) -> list[Chained]:
    """Return the session's blocks; ProofFailed unless each entry is the one that was sealed."""
    newest = bundle.newest
    for name, told in newest.files.items():
        content = bundle.files.get(name, b"")
        if (len(content), hashlib.sha256(content).hexdigest()) != (told.bytes, told.sha256):
            raise ProofFailed(f"{name} is not the one that was sealed")
    digest, blocks = hashlib.sha256(), []
    for manifest in bundle.manifests:
        for position, kind, chain_hash in manifest.entries:
            if kind == SAMPLES and manifest.revision != newest.samples.revision:
                continue
            entry = bundle.entries.get(position)
            if entry is None or not _is_sealed(entry, kind, chain_hash):
                raise ProofFailed(f"entry {position} is not the one that was sealed")
            if kind == SAMPLES:
                blocks.append(entry)
                digest.update(_POSITION.pack(position) + entry.chain_hash)
    if digest.hexdigest() != newest.samples.digest:
        raise ProofFailed("the blocks are not those that were sealed")
    _check_nothing_is_withheld(bundle, {one.line.position for one in blocks})
    return blocks


def _is_sealed(entry: Chained, kind: str, chain_hash: str) -> bool:
    return entry.is_whole and (entry.line.kind, entry.chain_hash.hex()) == (kind, chain_hash)


def _check_nothing_is_withheld(bundle: Bundle, sealed: set[int]) -> None:
    """Return if all entries within the session are here, and no block of it is left out."""
    positions = list(bundle.entries)
    order = {position: number for number, position in enumerate(positions)}
    for first, last in bundle.newest.samples.ranges:
        position = first
        while position <= last:
            entry = bundle.entries.get(position)
            if entry is None:
                raise ProofFailed(f"entry {position} within the session is not here")
            own = (entry.line.kind, entry.line.stream) == (SAMPLES, bundle.newest.pen)
            if own and position not in sealed:
                raise ProofFailed(f"block {position} of the session is not sealed")
            following = positions[order[position] + 1 : order[position] + 2]
            position = _after(bundle, position, *following)


def _after(bundle: Bundle, position: int, following: int | None = None) -> int:
    """Return the next position; beyond a hole or the end of a journal file where one is told."""
    if following is None:
        return position + 1
    entry = bundle.entries[following]
    jumps = entry.follows_hole or entry.line.kind == "journal.opened"
    return following if jumps else position + 1
