"""Whatever is changed in an entry is found, at the right position."""

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from drivers.model import SampleBlock
from logger.errors import ConfigError
from logger.journal.blocks import encode_block
from logger.journal.cursor import Cursor
from logger.journal.entry import Draft
from logger.journal.files import JOURNAL_FILE
from logger.journal.verify import verify
from logger.journal.writer import Journal
from tests.logger.journal.conftest import SetClock
from tests.support.command_line import call


@pytest.fixture
def head(data_dir: Path, clock: SetClock, note: Callable[..., Draft], block: SampleBlock) -> str:
    """Make a journal of seven entries; return its head's hash."""
    samples = Draft("samples", block.pen, "service", encode_block(block), block)
    with Journal.open(data_dir, clock) as journal:
        journal.append([note("a"), samples, note("b")])
        return journal.append([samples] * 3, {"mqtt": Cursor(7, 7)})[-1].chain_hash.hex()


def _change(data_dir: Path, sql: str) -> None:
    connection = apsw.Connection(str(data_dir / JOURNAL_FILE))
    connection.execute(sql)
    connection.close()


def test_a_whole_journal_is_good(data_dir: Path, head: str) -> None:
    result = verify(data_dir)

    assert result.good
    assert (result.entries, result.pruned, result.unknown_kinds) == (7, 0, 0)
    assert (result.head_position, result.head_hash) == (7, head)


def test_it_can_be_checked_while_it_is_written(
    journal: Journal, data_dir: Path, note: Callable[..., Draft]
) -> None:
    journal.append([note()])

    assert verify(data_dir).entries == 2


@pytest.mark.parametrize("position", [1, 3, 4, 7])
@pytest.mark.parametrize(
    "change",
    [
        "time_ns = time_ns + 1",
        "kind = kind || 'x'",
        "stream = stream || 'x'",
        "stream = CAST(x'ff' AS TEXT)",
        "actor = 'uid:0'",
        "payload = CAST(payload || x'20' AS BLOB)",
        "payload = x''",
        "payload_hash = randomblob(32)",
        "chain_hash = randomblob(32)",
        "payload = NULL, payload_hash = randomblob(32)",
    ],
)
def test_a_changed_field_is_found_at_its_position(
    data_dir: Path, head: str, position: int, change: str
) -> None:
    _change(data_dir, f"UPDATE entry SET {change} WHERE position = {position}")

    assert verify(data_dir).bad_position == position


def test_a_removed_entry_is_found_missing(data_dir: Path, head: str) -> None:
    _change(data_dir, "DELETE FROM entry WHERE position = 4")

    result = verify(data_dir)
    assert result.bad_position == 4
    assert "missing" in result.problem


def test_exchanged_entries_are_found(data_dir: Path, head: str) -> None:
    _change(
        data_dir,
        "UPDATE entry SET position = -1 WHERE position = 5;"
        "UPDATE entry SET position = 5 WHERE position = 6;"
        "UPDATE entry SET position = 6 WHERE position = -1",
    )

    assert verify(data_dir).bad_position == 5


def test_an_entry_before_the_first_is_found(data_dir: Path, head: str) -> None:
    _change(data_dir, "UPDATE entry SET position = 0 WHERE position = 1")

    assert verify(data_dir).bad_position == 1


def test_an_entry_slipped_in_before_the_first_is_found(data_dir: Path, head: str) -> None:
    _change(
        data_dir,
        "INSERT INTO entry SELECT -3, time_ns, kind, stream, actor, payload_hash, chain_hash,"
        " payload FROM entry WHERE position = 4",
    )

    result = verify(data_dir)
    assert result.bad_position == 1
    assert "-3" in result.problem


def test_another_id_breaks_the_first_entry(data_dir: Path, head: str) -> None:
    _change(data_dir, "UPDATE journal SET id = '00112233445566778899aabbccddeeff'")

    assert verify(data_dir).bad_position == 1


def test_entries_cut_off_that_a_sink_had_accepted_are_missed(data_dir: Path, head: str) -> None:
    _change(data_dir, "DELETE FROM entry WHERE position > 5")

    result = verify(data_dir)
    assert result.bad_position == 6
    assert "mqtt had accepted up to 7" in result.problem


def test_an_entry_hidden_from_the_index_is_found(data_dir: Path, head: str) -> None:
    _change(
        data_dir,
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_schema SET sql = replace(sql, '<> ''samples''', '= ''none''')"
        " WHERE name = 'entry_beside_samples'",
    )
    _change(data_dir, "REINDEX")
    _change(
        data_dir,
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_schema SET sql = replace(sql, '= ''none''', '<> ''samples''')"
        " WHERE name = 'entry_beside_samples'",
    )

    assert "damaged" in verify(data_dir).problem


def test_a_pruned_payload_leaves_the_chain_good(data_dir: Path, head: str) -> None:
    _change(data_dir, "UPDATE entry SET payload = NULL WHERE kind = 'samples'")

    result = verify(data_dir)
    assert result.good
    assert (result.entries, result.pruned, result.head_hash) == (7, 4, head)


def test_kinds_of_a_later_version_are_counted_not_condemned(
    data_dir: Path, clock: SetClock
) -> None:
    with Journal.open(data_dir, clock) as journal:
        journal.append([Draft("pen.calibrated", "NP", "service", b"\x01")])

    result = verify(data_dir)
    assert result.good
    assert result.unknown_kinds == 1


@pytest.mark.parametrize("kind", ["samples", "gap"])
def test_a_payload_that_was_never_of_its_kind_is_found(
    data_dir: Path, clock: SetClock, kind: str
) -> None:
    with Journal.open(data_dir, clock) as journal:
        journal.append([Draft(kind, "NP", "service", b"\x01")])

    result = verify(data_dir)
    assert result.bad_position == 2
    assert kind in result.problem


def test_a_torn_page_is_told_not_raised(
    data_dir: Path, clock: SetClock, note: Callable[..., Draft]
) -> None:
    with Journal.open(data_dir, clock) as journal:
        for i in range(2000):
            journal.append([note(str(i) * 20)] * 10)
    path = data_dir / JOURNAL_FILE
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * 8192)

    result = verify(data_dir)
    assert not result.good
    assert result.bad_position is not None


def test_the_command_ends_with_0_for_a_good_journal(data_dir: Path, head: str) -> None:
    answer = call("verify", data_dir)

    assert answer.code == 0
    assert "7 entries are good" in answer.out


def test_the_command_ends_with_1_and_names_the_position(data_dir: Path, head: str) -> None:
    _change(data_dir, "UPDATE entry SET actor = 'uid:0' WHERE position = 4")
    answer = call("verify", data_dir)

    assert answer.code == 1
    assert "BAD at position 4" in answer.out


def test_the_command_tells_a_program_in_json(data_dir: Path, head: str) -> None:
    told = call("verify", "--json", data_dir).json()

    assert (told["good"], told["bad_position"], told["head_hash"]) == (True, None, head)


def test_without_a_journal_it_is_the_settings_that_are_wrong(data_dir: Path) -> None:
    with pytest.raises(ConfigError, match="no journal here"):
        verify(data_dir)


def test_without_a_place_the_command_takes_that_of_the_settings(data_dir: Path, head: str) -> None:
    told = call("--data-dir", data_dir, "verify", "--json").json()

    assert told["head_hash"] == head
