"""A reader that holds a transaction, even one that is frozen in it, delays no commit."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from logger.journal.connection import WAL_BYTES
from logger.journal.entry import Draft
from logger.journal.files import JOURNAL_FILE, wal_path
from logger.journal.verify import verify
from logger.journal.writer import Journal

_PIECE_BYTES = 100_000
_DRAFT = Draft("session.paused", "NP-1", "service", b'{"session":"%s"}' % (b"x" * _PIECE_BYTES))
_APPENDS = 3 * WAL_BYTES // _PIECE_BYTES

_HOLD_TRANSACTION = """
import sys
import apsw
journal = apsw.Connection(sys.argv[1], flags=apsw.SQLITE_OPEN_READONLY)
with journal:
    journal.execute("SELECT count(*) FROM entry").fetchall()
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def _reading(data_dir: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Yield a process that reads the journal in one transaction until the context ends."""
    command = [sys.executable, "-c", _HOLD_TRANSACTION, str(data_dir / JOURNAL_FILE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"held\n"
        try:
            yield reader
        finally:
            reader.send_signal(signal.SIGCONT)
            reader.communicate()


def _log_bytes(data_dir: Path) -> int:
    return wal_path(data_dir / JOURNAL_FILE).stat().st_size


def test_commits_go_on_and_the_log_is_folded_afterwards(journal: Journal, data_dir: Path) -> None:
    with _reading(data_dir):
        for _ in range(_APPENDS):
            journal.append([_DRAFT])
        assert _log_bytes(data_dir) > 2 * WAL_BYTES
    for _ in range(_APPENDS):
        journal.append([_DRAFT])

    assert _log_bytes(data_dir) < 1.5 * WAL_BYTES
    assert journal.last_position == 1 + 2 * _APPENDS
    assert verify(data_dir).good


def test_a_frozen_reader_delays_no_commit(journal: Journal, data_dir: Path) -> None:
    with _reading(data_dir) as reader:
        reader.send_signal(signal.SIGSTOP)
        for _ in range(_APPENDS):
            journal.append([_DRAFT])

        assert journal.last_position == 1 + _APPENDS
