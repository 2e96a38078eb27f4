"""What a start takes for damage, what it does not, and how word of damage is left."""

import os
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from logger.errors import JournalDamaged, JournalError
from logger.journal import damage
from logger.journal.damage import DAMAGE_FILE, find_damage, telling_damage
from logger.journal.entry import Draft
from logger.journal.files import JOURNAL_FILE, set_aside_name, wal_path
from logger.journal.head import HEAD_FILE, Head, raise_schema, read_head
from logger.journal.migrations import Migration, shipped_migrations
from logger.journal.succession import POSITIONS_APART
from logger.journal.writer import Journal
from tests.logger.journal.conftest import SetClock

_NEWEST = len(shipped_migrations())


@pytest.fixture
def path(data_dir: Path, clock: SetClock, note: Callable[..., Draft]) -> Path:
    """Return the file of a journal of 21 entries that was closed."""
    with Journal.open(data_dir, clock) as journal:
        journal.append([note() for _ in range(20)])
    return data_dir / JOURNAL_FILE


def _killed(data_dir: Path, clock: SetClock, note: Callable[..., Draft], left: Path) -> None:
    """Leave in ``left`` what a young journal is after a kill: all of it in its log."""
    left.mkdir()
    with Journal.open(data_dir, clock) as journal:
        journal.append([note() for _ in range(20)])
        for name in (JOURNAL_FILE, f"{JOURNAL_FILE}-wal", HEAD_FILE):
            (left / name).write_bytes((data_dir / name).read_bytes())


@pytest.mark.parametrize("at", [10, 100], ids=["header", "first frame"])
def test_a_young_journal_whose_log_is_not_believed_is_set_aside(
    data_dir: Path, clock: SetClock, note: Callable[..., Draft], tmp_path: Path, at: int
) -> None:
    left = tmp_path / "left"
    _killed(data_dir, clock, note, left)
    log = wal_path(left / JOURNAL_FILE)
    content = bytearray(log.read_bytes())
    content[at] ^= 1
    log.write_bytes(content)

    assert find_damage(left) == "position 21 was committed, and it holds none"
    with Journal.open(left, clock) as journal:
        assert journal.last_position == POSITIONS_APART + 1
    assert wal_path(left / set_aside_name(1)).read_bytes() == content


def test_a_young_journal_that_was_killed_goes_on(
    data_dir: Path, clock: SetClock, note: Callable[..., Draft], tmp_path: Path
) -> None:
    left = tmp_path / "left"
    _killed(data_dir, clock, note, left)
    with Journal.open(left, clock) as journal:
        assert journal.last_position == 21


def _alter(path: Path, sql: str) -> None:
    connection = apsw.Connection(str(path))
    connection.execute(sql)
    connection.close()


def test_a_newer_schema_is_no_damage(path: Path, clock: SetClock) -> None:
    raise_schema(path.parent, _NEWEST + 1)
    _alter(path, f"ALTER TABLE cursor RENAME TO sink; PRAGMA user_version = {_NEWEST + 1}")

    assert find_damage(path.parent) == ""
    with pytest.raises(JournalError, match=f"schema {_NEWEST + 1}"):
        Journal.open(path.parent, clock)


def test_a_schema_that_is_yet_to_be_migrated_is_no_damage(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _alter(path, "ALTER TABLE cursor RENAME TO former")
    more = Migration(_NEWEST + 1, "rename", "ALTER TABLE former RENAME TO cursor")
    monkeypatch.setattr(damage, "shipped_migrations", lambda: (*shipped_migrations(), more))

    assert find_damage(path.parent) == ""


def test_a_schema_that_cannot_be_noted_is_not_migrated_to(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "pwrite", refuse)
    with pytest.raises(OSError, match="Input/output error"):
        raise_schema(path.parent, _NEWEST + 1)


def test_a_head_that_cannot_be_read_is_no_damage(path: Path) -> None:
    (path.parent / HEAD_FILE).unlink()
    (path.parent / HEAD_FILE).mkdir()

    assert read_head(path.parent) is None
    assert find_damage(path.parent) == ""


def test_the_head_outlasts_a_power_cut_once_the_journal_is_open(
    data_dir: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def watch(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watch)
    with Journal.open(data_dir, clock):
        assert HEAD_FILE in synced


def test_entries_without_an_id_are_set_aside(path: Path, clock: SetClock) -> None:
    (path.parent / HEAD_FILE).unlink()
    _alter(path, "DELETE FROM journal")
    with Journal.open(path.parent, clock) as journal:
        assert journal.last_position == POSITIONS_APART + 1


def test_no_position_is_given_twice_when_nothing_of_a_successor_can_be_read(
    path: Path, clock: SetClock
) -> None:
    for _ in range(2):
        path.write_bytes(b"\xff" * 4096)
        (path.parent / HEAD_FILE).unlink()
        Journal.open(path.parent, clock).close()
    head = read_head(path.parent)

    assert isinstance(head, Head)
    assert head.position == 2 * POSITIONS_APART + 1


def test_what_the_check_of_the_end_finds_is_set_aside_with_its_log(
    path: Path, clock: SetClock, note: Callable[..., Draft], tmp_path: Path
) -> None:
    left = tmp_path / "left"
    _alter(path, "UPDATE entry SET payload = x'00' WHERE position = 7")
    with Journal.open(path.parent, clock) as journal:
        journal.append([note()])
        left.mkdir()
        for name in (JOURNAL_FILE, f"{JOURNAL_FILE}-wal", HEAD_FILE):
            (left / name).write_bytes((path.parent / name).read_bytes())
    before = [(left / name).read_bytes() for name in (JOURNAL_FILE, f"{JOURNAL_FILE}-wal")]
    Journal.open(left, clock).close()
    aside = left / set_aside_name(1)

    assert [aside.read_bytes(), wal_path(aside).read_bytes()] == before


def test_word_is_left_however_the_directory_is_named(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(path.parent)
    with pytest.raises(JournalDamaged), telling_damage(link):
        raise JournalDamaged("a page is malformed", str(path.resolve()))

    assert (path.parent / DAMAGE_FILE).read_text() == "a page is malformed"


def test_word_that_cannot_be_left_hides_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(damage, "tell_damage", refuse)
    with pytest.raises(JournalDamaged), telling_damage(path.parent):
        raise JournalDamaged("a page is malformed")

    assert "journal.damaged cannot be written: Read-only file system" in caplog.text
