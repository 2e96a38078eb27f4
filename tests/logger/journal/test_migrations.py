"""From one schema to the next in one transaction; nothing newer is touched."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from logger.errors import JournalError
from logger.journal.connection import open_for_writing
from logger.journal.entry import Draft
from logger.journal.files import JOURNAL_FILE, set_aside_name, wal_path
from logger.journal.migrations import Migration, load_migrations, migrate, shipped_migrations
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from tests.logger.journal.conftest import SetClock

_NEWEST = len(shipped_migrations())


@pytest.fixture
def path(data_dir: Path, clock: SetClock, note: Callable[..., Draft]) -> Path:
    """Return a journal file with two entries."""
    with Journal.open(data_dir, clock) as journal:
        journal.append([note()])
    return data_dir / JOURNAL_FILE


def _second(sql: str) -> list[Migration]:
    return [*shipped_migrations(), Migration(_NEWEST + 1, "made_up", sql)]


def _tables(path: Path) -> set[str]:
    connection = apsw.Connection(str(path))
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    connection.close()
    return names


def _version(path: Path) -> int:
    connection = apsw.Connection(str(path))
    version: int = connection.pragma("user_version")
    connection.close()
    return version


def test_a_second_migration_leads_on(path: Path) -> None:
    connection = open_for_writing(path)
    migrated = migrate(connection, _second("CREATE TABLE seal (position INTEGER) STRICT;"))
    connection.close()

    assert migrated == _version(path) == _NEWEST + 1
    assert "seal" in _tables(path)


def test_what_is_up_to_date_is_left_alone(path: Path) -> None:
    before = path.read_bytes()
    connection = open_for_writing(path)
    migrate(connection, shipped_migrations())
    connection.close()

    assert path.read_bytes() == before


def test_a_migration_that_fails_leaves_the_old_schema(path: Path) -> None:
    connection = open_for_writing(path)
    with pytest.raises(apsw.SQLError):
        migrate(connection, _second("CREATE TABLE seal (x INTEGER) STRICT; DROP TABLE nothing;"))
    connection.close()

    assert _version(path) == _NEWEST
    assert "seal" not in _tables(path)


def test_a_crash_in_a_migration_leaves_the_old_schema(path: Path, clock: SetClock) -> None:
    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def migrate_and_die() -> None:
        connection = open_for_writing(path)
        connection.create_scalar_function("die", die)
        sql = "CREATE TABLE seal (x INTEGER) STRICT; DELETE FROM entry; SELECT die();"
        migrate(connection, _second(sql))

    process = multiprocessing.get_context("fork").Process(target=migrate_and_die)
    process.start()
    process.join()

    assert process.exitcode == -signal.SIGKILL
    assert _version(path) == _NEWEST
    assert "seal" not in _tables(path)
    with Journal.open(path.parent, clock) as journal:
        assert journal.last_position == 2


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "with a log left over"])
def test_a_newer_file_is_refused_and_not_touched(
    path: Path, clock: SetClock, tmp_path: Path, closed: bool
) -> None:
    connection = open_for_writing(path)
    connection.pragma("user_version", _NEWEST + 1)
    newer = tmp_path / "newer"
    newer.mkdir()
    if closed:
        connection.close()
    for file in (path, wal_path(path)):
        if file.exists():
            (newer / file.name).write_bytes(file.read_bytes())
    connection.close()
    before = {file.name: file.read_bytes() for file in newer.iterdir()}

    with pytest.raises(JournalError, match=f"schema {_NEWEST + 1}.* knows up to {_NEWEST}"):
        Journal.open(newer, clock)

    assert {name: (newer / name).read_bytes() for name in before} == before


def test_a_reader_refuses_a_newer_file(path: Path) -> None:
    connection = open_for_writing(path)
    connection.pragma("user_version", _NEWEST + 1)
    connection.close()

    with pytest.raises(JournalError, match=f"schema {_NEWEST + 1}"):
        JournalReader(path)


def test_another_programs_file_is_refused_and_not_touched(data_dir: Path, clock: SetClock) -> None:
    data_dir.mkdir()
    path = data_dir / JOURNAL_FILE
    connection = apsw.Connection(str(path))
    connection.pragma("application_id", 0x12345678)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(JournalError, match="not a needlelog journal"):
        Journal.open(data_dir, clock)

    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_set_aside_as_it_is(data_dir: Path, clock: SetClock) -> None:
    data_dir.mkdir()
    path = data_dir / JOURNAL_FILE
    path.write_bytes(b"this is no database" * 100)

    Journal.open(data_dir, clock).close()

    assert (data_dir / set_aside_name(1)).read_bytes() == b"this is no database" * 100


def test_the_shipped_migrations_are_numbered_without_a_hole() -> None:
    assert [migration.number for migration in shipped_migrations()] == list(range(1, _NEWEST + 1))


def test_a_missing_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0001_initial.sql").write_text("")
    (tmp_path / "0003_later.sql").write_text("")

    with pytest.raises(JournalError, match="numbered"):
        load_migrations(tmp_path)
