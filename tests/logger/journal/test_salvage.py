"""What stands in whole pages of a damaged file is found, and nothing else is believed."""

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from logger.journal.cursor import Cursor
from logger.journal.entry import Draft, Entry
from logger.journal.files import JOURNAL_FILE, wal_path
from logger.journal.judging import Known
from logger.journal.quarantine import Quarantined
from logger.journal.reader import JournalReader
from logger.journal.salvage import salvage
from logger.journal.writer import Journal
from tests.logger.journal.conftest import SetClock


@pytest.fixture
def written(data_dir: Path, clock: SetClock, note: Callable[..., Draft]) -> list[Entry]:
    """Make a journal with small entries, and some on overflow pages."""
    refused = [Quarantined("influx", 3, b"point", "no")]
    with Journal.open(data_dir, clock) as journal:
        for number in range(40):
            text = "y" * (9000 if number % 10 == 0 else 200)
            journal.append([note(text)], {"mqtt": Cursor(number, 0)}, refused if not number else ())
    with JournalReader(data_dir) as reader:
        return list(reader.entries())


def _found(data_dir: Path, known: Known | None = None) -> list[Entry]:
    with JournalReader(data_dir) as reader:
        journal = reader.id
    with salvage(data_dir / JOURNAL_FILE) as found:
        return list(found.entries(known or Known(journal)))


def _change(data_dir: Path, sql: str) -> None:
    connection = apsw.Connection(str(data_dir / JOURNAL_FILE))
    connection.execute(sql)
    connection.close()


def test_a_whole_file_is_found_whole(data_dir: Path, written: list[Entry]) -> None:
    assert _found(data_dir) == written


def test_cursors_quarantine_and_id_are_found(data_dir: Path, written: list[Entry]) -> None:
    with salvage(data_dir / JOURNAL_FILE) as found, JournalReader(data_dir) as reader:
        assert found.journal == reader.id
        assert found.cursors == reader.cursors()
        assert list(found.quarantined.values()) == reader.quarantine()


def test_entries_are_found_though_the_header_is_gone(data_dir: Path, written: list[Entry]) -> None:
    with (data_dir / JOURNAL_FILE).open("r+b") as file:
        file.write(bytes(100))
    with salvage(data_dir / JOURNAL_FILE) as found:
        assert list(found.entries(Known())) == written


def test_an_altered_entry_is_left_out_and_its_neighbours_stay(
    data_dir: Path, written: list[Entry]
) -> None:
    _change(data_dir, "UPDATE entry SET actor = 'uid:0' WHERE position = 20")
    assert [one.position for one in _found(data_dir)] == [
        one.position for one in written if one.position != 20
    ]


def test_an_altered_payload_is_left_out_and_its_entry_stays(
    data_dir: Path, written: list[Entry]
) -> None:
    _change(data_dir, "UPDATE entry SET payload = x'00' WHERE position = 20")
    found = _found(data_dir)
    assert [one.position for one in found if one.payload is None] == [20]
    assert len(found) == len(written)


def test_a_pruned_payload_is_no_damage(data_dir: Path, written: list[Entry]) -> None:
    _change(data_dir, "UPDATE entry SET payload = NULL WHERE position = 20")
    assert len(_found(data_dir)) == len(written)


def test_entries_behind_a_bad_frame_are_tied_to_the_last_commit_known(
    data_dir: Path, clock: SetClock, note: Callable[..., Draft], tmp_path: Path
) -> None:
    with Journal.open(data_dir, clock) as journal:
        for _ in range(12):
            last = journal.append([note("z" * 1500)])[-1]
        image = (data_dir / JOURNAL_FILE).read_bytes()
        log = bytearray(wal_path(data_dir / JOURNAL_FILE).read_bytes())
        journal_id = journal.id
    log[-6 * 2072] ^= 1
    copy = tmp_path / "copy.db"
    copy.write_bytes(image)
    wal_path(copy).write_bytes(log)

    with salvage(copy) as found:
        untied = [one.position for one in found.entries(Known(journal_id))]
    with salvage(copy) as found:
        head = (last.position, last.chain_hash)
        tied = [one.position for one in found.entries(Known(journal_id, head))]
    assert last.position in tied
    assert len(tied) >= len(untied)


def test_garbage_yields_nothing(tmp_path: Path) -> None:
    (tmp_path / "garbage.db").write_bytes(bytes(range(256)) * 400)
    with salvage(tmp_path / "garbage.db") as found:
        assert list(found.entries(Known())) == []
