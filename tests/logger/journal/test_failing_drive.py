"""When the drive fails: no false acknowledgement, and a stop until reopened."""

from collections.abc import Callable
from pathlib import Path

import pytest

from logger.errors import JournalError
from logger.journal.entry import Draft
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
