"""Sealing one subject: its samples, its manifest, the manifest's signature, and the entry.

A seal becomes true by its entry alone. Files of a revision that no entry names yet are
written anew, so whoever is killed anywhere leaves nothing that the next attempt minds.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.model import is_simulated
from logger import __version__
from logger.archive import manifest as told
from logger.archive.durable import place_bytes, place_file, writing
from logger.archive.gathering import Gathered, gather
from logger.archive.manifest import EntryHash, Former, Manifest, SamplesPart, SealedFile
from logger.archive.members import Listing, Members, digest_of
from logger.archive.places import manifest_name, samples_name, signature_name
from logger.archive.tree import leaf_hash
from logger.errors import ProofFailed
from logger.journal.entry import Entry
from logger.journal.kinds import SESSION_KINDS, SealMade
from logger.journal.reader import JournalReader
from logger.session.model import Session

if TYPE_CHECKING:
    from logger.archive.samples_file import Payload

Sign = Callable[[bytes, str], str]
"""Returns the armoured SSH signature of bytes for a purpose."""


@dataclass(frozen=True, slots=True)
class SealedSamples:
    """The samples of a revision; ``hashes`` is empty where an earlier one lists them."""

    part: SamplesPart
    file: SealedFile | None
    missing: tuple[int, ...]
    hashes: Sequence[EntryHash]


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals into ``data_dir`` what ``reader`` reads."""

    data_dir: Path
    reader: JournalReader
    sign: Sign

    def seal(self, members: Members, session: Session | None) -> SealMade | None:
        """Write the next revision of a subject and return the entry that makes it true.

        None where unassigned samples are those that are sealed already. SinkUnavailable
        if the files cannot be written.
        """
        due, directory = members.due, members.due.subject.directory(self.data_dir)
        revision = due.last.told.revision + 1 if due.last else 1
        with writing(directory):
            former = self._former(members, directory)
            samples = self._unchanged(members, former, directory) if former else None
            if samples is None:
                samples = self._written(members, directory, revision)
                has_changed = former is not None or bool(samples.hashes)
            else:
                has_changed = False
            if session is None and not has_changed:
                return None
            manifest = self._manifest(members, session, samples, revision)
            content = told.manifest_bytes(manifest)
            place_bytes(directory / manifest_name(revision), content)
            signature = self.sign(content, told.NAMESPACE)
            place_bytes(directory / signature_name(revision), signature.encode())
        return _entry(members, manifest, content)

    def _former(self, members: Members, directory: Path) -> Former | None:
        """Return the revision before; None without one, or where its file is not what it was."""
        last = members.due.last
        if last is None:
            return None
        try:
            content = (directory / manifest_name(last.told.revision)).read_bytes()
            if hashlib.sha256(content).hexdigest() != last.told.manifest_sha256:
                return None
            return told.read_former(content)
        except (FileNotFoundError, ProofFailed):
            return None

    def _unchanged(self, members: Members, former: Former, directory: Path) -> SealedSamples | None:
        """Return the samples of the revision before, if they and their file are what they were."""
        part = former.samples
        file = former.files.get(part.file)
        if digest_of(self.data_dir, members) != part.digest:
            return None
        try:
            if file is not None and sealed_file(directory / part.file) != file:
                return None
        except FileNotFoundError:
            return None
        return SealedSamples(part, file, former.completeness.payloads_missing, ())

    def _written(self, members: Members, directory: Path, revision: int) -> SealedSamples:
        # Most rounds seal nothing, and pyarrow costs as much as the rest of such a round.
        from logger.archive.samples_file import write_samples  # noqa: PLC0415

        listing, missing = Listing(), list[int]()
        name = samples_name(revision)

        def payloads() -> "Iterator[Payload]":
            nonlocal listing
            listing, missing[:] = Listing(), []
            for entry in members.blocks(self.reader):
                listing.add(entry)
                if entry.payload is None:
                    missing.append(entry.position)
                else:
                    yield entry.position, entry.payload

        written = place_file(directory / name, lambda file: write_samples(file, payloads))
        part = SamplesPart(
            revision=revision,
            file=name if written.rows else "",
            rows=written.rows,
            blocks=written.blocks,
            counted=written.counted,
            digest=listing.digest,
            ranges=tuple(listing.ranges(members.ranges)),
        )
        file = sealed_file(directory / name) if written.rows else None
        return SealedSamples(part, file, tuple(missing), listing.hashes)

    def _manifest(
        self, members: Members, session: Session | None, samples: SealedSamples, revision: int
    ) -> Manifest:
        due = members.due
        own = self._own(members, session) if session else ()
        gathered = gather(self.reader, due.subject.pen, members.bounds, own, members.holds)
        part, file = samples.part, samples.file
        return Manifest(
            format=told.FORMAT,
            subject=due.subject.kind,
            name=due.subject.name,
            revision=revision,
            former_sha256=due.last.told.manifest_sha256 if due.last else "",
            sealed_by=__version__,
            site=gathered.site,
            pen=due.subject.pen,
            simulated=session.simulated if session else is_simulated(due.subject.pen),
            pens=tuple(gathered.pens),
            software=tuple(gathered.software),
            clock=tuple(gathered.clock),
            completeness=_completeness(samples, gathered),
            samples=part,
            files={part.file: file} if file else {},
            journals=tuple(_journals(gathered.entries, self.reader.id)),
            session=session,
            entries=tuple(_hashes(gathered.entries, samples.hashes)),
        )

    def _own(self, members: Members, session: Session) -> Iterator[Entry]:
        """Yield all entries that name the session, up to what is considered."""
        needle = f'"{session.id}"'.encode()
        for entry in self.reader.entries(
            session.started_position - 1,
            kinds=SESSION_KINDS,
            stream=session.pen,
            to=members.due.to_position,
        ):
            if entry.payload is not None and needle in entry.payload:
                yield entry


def sealed_file(path: Path) -> SealedFile:
    """Return size and SHA-256 of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return SealedFile(sha256=digest, bytes=path.stat().st_size)


def _completeness(samples: SealedSamples, gathered: Gathered) -> told.Completeness:
    missing = sum(gap.count or 0 for gap in gathered.gaps)
    rows = samples.part.rows
    return told.Completeness(
        samples=rows,
        samples_missing=missing,
        gaps_uncounted=sum(gap.count is None for gap in gathered.gaps),
        share=rows / (rows + missing) if rows and samples.part.counted else None,
        gaps=tuple(gathered.gaps),
        payloads_missing=samples.missing,
    )


def _journals(entries: Iterable[Entry], journal: str) -> Iterator[told.JournalPart]:
    last = ""
    for entry in entries:
        if (entry.journal or journal) != last:
            last = entry.journal or journal
            yield told.JournalPart(id=last, from_position=entry.position)


def _hashes(entries: Iterable[Entry], samples: Sequence[EntryHash]) -> list[EntryHash]:
    beside = [(one.position, one.kind, one.chain_hash.hex()) for one in entries]
    return sorted([*beside, *samples])


def _entry(members: Members, manifest: Manifest, content: bytes) -> SealMade:
    subject = members.due.subject
    first = min([members.bounds[0], *(one[0] for one in manifest.entries)])
    return SealMade(
        subject=subject.kind,
        name=subject.name,
        revision=manifest.revision,
        manifest_sha256=hashlib.sha256(content).hexdigest(),
        leaf_hash=leaf_hash(content).hex(),
        files={name: file.sha256 for name, file in manifest.files.items()},
        samples=manifest.samples.rows,
        from_position=members.bounds[0] if subject.kind == "unassigned" else first,
        to_position=members.due.to_position,
        former_sha256=manifest.former_sha256,
    )
