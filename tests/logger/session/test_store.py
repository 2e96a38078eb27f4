"""The store is disposable: with it, without it and after its loss, sessions are the same."""

from contextlib import closing
from pathlib import Path

import apsw
import pytest

from logger.errors import ConfigError
from logger.journal.kinds import SegmentStarted, SessionAmended, SessionNote
from logger.journal.reader import JournalReader
from logger.session.index import STORE_FILE
from logger.session.model import Session
from logger.session.projection import Projection
from logger.session.refreshing import reading, refresh
from logger.session.store import load_sessions, open_sessions
from tests.support.recorded import Recorded
from tests.support.stories import PEN, SESSION, Story, sample_block

_CHANGED = SegmentStarted(session="20261122-open", side="right", zone="lateral-ankle")


def _story() -> Story:
    """Return a stopped session, and one that is open in its second segment."""
    story = Story(encoded=True)
    story.identified()
    story.started(needles=11)
    story.samples(sample_block(30, rate_dhz=range(1000, 1030)))
    story.stopped()
    story.started("20261122-open")
    story.samples(sample_block(30, first=30))
    story.append(_CHANGED)
    story.samples(sample_block(30, first=60))
    return story


def _all(data_dir: Path) -> list[Session | None]:
    with load_sessions(data_dir) as sessions:
        return [sessions.session(line.id) for line in sessions.rows(100)]


def _from_scratch(data_dir: Path) -> list[Session]:
    projection = Projection()
    with JournalReader(data_dir) as reader:
        for entry in reader.entries():
            projection.apply(entry)
        refresh(projection, reading(reader))
    return projection.sessions()[::-1]


def _save(data_dir: Path) -> None:
    store, _ = open_sessions(data_dir)
    store.close()


def test_sessions_are_read_from_the_journal_alone(recorded: Recorded) -> None:
    recorded.tell(_story())
    assert _all(recorded.data_dir) == _from_scratch(recorded.data_dir)
    assert not (recorded.data_dir / STORE_FILE).exists()


def test_sessions_are_the_same_through_the_store(recorded: Recorded) -> None:
    recorded.tell(_story())
    _save(recorded.data_dir)
    assert _all(recorded.data_dir) == _from_scratch(recorded.data_dir)


@pytest.mark.parametrize("saved_at", range(9))
def test_what_came_after_the_last_save_is_there_too(recorded: Recorded, saved_at: int) -> None:
    story = _story()
    recorded.append(story.entries[:saved_at])
    _save(recorded.data_dir)
    recorded.append(story.entries[saved_at:])
    assert _all(recorded.data_dir) == _from_scratch(recorded.data_dir)


def test_a_lost_store_is_made_again_and_says_the_same(recorded: Recorded) -> None:
    recorded.tell(_story())
    _save(recorded.data_dir)
    before = _all(recorded.data_dir)
    for path in recorded.data_dir.glob(f"{STORE_FILE}*"):
        path.unlink()
    _save(recorded.data_dir)
    assert (recorded.data_dir / STORE_FILE).exists()
    assert _all(recorded.data_dir) == before


@pytest.mark.parametrize("garbage", [b"", b"no database at all" * 500])
def test_a_damaged_store_is_made_again(recorded: Recorded, garbage: bytes) -> None:
    recorded.tell(_story())
    (recorded.data_dir / STORE_FILE).write_bytes(garbage)
    assert _all(recorded.data_dir) == _from_scratch(recorded.data_dir)
    _save(recorded.data_dir)
    assert _all(recorded.data_dir) == _from_scratch(recorded.data_dir)


@pytest.mark.parametrize(
    "change",
    [
        "PRAGMA user_version = 999",
        "UPDATE covered SET journal = 'another'",
        "UPDATE covered SET position = 999",
        "UPDATE covered SET state = x'00'",
        "DELETE FROM covered",
    ],
)
def test_a_store_of_something_else_is_made_again(recorded: Recorded, change: str) -> None:
    recorded.tell(_story())
    _save(recorded.data_dir)
    connection = apsw.Connection(str(recorded.data_dir / STORE_FILE))
    connection.execute(change)
    connection.execute("UPDATE summary SET client = 'stale'")
    connection.close()
    with load_sessions(recorded.data_dir) as sessions:
        assert {line.client for line in sessions.rows(10)} == {"C-17"}
    _save(recorded.data_dir)
    assert _all(recorded.data_dir) == _from_scratch(recorded.data_dir)


def test_a_late_note_reaches_a_session_that_lies_in_the_store(recorded: Recorded) -> None:
    recorded.tell(_story())
    _save(recorded.data_dir)
    story = Story()
    story.append(SessionNote(session=SESSION, text="late", nonce="0"))
    recorded.tell(story)
    _save(recorded.data_dir)
    with load_sessions(recorded.data_dir) as sessions:
        found = sessions.session(SESSION)
    assert found is not None
    assert [note.text for note in found.notes] == ["late"]
    assert _all(recorded.data_dir) == _from_scratch(recorded.data_dir)


def test_saved_sessions_leave_the_memory_and_are_still_found(recorded: Recorded) -> None:
    recorded.tell(_story())
    store, projection = open_sessions(recorded.data_dir)
    assert projection.stopped == {}
    assert [one.id for one in projection.sessions()] == ["20261122-open"]
    found = projection.session(SESSION)
    assert found is not None
    assert found.state == "stopped"
    store.close()


def test_the_list_is_newest_first_and_no_longer_than_asked(recorded: Recorded) -> None:
    recorded.tell(_story())
    with load_sessions(recorded.data_dir) as sessions:
        assert [line.id for line in sessions.rows(1)] == ["20261122-open"]
        assert [line.id for line in sessions.rows(5)] == ["20261122-open", SESSION]


def test_a_line_is_the_same_from_the_store_and_from_the_session(recorded: Recorded) -> None:
    recorded.tell(_story())
    with load_sessions(recorded.data_dir) as sessions:
        without = sessions.rows(10)
    _save(recorded.data_dir)
    with load_sessions(recorded.data_dir) as sessions:
        assert sessions.rows(10) == without


def test_a_directory_without_a_journal_is_named(recorded: Recorded) -> None:
    with pytest.raises(ConfigError, match="no journal"):
        load_sessions(recorded.data_dir)


def test_a_recorder_that_saves_meanwhile_makes_no_note_appear_twice(recorded: Recorded) -> None:
    recorded.tell(_story())
    _save(recorded.data_dir)
    reading, behind = open_sessions(recorded.data_dir)
    story = Story()
    story.append(SessionNote(session=SESSION, text="late", nonce="0"))
    (note,) = recorded.tell(story)
    _save(recorded.data_dir)
    behind.apply(note)
    found = behind.session(SESSION)
    assert found is not None
    assert len(found.notes) == 1
    reading.close()


def test_the_store_is_readable_by_its_owner_alone(recorded: Recorded) -> None:
    recorded.tell(_story())
    _save(recorded.data_dir)
    assert (recorded.data_dir / STORE_FILE).stat().st_mode & 0o077 == 0


def test_amended_sessions_are_the_same_with_the_store_and_from_scratch(
    recorded: Recorded,
) -> None:
    story = _story()
    recorded.tell(story)
    _save(recorded.data_dir)
    with load_sessions(recorded.data_dir) as sessions:
        before = sessions.session(SESSION)
    assert before is not None
    changed = SessionAmended(
        session=SESSION,
        what="segment.1.zone",
        former=before.segments[0].zone,
        now="medial-ankle",
        reason="typing error",
        nonce="0",
    )
    later = Story()
    later.append(changed)
    recorded.tell(later)
    amended = _all(recorded.data_dir)
    _save(recorded.data_dir)
    assert _all(recorded.data_dir) == amended == _from_scratch(recorded.data_dir)
    with load_sessions(recorded.data_dir) as sessions:
        after = sessions.session(SESSION)
    assert after is not None
    assert after.segments[0].zone == "medial-ankle"
    assert after.segments_as_recorded == before.segments


def test_who_holds_positions_is_found_in_the_store_and_beyond_it(recorded: Recorded) -> None:
    recorded.tell(_story())
    with load_sessions(recorded.data_dir) as sessions:
        before = sessions.session(SESSION)
        assert before is not None
        without = [one.id for one in sessions.holding(PEN, 1, before.ended_position or 0)]
    _save(recorded.data_dir)
    with load_sessions(recorded.data_dir) as sessions:
        held = [one.id for one in sessions.holding(PEN, 1, before.ended_position or 0)]
        assert held == without
        assert SESSION in held
        assert sessions.holding("another pen", 1, 1000) == []


@pytest.fixture
def log_out_of_reach(recorded: Recorded) -> Path:
    """A store with all sessions whose write-ahead log can no more be made."""
    recorded.tell(_story())
    _save(recorded.data_dir)
    log = recorded.data_dir / f"{STORE_FILE}-wal"
    assert not log.exists()
    log.mkdir()
    return log


def test_a_store_that_cannot_be_written_keeps_nobody_from_recording(
    recorded: Recorded, log_out_of_reach: Path
) -> None:
    store, projection = open_sessions(recorded.data_dir)
    store.save(projection)
    assert store.find(SESSION) == _from_scratch(recorded.data_dir)[-1]
    store.close()


def test_a_store_that_could_not_be_written_is_written_by_the_next_start(
    recorded: Recorded, log_out_of_reach: Path
) -> None:
    _save(recorded.data_dir)
    log_out_of_reach.rmdir()
    later = Story(encoded=True)
    later.append(SessionNote(session=SESSION, text="later", nonce="00"))
    recorded.tell(later)
    _save(recorded.data_dir)
    assert (recorded.data_dir / STORE_FILE).stat().st_size > 0
    assert _all(recorded.data_dir) == _from_scratch(recorded.data_dir)


def test_a_store_that_cannot_be_saved_at_the_start_is_saved_later(recorded: Recorded) -> None:
    before = Story(encoded=True)
    before.identified()
    recorded.tell(before)
    _save(recorded.data_dir)
    recorded.tell(_story())
    with closing(apsw.Connection(str(recorded.data_dir / STORE_FILE))) as another:
        another.execute("BEGIN IMMEDIATE")
        store, projection = open_sessions(recorded.data_dir)
    assert store.find(SESSION) is None
    store.save(projection)
    assert store.find(SESSION) == _from_scratch(recorded.data_dir)[-1]
    store.close()
