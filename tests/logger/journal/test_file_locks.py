"""A program that looks into a database and leaves takes nothing away from who has it open.

The program uses Python's own SQLite, which may be older than the service's: one of 3.40, the
last to close a file, folds its log away and removes it, as far as locks let it.
"""

import subprocess
import sys
from pathlib import Path

from logger.journal.entry import Draft
from logger.journal.files import JOURNAL_FILE
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.recorder.clock import HostClock
from logger.session.index import STORE_FILE
from logger.session.store import load_sessions, open_sessions

_LOOK = """
import sys, sqlite3
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT * FROM sqlite_master").fetchall()
connection.close()
"""


def _another_program_looks_into(path: Path) -> None:
    subprocess.run([sys.executable, "-c", _LOOK, str(path)], check=True)


def test_a_journal_that_was_opened_beside_a_reader_keeps_what_comes(tmp_path: Path) -> None:
    Journal.open(tmp_path, HostClock()).close()
    with JournalReader(tmp_path) as reader, Journal.open(tmp_path, HostClock()) as journal:
        reader.read(0, 1)
        journal.append([Draft("first", "", "me", b"1")])
        _another_program_looks_into(tmp_path / JOURNAL_FILE)
        journal.append([Draft("second", "", "me", b"2")])
        with JournalReader(tmp_path) as another:
            assert [one.kind for one in another.entries(1)] == ["first", "second"]


def test_a_journal_opened_twice_in_turn_beside_a_reader_keeps_its_log(tmp_path: Path) -> None:
    Journal.open(tmp_path, HostClock()).close()
    with JournalReader(tmp_path) as reader:
        Journal.open(tmp_path, HostClock()).close()
        with Journal.open(tmp_path, HostClock()) as journal:
            journal.append([Draft("first", "", "me", b"1")])
            _another_program_looks_into(tmp_path / JOURNAL_FILE)
            assert (tmp_path / f"{JOURNAL_FILE}-wal").exists()
        assert [one.kind for one in reader.entries(1)] == ["first"]


def test_a_session_store_opened_beside_a_reader_keeps_its_log(tmp_path: Path) -> None:
    with Journal.open(tmp_path, HostClock()) as journal:
        open_sessions(tmp_path, journal.append)[0].close()
        with load_sessions(tmp_path):
            store, projection = open_sessions(tmp_path, journal.append)
            _another_program_looks_into(tmp_path / STORE_FILE)
            assert (tmp_path / f"{STORE_FILE}-wal").exists()
            store.save(projection)
            store.close()
