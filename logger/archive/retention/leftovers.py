"""Which files hold anything of erased sessions, and their removal."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from logger.archive.bundle.sealed_files import read_manifest
from logger.archive.ledger import Ledger
from logger.archive.places import Subject, manifest_name
from logger.archive.retention.pruning import Pruning
from logger.errors import ProofFailed
from logger.journal import kinds
from logger.journal.emptying import remove
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader


@dataclass(frozen=True, slots=True)
class _Samples:
    """A file of samples of ``subject`` and the ``revision`` that wrote it."""

    subject: Subject
    revision: int
    file: str


@dataclass
class Leftovers:
    """Looks through what was sealed. ``raw`` reads entries as they lie in the journal."""

    data_dir: Path
    raw: JournalReader
    ledger: Ledger
    pruning: Pruning

    def of_sessions(self, sessions: Iterable[str]) -> set[str]:
        """Return all files of the seals of ``sessions``, relative to the data directory."""
        found: set[str] = set()
        for session in sessions:
            directory = Subject("session", session, "").directory(self.data_dir)
            if directory.is_dir():
                found |= {self._relative(path) for path in directory.iterdir()}
        return found

    def of_others(self, told: kinds.ClientErased) -> set[str]:
        """Return superseded samples of others that hold blocks of erased sessions.

        The other blocks in them are served from later files from here on. ProofFailed if a
        file is not superseded yet, or if a block would be lost with it. What a file holds is
        asked of its manifest, so that one is named again that a round before had overwritten
        or removed when it was killed.
        """
        found: dict[str, tuple[str, list[int]]] = {}
        for one in self._sealed_with(told):
            positions = self._positions(one)
            if not any(_is_erased(told, one.subject.pen, position) for position in positions):
                continue
            if one.file in self._newest(one.subject):
                raise ProofFailed(f"{one.file} holds what is erased, and no later file replaces it")
            found[one.file] = one.subject.pen, positions
            self._serve_rest(told, one.subject.pen, positions)
        for file, (pen, positions) in found.items():
            self._check_rest(told, file, pen, positions)
        return set(found)

    def remove(self, files: Iterable[str], sessions: Iterable[str]) -> None:
        """Overwrite and remove ``files``, and what is empty of ``sessions``; OSError if not."""
        for file in sorted(files):
            remove(self.data_dir / file)
        for session in sessions:
            # One that is not there, or into which somebody put something meanwhile.
            with suppress(OSError):
                Subject("session", session, "").directory(self.data_dir).rmdir()

    def _sealed_with(self, told: kinds.ClientErased) -> Iterator[_Samples]:
        seen: set[str] = set()
        for pen in {one.pen for one in told.stretches}:
            for entry in self.raw.entries(kinds=["seal.made"], stream=pen):
                seal = kinds.decode(entry.kind, entry.payload or b"{}")
                if not isinstance(seal, kinds.SealMade) or seal.name in told.sessions:
                    continue
                if not _may_hold(told, pen, seal):
                    continue
                subject = Subject(seal.subject, seal.name, pen)
                for name in seal.files:
                    file = self.pruning.path(subject, name)
                    if file not in seen:
                        seen.add(file)
                        yield _Samples(subject, seal.revision, file)

    def _positions(self, one: _Samples) -> list[int]:
        path = one.subject.directory(self.data_dir) / manifest_name(one.revision)
        try:
            entries = read_manifest(path.read_bytes()).entries
        except OSError as error:
            if not path.exists() and not (self.data_dir / one.file).exists():
                # An erasure before this one took them away.
                return []
            raise ProofFailed(f"{path} cannot be read: {error.strerror}") from error
        return [position for position, kind, _ in entries if kind == kinds.SAMPLES]

    def _newest(self, subject: Subject) -> Sequence[str]:
        last = self.ledger.last_seal(subject)
        return [self.pruning.path(subject, name) for name in last.told.files] if last else []

    def _serve_rest(self, told: kinds.ClientErased, pen: str, positions: Sequence[int]) -> None:
        """Have blocks that left the journal served from the newest files of their subjects."""
        gone = [one.position for one in self._gone(told, pen, positions)]
        for subject, last in list(self.ledger.seals()) if gone else ():
            reaches = last.told.from_position <= gone[-1] and gone[0] <= last.told.to_position
            if subject.pen != pen or subject.name in told.sessions or not last.told.files:
                continue
            if reaches and self.pruning.served(subject, last) is None:
                self.pruning.serve(subject, last)

    def _check_rest(
        self, told: kinds.ClientErased, file: str, pen: str, positions: Sequence[int]
    ) -> None:
        # No newest file is among those that go.
        stretches = [
            stretch
            for subject, last in self.ledger.seals()
            if subject.pen == pen and subject.name not in told.sessions and last.told.files
            if (served := self.pruning.served(subject, last)) is not None
            for stretch in served.ranges
        ]
        for entry in self._gone(told, pen, positions):
            if not any(first <= entry.position <= last for first, last in stretches):
                raise ProofFailed(f"{file} alone has the block at {entry.position}")

    def _gone(
        self, told: kinds.ClientErased, pen: str, positions: Sequence[int]
    ) -> Iterator[Entry]:
        """Yield those of ``positions`` that are not erased and have left the journal."""
        wanted = {one for one in positions if not _is_erased(told, pen, one)}
        if wanted:
            for entry in self.raw.entries(
                min(wanted) - 1, kinds=(kinds.SAMPLES,), stream=pen, to=max(wanted)
            ):
                if entry.position in wanted and entry.payload is None:
                    yield entry

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.data_dir).as_posix()


def _is_erased(told: kinds.ClientErased, pen: str, position: int) -> bool:
    return any(
        one.pen == pen and one.from_position <= position <= one.to_position
        for one in told.stretches
    )


def _may_hold(told: kinds.ClientErased, pen: str, seal: kinds.SealMade) -> bool:
    return any(
        one.pen == pen
        and one.from_position <= seal.to_position
        and seal.from_position <= one.to_position
        for one in told.stretches
    )
