"""Samples as Parquet, a file a session: the sealed file itself where there is one."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from logger.archive.exports.documents import json_texts
from logger.archive.exports.source import Source
from logger.archive.places import Subject
from logger.session.model import Session

RECORDS = "sessions.json"
"""Tells whose the samples are, beside them."""


def write_parquet(
    source: Source, sessions: Iterable[Session], data_dir: Path, directory: Path
) -> int:
    """Write ``<session>.parquet`` for each session, and :data:`RECORDS`; returns how many files.

    A session without samples has no file of its own. OSError for what the drive refuses.
    """
    directory.mkdir(parents=True, exist_ok=True)
    count = 1

    def written() -> Iterator[Session]:
        nonlocal count
        for session in sessions:
            count += _write(source, session, data_dir, directory / f"{session.id}.parquet")
            yield session

    with (directory / RECORDS).open("w", encoding="utf-8") as file:
        file.writelines(json_texts(source, written()))
    return count


def _write(source: Source, session: Session, data_dir: Path, path: Path) -> bool:
    """Write the samples of ``session``; returns whether there were any."""
    sealed = _sealed(source, session, data_dir)
    if sealed is not None:
        shutil.copyfile(sealed, path)
        return True
    from logger.archive.samples_file import write_samples  # noqa: PLC0415 - pyarrow loads slowly

    def payloads() -> Iterator[tuple[int, bytes]]:
        for position, _, payload in source.payloads(session):
            yield position, payload

    return write_samples(path, payloads).rows > 0


def _sealed(source: Source, session: Session, data_dir: Path) -> Path | None:
    """Return the sealed file, if it is what was sealed and the session is still that."""
    seal = source.seal(session.id)
    amended = [one.position for one in session.record.amendments]
    if seal is None or max(amended, default=0) > seal.told.to_position:
        return None
    directory = Subject("session", session.id, session.pen).directory(data_dir)
    for name, expected in seal.told.files.items():
        path = directory / name
        if path.suffix == ".parquet" and path.is_file() and _sha256(path) == expected:
            return path
    return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
