"""A damaged journal file is set aside, and another one takes its place.

What is to be done is written down first (``journal.succession``), so that a start that is
killed anywhere in it is completed by the next. Nothing is overwritten or deleted.
"""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw
import msgspec

from logger.errors import JournalError
from logger.journal.connection import open_unshared
from logger.journal.damage import DAMAGE_FILE, find_damage
from logger.journal.files import (
    JOURNAL_FILE,
    recovered_path,
    set_aside_files,
    set_aside_name,
    set_aside_number,
    sync_directory,
)
from logger.journal.head import Head, read_head
from logger.journal.kinds import JournalOpened
from logger.journal.statements import statement

log = logging.getLogger(__name__)

PLAN_FILE = "journal.succession"
POSITIONS_APART = 1_000_000
"""A successor begins at the next multiple of this, plus one, beyond all that is known."""

_SUFFIXES = ("", "-wal", "-shm")
_ENTRY_BYTES_MIN = 64
"""No entry is smaller: its two hashes alone take so much."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is moved, and how the successor begins. ``moves`` are suffixes of file names."""

    opened: JournalOpened
    first_position: int
    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _End:
    journal: str
    position: int
    chain_hash: bytes


def first_of_all(journal: str) -> Plan:
    """Return how a journal without a predecessor begins."""
    return Plan(opened=JournalOpened(journal=journal, reason="new"), first_position=1, moves=())


def settle(data_dir: Path, new_id: Callable[[], str]) -> Plan | None:
    """Set the journal's file aside if it is damaged; return how its successor begins.

    For the holder of the instance lock. None if all is well, as far as a start looks.
    JournalError if the file cannot be set aside; then it is where it was, or the next
    start goes on from there.
    """
    plan = _read_plan(data_dir)
    if plan is None:
        problem = find_damage(data_dir)
        if not problem:
            return None
        plan = _make_plan(data_dir, problem, new_id())
        log.error(
            "the journal is damaged (%s): it is set aside as %s and a new file begun; "
            "`needlelog recover` brings back what can be read of it",
            problem,
            plan.opened.set_aside,
        )
    try:
        _write_plan(data_dir, plan)
        _move(data_dir, plan)
    except OSError as error:
        raise JournalError(
            f"{data_dir / JOURNAL_FILE} is damaged ({plan.opened.detail}) and cannot be set "
            f"aside: {error.strerror}. Make the directory writable, or make room there"
        ) from error
    return plan


def settled(data_dir: Path) -> None:
    """Forget what :func:`settle` had to do, now that the successor has its first entry."""
    if not (data_dir / PLAN_FILE).exists():
        return
    (data_dir / DAMAGE_FILE).unlink(missing_ok=True)
    sync_directory(data_dir)
    (data_dir / PLAN_FILE).unlink(missing_ok=True)
    sync_directory(data_dir)


def succession_notes(data_dir: Path) -> tuple[str, ...]:
    """Return a sentence for every file that was set aside, with the mend; for the status."""
    notes = []
    for path in set_aside_files(data_dir):
        if recovered_path(path).exists():
            notes.append(f"{path.name} was damaged and set aside; what it told is recovered")
        else:
            notes.append(
                f"{path.name} was damaged and set aside; run `needlelog recover` to bring back "
                "what can be read of it"
            )
    return tuple(notes)


def _read_plan(data_dir: Path) -> Plan | None:
    try:
        return msgspec.json.decode((data_dir / PLAN_FILE).read_bytes(), type=Plan)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        log.warning("%s says nothing that can be read: %s", PLAN_FILE, error)
        return None


def _write_plan(data_dir: Path, plan: Plan) -> None:
    path = data_dir / PLAN_FILE
    if path.exists() and _read_plan(data_dir) == plan:
        return
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, msgspec.json.encode(plan))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fresh.replace(path)
    sync_directory(data_dir)


def _move(data_dir: Path, plan: Plan) -> None:
    """Move what was not moved yet; SQLite's own files go along under their own names."""
    for suffix in plan.moves:
        source = data_dir / (JOURNAL_FILE + suffix)
        target = data_dir / (plan.opened.set_aside + suffix)
        if not target.exists() and source.exists():
            source.rename(target)
    aside = data_dir / plan.opened.set_aside
    if not aside.exists():
        # The file itself was gone; its log, if there is one, is still worth reading.
        aside.touch(mode=0o600)
    sync_directory(data_dir)


def _make_plan(data_dir: Path, problem: str, journal: str) -> Plan:
    head = read_head(data_dir)
    size = _size(data_dir / JOURNAL_FILE)
    end = _readable_end(data_dir / JOURNAL_FILE, head, size)
    if head is not None and (end is None or end.position <= head.position):
        end = _End(head.journal, head.position, head.chain_hash)
    before = set_aside_files(data_dir)
    known = _highest_possible(size, before) if end is None else end.position
    numbers = [set_aside_number(path.name) or 0 for path in before]
    return Plan(
        opened=JournalOpened(
            journal=journal,
            reason="corrupt",
            predecessor=end.journal if end else None,
            predecessor_position=end.position if end else None,
            predecessor_hash=end.chain_hash.hex() if end else None,
            set_aside=set_aside_name(max(numbers, default=0) + 1),
            detail=problem,
        ),
        first_position=(known // POSITIONS_APART + 1) * POSITIONS_APART + 1,
        moves=tuple(s for s in _SUFFIXES if (data_dir / (JOURNAL_FILE + s)).exists()),
    )


def _highest_possible(size: int, before: Sequence[Path]) -> int:
    """Return a position that no entry of a file of that size can have gone beyond.

    Every file ``before`` it may have put its beginning off to another million.
    """
    most_entries = (size + sum(map(_size, before))) // _ENTRY_BYTES_MIN
    return most_entries + len(before) * POSITIONS_APART


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _readable_end(path: Path, head: Head | None, size: int) -> _End | None:
    """Return the file's last entry as SQLite reads it; None if it cannot, or if it is absurd."""
    most = head.position + POSITIONS_APART if head else size // _ENTRY_BYTES_MIN + POSITIONS_APART
    if not size:
        return None
    try:
        connection = open_unshared(path).connection
        try:
            journal = connection.execute(statement("journal_id")).get
            last = connection.execute(statement("last_entry")).fetchone()
        finally:
            connection.close()
    except (apsw.Error, UnicodeDecodeError):
        return None
    if not journal or last is None or not isinstance(last[-1], bytes) or not 0 < last[0] <= most:
        return None
    return _End(journal, last[0], last[-1])
