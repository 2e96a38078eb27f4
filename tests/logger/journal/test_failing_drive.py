"""When the drive fails: no false acknowledgement, and a stop until reopened."""

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from logger.errors import JournalError, JournalFull, JournalUnavailable
from logger.journal.entry import Draft, Entry
from logger.journal.files import JOURNAL_FILE, wal_path
from logger.journal.reader import JournalReader
from logger.journal.verify import verify
from logger.journal.writer import Journal
from tests.logger.journal.conftest import SetClock
from tests.support.failing_vfs import Trouble, broken_drive, failing_files, out_of_space

Strike = Callable[[str, str], None]
_NEVER = 10**9


def _append_until_it_fails(
    journal: Journal, note: Callable[..., Draft], trouble: Trouble, nth: int
) -> int:
    """Let the nth write or sync from now on fail; return the last acknowledged position."""
    trouble.at = trouble.calls + nth
    acknowledged = journal.last_position
    with pytest.raises(JournalError, match="cannot be written"):
        for _ in range(100):
            acknowledged = journal.append([note(), note()])[-1].position
    return acknowledged


@pytest.mark.parametrize("strike", [out_of_space, broken_drive])
@pytest.mark.parametrize("nth", range(1, 13))
def test_what_was_acknowledged_is_there_after_reopening(
    data_dir: Path, clock: SetClock, note: Callable[..., Draft], strike: Strike, nth: int
) -> None:
    trouble = Trouble(_NEVER, strike)
    with failing_files(trouble), Journal.open(data_dir, clock) as journal:
        acknowledged = _append_until_it_fails(journal, note, trouble, nth)

    with Journal.open(data_dir, clock) as journal:
        assert acknowledged <= journal.last_position <= acknowledged + 2
        assert journal.append([note()])[0].position == journal.last_position
    assert verify(data_dir).good


def test_after_a_failure_nothing_more_is_appended(
    data_dir: Path, clock: SetClock, note: Callable[..., Draft]
) -> None:
    trouble = Trouble(_NEVER, broken_drive)
    with failing_files(trouble), Journal.open(data_dir, clock) as journal:
        _append_until_it_fails(journal, note, trouble, 1)

        with pytest.raises(JournalError, match="takes no more"):
            journal.append([note()])


def test_a_failure_that_lasts_loses_nothing_acknowledged(
    data_dir: Path, clock: SetClock, note: Callable[..., Draft]
) -> None:
    trouble = Trouble(_NEVER, broken_drive, lasting=True)
    with failing_files(trouble), Journal.open(data_dir, clock) as journal:
        acknowledged = _append_until_it_fails(journal, note, trouble, 9)

    with JournalReader(data_dir) as reader:
        assert reader.last_position() >= acknowledged


def test_a_failed_checkpoint_acknowledges_what_is_committed_and_stops_then(
    data_dir: Path, clock: SetClock
) -> None:
    payload = b'{"session":"' + b"x" * 1_000_000 + b'"}'
    draft = Draft("session.paused", "NP-1", "uid:1000", payload)
    trouble = Trouble(_NEVER, _only_the_file_itself, lasting=True)
    acknowledged = 0

    with failing_files(trouble), Journal.open(data_dir, clock) as journal:
        trouble.at = 0
        with pytest.raises(JournalError, match="folded into the file"):
            while True:
                acknowledged = journal.append([draft])[-1].position
        assert acknowledged == journal.last_position
    assert verify(data_dir).head_position == acknowledged


def _only_the_file_itself(call: str, file: str) -> None:
    if file == "journal.db":
        broken_drive(call, file)


def test_opening_on_a_failing_drive_gives_the_lock_back(data_dir: Path, clock: SetClock) -> None:
    with failing_files(Trouble(1, broken_drive)), pytest.raises(JournalError, match="be opened"):
        Journal.open(data_dir, clock)

    with Journal.open(data_dir, clock) as journal:
        assert journal.last_position == 1


def test_want_of_room_is_an_error_of_its_own(
    data_dir: Path, clock: SetClock, note: Callable[..., Draft]
) -> None:
    trouble = Trouble(_NEVER, out_of_space)
    with failing_files(trouble), Journal.open(data_dir, clock) as journal:
        trouble.at = trouble.calls + 1
        with pytest.raises(JournalFull):
            journal.append([note()])
        with pytest.raises(JournalFull, match="takes no more"):
            journal.append([note()])


@pytest.mark.parametrize("nth", range(1, 9))
def test_opened_anew_it_says_whether_the_failed_commit_is_there(
    data_dir: Path, clock: SetClock, note: Callable[..., Draft], nth: int
) -> None:
    trouble = Trouble(_NEVER, out_of_space)
    with failing_files(trouble), Journal.open(data_dir, clock) as journal:
        trouble.at = trouble.calls + nth
        asked, told = list[Draft](), list[Entry]()
        while trouble.calls < trouble.at:
            asked.append(note(str(len(asked))))
            try:
                told += journal.append(asked[-1:])
            except JournalFull:
                told += journal.reopen() or journal.append(asked[-1:])
        told += journal.append([note("last")])
    with JournalReader(data_dir) as reader:
        assert reader.read(1, 100) == told
    assert len(told) == len(asked) + 1
    assert verify(data_dir).good


def test_a_commit_that_is_there_after_all_is_not_made_again(
    data_dir: Path, clock: SetClock, note: Callable[..., Draft]
) -> None:
    """A sync that fails for want of room leaves a whole commit in the log."""
    trouble = Trouble(_NEVER, _full_at_sync)
    with failing_files(trouble), Journal.open(data_dir, clock) as journal:
        trouble.at, trouble.lasting = 0, True
        with pytest.raises(JournalFull):
            journal.append([note("doubtful")])
        trouble.at, trouble.lasting = _NEVER, False
        (entry,) = journal.reopen()
        assert journal.append([note()])[0].position == entry.position + 1
    assert verify(data_dir).good


def test_a_locked_file_is_no_failure_for_good(
    journal: Journal, data_dir: Path, note: Callable[..., Draft]
) -> None:
    other = apsw.Connection(str(data_dir / JOURNAL_FILE))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalUnavailable):
        journal.append([note()])
    other.execute("ROLLBACK")
    other.close()
    assert journal.reopen() == []
    assert journal.append([note()])[0].position == 2


def test_after_a_failed_sync_the_log_is_not_folded_on_closing(
    data_dir: Path, clock: SetClock, note: Callable[..., Draft]
) -> None:
    trouble = Trouble(_NEVER, broken_drive)
    with failing_files(trouble), Journal.open(data_dir, clock) as journal:
        acknowledged = _append_until_it_fails(journal, note, trouble, 2)
        calls = trouble.calls
    assert trouble.calls == calls
    assert wal_path(data_dir / JOURNAL_FILE).exists()
    with Journal.open(data_dir, clock) as journal:
        assert journal.last_position >= acknowledged


def _full_at_sync(call: str, file: str) -> None:
    if call == "sync":
        out_of_space(call, file)
