"""Reading: whole commits, in order, with and without a recorder."""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from logger.errors import ConfigError, JournalError
from logger.journal.connection import open_unshared
from logger.journal.entry import Draft
from logger.journal.files import JOURNAL_FILE, wal_path
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from tests.logger.journal.conftest import SetClock
from tests.support.processes import as_nobody

MakeDraft = Callable[..., Draft]

_READ_IMPORTS = """
from pathlib import Path
from logger.errors import NeedlelogError
from logger.journal.reader import JournalReader
from logger.journal.migrations import shipped_migrations
from logger.journal.statements import statements
statements(), shipped_migrations()
"""
_READ = """
try:
    with JournalReader(Path({place!r})) as reader:
        print([entry.position for entry in reader.entries()])
except NeedlelogError as error:
    print(error)
"""


@pytest.fixture
def reader(journal: Journal, data_dir: Path) -> Iterator[JournalReader]:
    with JournalReader(data_dir) as opened:
        yield opened


@pytest.fixture
def read_only_dir(clock: SetClock, note: MakeDraft) -> Iterator[Path]:
    """Return a directory with a journal of two entries that nobody may write."""
    # Not below tmp_path, which others than its owner may not enter.
    place = Path(tempfile.mkdtemp(prefix="needlelog-test-"))
    with Journal.open(place, clock) as journal:
        journal.append([note()])
    yield place
    place.chmod(0o700)
    shutil.rmtree(place)


def _seal(place: Path) -> None:
    for file in place.iterdir():
        file.chmod(0o444)
    place.chmod(0o555)


def _read_as_nobody(place: Path) -> str:
    return as_nobody(_READ_IMPORTS, _READ.format(place=str(place)))


def test_it_has_the_id_of_the_journal(reader: JournalReader, journal: Journal) -> None:
    assert reader.id == journal.id


def test_it_reads_from_the_file_as_well_as_from_the_directory(
    journal: Journal, data_dir: Path
) -> None:
    with JournalReader(data_dir / JOURNAL_FILE) as reader:
        assert reader.id == journal.id


def test_it_reads_beyond_a_position_up_to_a_limit(
    reader: JournalReader, journal: Journal, note: MakeDraft
) -> None:
    appended = journal.append([note(str(i)) for i in range(5)])

    assert reader.read(2, 3) == appended[1:4]


def test_it_reads_up_to_a_position(
    reader: JournalReader, journal: Journal, note: MakeDraft
) -> None:
    appended = journal.append([note(str(i)) for i in range(5)])

    assert reader.read(1, 100, to=3) == appended[:2]


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["gap"], [2, 5]),
        (["gap", "link.up"], [2, 4, 5]),
        (["samples"], [3, 6]),
        (["samples", "link.up"], [3, 4, 6]),
        ([], []),
    ],
)
def test_it_reads_the_kinds_asked_for(
    reader: JournalReader, journal: Journal, note: MakeDraft, kinds: list[str], expected: list[int]
) -> None:
    order = ("gap", "samples", "link.up", "gap", "samples")
    journal.append([note(kind=kind) for kind in order])

    assert [entry.position for entry in reader.read(1, 100, kinds=kinds)] == expected


@pytest.mark.parametrize(("kinds", "expected"), [(None, [3, 4]), (["gap"], [4])])
def test_it_reads_the_stream_asked_for(
    reader: JournalReader,
    journal: Journal,
    note: MakeDraft,
    kinds: list[str] | None,
    expected: list[int],
) -> None:
    drafts = [note(kind="gap", stream="A"), note(kind="samples", stream="B")]
    journal.append([*drafts, note(kind="gap", stream="B")])

    found = reader.read(0, 100, kinds=kinds, stream="B")
    assert [entry.position for entry in found] == expected


def test_paging_yields_every_entry_once(
    reader: JournalReader, journal: Journal, note: MakeDraft
) -> None:
    journal.append([note()] * 10)

    assert [entry.position for entry in reader.entries(page=3)] == list(range(1, 12))


def test_the_last_entry_is_the_last_committed(
    reader: JournalReader, journal: Journal, note: MakeDraft
) -> None:
    appended = journal.append([note("a"), note("b")])

    assert reader.last() == appended[-1]


def test_a_time_is_found_by_its_first_position(
    reader: JournalReader, journal: Journal, note: MakeDraft, clock: SetClock
) -> None:
    start = clock.wall_ns
    for seconds in (1, 2, 2, 5):
        clock.wall_ns = start + seconds
        journal.append([note()])

    assert [reader.position_at(start + at) for at in range(7)] == [1, 2, 3, 5, 5, 5, 6]


def test_where_the_clock_stepped_back_time_passes_at_the_position_found(
    reader: JournalReader, journal: Journal, note: MakeDraft, clock: SetClock
) -> None:
    for wall_ns in (50, 60, 10, 20, 70):
        clock.wall_ns = wall_ns
        journal.append([note()])

    found = reader.position_at(55)
    before, at = reader.read(found - 2, 2)
    assert before.time_ns < 55 <= at.time_ns


def test_a_pruned_payload_is_none_and_its_hash_stays(
    journal: Journal, data_dir: Path, note: MakeDraft
) -> None:
    entry = journal.append([note()])[0]
    journal.close()
    connection = apsw.Connection(str(data_dir / JOURNAL_FILE))
    connection.execute("UPDATE entry SET payload = NULL WHERE position = 2")
    connection.close()

    with JournalReader(data_dir) as reader:
        pruned = reader.read(1, 1)[0]
    assert (pruned.payload, pruned.payload_hash) == (None, entry.payload_hash)


def test_it_cannot_write(reader: JournalReader) -> None:
    with pytest.raises(apsw.ReadOnlyError):
        reader._opened.connection.execute("DELETE FROM entry")


def test_it_holds_no_transaction_between_calls(
    reader: JournalReader, journal: Journal, note: MakeDraft, data_dir: Path
) -> None:
    journal.append([note()] * 10)
    pages = reader.entries(page=2)
    next(pages)

    journal._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)

    assert wal_path(data_dir / JOURNAL_FILE).stat().st_size == 0


def test_a_reader_beside_the_writer_sees_only_whole_commits(
    journal: Journal, reader: JournalReader, note: MakeDraft
) -> None:
    drafts = [note()] * 7
    done = threading.Event()

    def write() -> None:
        for _ in range(200):
            journal.append(drafts)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not done.is_set():
        seen.add(reader.last_position())
    writer.join()
    seen.add(reader.last_position())

    assert {(position - 1) % 7 for position in seen} == {0}
    assert len(seen) > 2


def test_a_missing_journal_is_named_with_the_mend(data_dir: Path) -> None:
    with pytest.raises(ConfigError, match=r"no journal here.*needlelog run"):
        JournalReader(data_dir)


def test_a_file_that_is_no_journal_is_named(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL_FILE
    path.write_bytes(b"this is no database" * 100)

    with pytest.raises(JournalError, match=str(path)):
        JournalReader(path)


def test_a_journal_that_is_just_being_created_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL_FILE
    path.touch()

    with pytest.raises(JournalError, match="schema 0"):
        JournalReader(path)


def test_a_copy_in_a_directory_that_cannot_be_written_is_read(read_only_dir: Path) -> None:
    _seal(read_only_dir)

    assert _read_as_nobody(read_only_dir) == "[1, 2]"


def test_a_file_read_as_it_lies_is_opened_anew_once_a_writer_came(
    data_dir: Path, clock: SetClock, note: MakeDraft
) -> None:
    Journal.open(data_dir, clock).close()
    with JournalReader(data_dir) as reader:
        reader.close()
        wal_path(data_dir / JOURNAL_FILE).unlink(missing_ok=True)
        reader._opened = open_unshared(data_dir / JOURNAL_FILE)
        assert reader.last_position() == 1
        with Journal.open(data_dir, clock) as journal:
            journal.append([note()])

            assert reader.last_position() == 2


def test_a_copy_with_its_log_in_such_a_directory_is_refused_not_misread(
    read_only_dir: Path, clock: SetClock, note: MakeDraft
) -> None:
    with Journal.open(read_only_dir, clock) as journal:
        journal.append([note()])
        log = wal_path(read_only_dir / JOURNAL_FILE).read_bytes()
    wal_path(read_only_dir / JOURNAL_FILE).write_bytes(log)
    _seal(read_only_dir)

    assert "was not closed cleanly" in _read_as_nobody(read_only_dir)


def test_a_journal_of_another_user_is_refused_with_the_mend(read_only_dir: Path) -> None:
    read_only_dir.chmod(0o755)

    assert "Run as the user of the service" in _read_as_nobody(read_only_dir)


def test_a_directory_that_may_not_be_entered_is_told_in_one_line(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(ConfigError, match="this user may not read the journal"):
        JournalReader(data_dir / JOURNAL_FILE)
