"""Appending: what is returned is committed, in order, and survives reopening."""

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from drivers.model import SampleBlock
from logger.errors import ConfigError, JournalError
from logger.journal import kinds
from logger.journal.blocks import encode_block
from logger.journal.connection import APPLICATION_ID, PAGE_BYTES, WAL_BYTES
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft
from logger.journal.files import JOURNAL_FILE, rewrite_wal, wal_path
from logger.journal.quarantine import Held, Quarantined
from logger.journal.reader import JournalReader
from logger.journal.succession import POSITIONS_APART
from logger.journal.verify import verify
from logger.journal.writer import Journal
from tests.logger.journal.conftest import SetClock

MakeDraft = Callable[..., Draft]


def test_the_first_entry_names_the_file(journal: Journal, data_dir: Path) -> None:
    with JournalReader(data_dir) as reader:
        first = reader.read(0, 1)[0]

    assert first.kind == "journal.opened"
    assert kinds.decode(first.kind, first.payload or b"") == kinds.JournalOpened(
        journal=journal.id, reason="new"
    )


def test_two_files_have_different_ids(tmp_path: Path, clock: SetClock) -> None:
    with Journal.open(tmp_path / "a", clock) as one, Journal.open(tmp_path / "b", clock) as other:
        assert one.id != other.id


def test_positions_are_consecutive(journal: Journal, note: MakeDraft) -> None:
    first = journal.append([note(), note()])
    second = journal.append([note()])

    assert [entry.position for entry in first + second] == [2, 3, 4]
    assert journal.last_position == 4


def test_entries_of_one_append_share_the_time_of_the_clock(
    journal: Journal, note: MakeDraft, clock: SetClock
) -> None:
    clock.wall_ns = 42

    assert [entry.time_ns for entry in journal.append([note(), note()])] == [42, 42]


def test_what_is_returned_is_what_is_read(
    journal: Journal, note: MakeDraft, data_dir: Path
) -> None:
    appended = journal.append([note("a"), note("b", kind="gap", stream="µ/1")])

    with JournalReader(data_dir) as reader:
        assert reader.read(1, 10) == appended


def test_a_block_goes_along_with_its_entry(journal: Journal, block: SampleBlock) -> None:
    draft = Draft(kinds.SAMPLES, block.pen, "service", encode_block(block), block)

    assert journal.append([draft])[0].block is block


def test_reopening_goes_on_where_it_ended(data_dir: Path, clock: SetClock, note: MakeDraft) -> None:
    with Journal.open(data_dir, clock) as journal:
        journal.append([note()])
        identity = journal.id
    with Journal.open(data_dir, clock) as journal:
        entry = journal.append([note()])[0]

    assert (journal.id, entry.position) == (identity, 3)
    assert verify(data_dir).good


def test_cursors_alone_are_a_commit(journal: Journal, data_dir: Path) -> None:
    assert journal.append([], {"mqtt": Cursor(7, 5)}) == []

    with JournalReader(data_dir) as reader:
        assert reader.cursors() == {"mqtt": Cursor(7, 5)}


def test_a_cursor_is_replaced(journal: Journal, data_dir: Path) -> None:
    journal.append([], {"mqtt": Cursor(7, 5), "influx": Cursor(1, 1)})
    journal.append([], {"mqtt": Cursor(9, 6)})

    with JournalReader(data_dir) as reader:
        assert reader.cursors() == {"mqtt": Cursor(9, 6), "influx": Cursor(1, 1)}


def test_what_was_refused_is_kept_with_the_receivers_words(
    journal: Journal, data_dir: Path, clock: SetClock
) -> None:
    journal.append([], quarantined=[Quarantined("influx", 3, b"pen_telemetry x=1", "bad field")])
    journal.append([], quarantined=[Quarantined("mqtt", 4, b"{}", "too large")])

    with JournalReader(data_dir) as reader:
        kept = Quarantined(
            "influx", 3, b"pen_telemetry x=1", "bad field", number=1, time_ns=clock.wall_ns
        )
        assert reader.quarantine("influx") == [kept]
        assert reader.quarantine_held() == {"influx": Held(1, 17), "mqtt": Held(1, 2)}


def test_nothing_to_append_writes_nothing(journal: Journal, data_dir: Path) -> None:
    before = wal_path(data_dir / JOURNAL_FILE).read_bytes()

    assert journal.append([]) == []
    assert wal_path(data_dir / JOURNAL_FILE).read_bytes() == before


def test_a_draft_that_cannot_be_journaled_leaves_the_journal_usable(
    journal: Journal, note: MakeDraft
) -> None:
    with pytest.raises(JournalError):
        journal.append([note(), note(stream="x" * 70_000)])

    assert journal.append([note()])[0].position == 2


def test_directory_and_files_are_their_owners_alone(journal: Journal, data_dir: Path) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in data_dir.iterdir()}

    assert data_dir.stat().st_mode & 0o777 == 0o700
    assert set(modes.values()) == {0o600}
    assert {"journal.db", "journal.db-wal", "needlelog.lock"} <= set(modes)


def test_the_write_ahead_log_stays_bounded(journal: Journal, data_dir: Path) -> None:
    draft = Draft("samples", "NP-1", "service", bytes(100_000))
    for _ in range(3 * WAL_BYTES // 100_000):
        journal.append([draft])

    assert wal_path(data_dir / JOURNAL_FILE).stat().st_size < 1.2 * WAL_BYTES


def test_a_closed_journal_takes_no_more(journal: Journal, note: MakeDraft) -> None:
    journal.close()

    with pytest.raises(JournalError, match="it was closed"):
        journal.append([note()])


def test_a_clean_close_leaves_one_file_to_copy(data_dir: Path, clock: SetClock) -> None:
    Journal.open(data_dir, clock).close()

    names = sorted(path.name for path in data_dir.iterdir())
    assert names == ["journal.db", "journal.head", "needlelog.lock"]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("auto_vacuum", 2),
        ("secure_delete", 1),
        ("page_size", PAGE_BYTES),
        ("application_id", APPLICATION_ID),
    ],
)
def test_the_file_is_made_to_last(journal: Journal, setting: str, value: object) -> None:
    assert journal._connection.pragma(setting) == value


def test_a_file_with_entries_and_no_id_is_set_aside(data_dir: Path, clock: SetClock) -> None:
    Journal.open(data_dir, clock).close()
    connection = apsw.Connection(str(data_dir / JOURNAL_FILE))
    connection.execute("DELETE FROM journal")
    connection.close()

    with Journal.open(data_dir, clock) as journal:
        assert journal.last_position == POSITIONS_APART + 1


def test_a_data_directory_that_cannot_be_one_is_named(tmp_path: Path, clock: SetClock) -> None:
    place = tmp_path / "a file"
    place.touch()

    with pytest.raises(ConfigError, match="a file: this cannot be the data directory"):
        Journal.open(place, clock)


def test_rewriting_a_left_over_log_changes_no_byte(journal: Journal, data_dir: Path) -> None:
    log = wal_path(data_dir / JOURNAL_FILE)
    before = log.read_bytes()
    rewrite_wal(data_dir / JOURNAL_FILE)

    assert before
    assert log.read_bytes() == before
