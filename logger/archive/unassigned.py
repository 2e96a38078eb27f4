"""Looks for unassigned samples of days that are over: one subject for each pen and day.

How far it has looked stands in a small file beside the seals. The file is disposable:
without it everything is looked through again, and what is sealed already stays so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from logger.archive.durable import place_bytes, writing
from logger.archive.ledger import Due, Ledger, Moved
from logger.archive.members import Members, Range, day_of, unassigned_members
from logger.archive.places import ARCHIVE, Subject, pen_day
from logger.journal.files import recovered_path, set_aside_files
from logger.journal.kinds import SAMPLES
from logger.journal.reader import JournalReader
from logger.journal.sealing import stored

LOOKED_FILE = "looked.json"
_NEVER = ""


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """Up to ``position`` there is nothing left to seal of days before ``day``.

    Everything that moved samples up to ``considered_position`` was taken into account.
    ``files`` are those that entries were read from.
    """

    day: str = _NEVER
    position: int = 0
    considered_position: int = 0
    files: tuple[str, ...] = ()


@dataclass
class Look:
    """What was found; ``looked`` holds once all of ``members`` is sealed."""

    looked: Looked
    members: list[Members] = field(default_factory=list)


def look(data_dir: Path, ledger: Ledger, now_unix_ns: int) -> Look:
    """Return what there may be to seal, by the ledger and the day of ``now_unix_ns`` (UTC)."""
    today = day_of(now_unix_ns)
    with JournalReader(data_dir, stored) as reader:
        files = (reader.id, *_recovered(data_dir))
        before = _looked(data_dir)
        if before.files != files:
            before = Looked()
        moved = [one for one in ledger.moved if one.position > before.considered_position]
        if before.day == today and not moved:
            return Look(before)
        start = min([before.position, *(one.from_position - 1 for one in moved)])
        found, position = _found(reader, ledger, start, today)
    for subject, bounds in _disturbed(ledger, moved):
        _widen(found, subject, bounds)
    looked = Looked(day=today, position=position, considered_position=ledger.position, files=files)
    return Look(looked, [_members(ledger, *one) for one in found.items()])


def remember(data_dir: Path, looked: Looked) -> None:
    """Keep how far was looked; SinkUnavailable if that cannot be written."""
    with writing(data_dir / ARCHIVE):
        place_bytes(_path(data_dir), msgspec.json.encode(looked))


def _found(
    reader: JournalReader, ledger: Ledger, after: int, today: str
) -> tuple[dict[Subject, Range], int]:
    """Return pens and days with their bounds, and up to where nothing of a day to come lies."""
    found: dict[Subject, Range] = {}
    position: int | None = None
    for entry in reader.entries(after, kinds=(SAMPLES,), to=ledger.position):
        if ledger.owners[entry.stream].owner(entry.position) is not None:
            continue
        day = day_of(entry.time_ns)
        if day < today:
            subject = pen_day(entry.stream, day)
            _widen(found, subject, (entry.position, entry.position))
        elif position is None:
            position = entry.position - 1
    return found, ledger.position if position is None else position


def _disturbed(ledger: Ledger, moved: list[Moved]) -> Iterator[tuple[Subject, Range]]:
    """Yield the sealed pens and days whose samples may have come or gone since."""
    for subject, last in ledger.sealed_days():
        bounds = (last.told.from_position, last.told.to_position)
        if any(
            one.pen == subject.pen
            and one.from_position <= bounds[1]
            and bounds[0] <= one.to_position
            for one in moved
        ):
            yield subject, bounds


def _widen(found: dict[Subject, Range], subject: Subject, bounds: Range) -> None:
    first, last = found.get(subject, bounds)
    found[subject] = (min(first, bounds[0]), max(last, bounds[1]))


def _members(ledger: Ledger, subject: Subject, bounds: Range) -> Members:
    last = ledger.last_seal(subject)
    if last is not None:
        bounds = (min(bounds[0], last.told.from_position), max(bounds[1], last.told.to_position))
    return unassigned_members(Due(subject, bounds[1], last), bounds, ledger)


def _looked(data_dir: Path) -> Looked:
    try:
        return msgspec.json.decode(_path(data_dir).read_bytes(), type=Looked)
    except (FileNotFoundError, msgspec.DecodeError):
        return Looked()


def _path(data_dir: Path) -> Path:
    return data_dir / ARCHIVE / LOOKED_FILE


def _recovered(data_dir: Path) -> list[str]:
    found = (recovered_path(path) for path in set_aside_files(data_dir))
    return [path.name for path in found if path.exists()]
