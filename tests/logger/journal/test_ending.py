"""The end of a journal that was not closed is checked before it goes on."""

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from logger.journal.ending import CHECKED_AT_MOST, ending_problem
from logger.journal.entry import Draft
from logger.journal.files import JOURNAL_FILE
from logger.journal.writer import Journal
from tests.logger.journal.conftest import SetClock

ENTRIES = 40


@pytest.fixture
def standing(data_dir: Path, clock: SetClock, note: Callable[..., Draft]) -> apsw.Connection:
    """A closed journal of 41 entries, open to be tampered with."""
    with Journal.open(data_dir, clock) as journal:
        journal.append([note(str(number)) for number in range(ENTRIES)])
    return apsw.Connection(str(data_dir / JOURNAL_FILE))


def _problem(connection: apsw.Connection) -> str:
    problem = ending_problem(connection, connection.execute("SELECT id FROM journal").get)
    connection.close()
    return problem


def test_a_whole_ending_has_no_problem(standing: apsw.Connection) -> None:
    assert _problem(standing) == ""


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE entry SET payload = x'00' WHERE position = 7", "entry 7: its payload"),
        ("UPDATE entry SET time_ns = 1 WHERE position = 7", "entry 7: it does not follow"),
        ("UPDATE entry SET actor = 'me' WHERE position = 1", "entry 1: it does not follow"),
        ("DELETE FROM entry WHERE position = 7", "entry 8: the one before it is missing"),
    ],
)
def test_a_change_is_named(standing: apsw.Connection, change: str, problem: str) -> None:
    standing.execute(change)
    assert _problem(standing).startswith(problem)


def test_a_payload_that_was_pruned_is_no_problem(standing: apsw.Connection) -> None:
    standing.execute("UPDATE entry SET payload = NULL WHERE position = 7")
    assert _problem(standing) == ""


def test_it_looks_at_the_last_entries_only(
    data_dir: Path, clock: SetClock, note: Callable[..., Draft]
) -> None:
    with Journal.open(data_dir, clock) as journal:
        journal.append([note() for _ in range(CHECKED_AT_MOST + 10)])
    connection = apsw.Connection(str(data_dir / JOURNAL_FILE))
    connection.execute("UPDATE entry SET payload = x'00' WHERE position = 5")
    assert _problem(connection) == ""


def test_a_row_of_other_types_is_named() -> None:
    connection = apsw.Connection(":memory:")
    columns = "position, time_ns, kind, stream, actor, payload, payload_hash, chain_hash"
    connection.execute(f"CREATE TABLE entry ({columns})")
    connection.execute("INSERT INTO entry VALUES (3, 1, x'00', '', '', x'00', x'00', x'00')")
    assert ending_problem(connection, "0" * 32) == "row 3 is no entry"
