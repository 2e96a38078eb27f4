"""A glance says whether more is known, and would rather say yes than miss anything."""

from pathlib import Path

import pytest

from logger.errors import ConfigError
from logger.journal.glance import has_any_after
from logger.journal.kinds import SESSION_KINDS
from logger.journal.reader import JournalReader
from logger.journal.session_kinds import SESSION_PREFIXES
from tests.support.recorded import Recorded
from tests.support.stories import Story, sample_block


def _told(data_dir: Path) -> str:
    """Tell a story whose last session entry is at position 4; returns the journal's id."""
    story = Story(encoded=True)
    story.identified()
    story.started()
    story.stopped()
    story.samples(sample_block(3))
    story.identified()
    Recorded(data_dir).tell(story)
    with JournalReader(data_dir) as reader:
        return reader.id


@pytest.mark.parametrize(("position", "more"), [(0, True), (3, True), (4, False), (6, False)])
def test_only_entries_of_the_kinds_count(tmp_path: Path, position: int, more: bool) -> None:
    identity = _told(tmp_path)
    assert has_any_after(tmp_path, identity, position, SESSION_PREFIXES) is more


def test_another_journal_has_more_to_tell(tmp_path: Path) -> None:
    _told(tmp_path)
    assert has_any_after(tmp_path, "0" * 32, 6, SESSION_PREFIXES)


def test_a_journal_that_ends_earlier_has_more_to_tell(tmp_path: Path) -> None:
    identity = _told(tmp_path)
    assert has_any_after(tmp_path, identity, 7, SESSION_PREFIXES)


def test_without_a_journal_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no journal"):
        has_any_after(tmp_path, "0" * 32, 0, SESSION_PREFIXES)


def test_every_kind_that_changes_a_session_has_one_of_the_beginnings() -> None:
    assert SESSION_KINDS
    assert all(kind.startswith(SESSION_PREFIXES) for kind in SESSION_KINDS)
