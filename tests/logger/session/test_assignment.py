from pathlib import Path

from logger.journal.entry import Draft
from logger.journal.kinds import (
    SegmentStarted,
    SessionInterrupted,
    SessionLapsed,
    SessionPaused,
    SessionResumed,
    SessionStopped,
    encode,
    kind_of,
)
from logger.journal.reader import JournalReader
from logger.journal.writer import Journal
from logger.session.assignment import Assignment, Assignments, Retag
from tests.support.stories import EPOCH_NS, PEN, SESSION, Story, host_time

_ON_THIGH = Assignment(SESSION, "left", "anterior-thigh", False)
_PAUSED = Assignment(SESSION, None, None, True)
_RIGHT = SegmentStarted(session=SESSION, side="right", zone="lateral-ankle")
_ON_ANKLE = Assignment(SESSION, "right", "lateral-ankle", False)


def _folded(story: Story) -> tuple[Assignments, list[Retag]]:
    assignments = Assignments()
    retags = [retag for entry in story.entries for retag in assignments.apply(entry)]
    return assignments, retags


def test_without_a_session_a_block_is_unassigned() -> None:
    assert Assignments().at(PEN) is None


def test_blocks_carry_session_side_and_zone() -> None:
    story = Story()
    story.started()
    assignments, _ = _folded(story)
    assert assignments.at(PEN) == _ON_THIGH
    assert assignments.at("NP-OTHER") is None


def test_a_segment_changes_side_and_zone() -> None:
    story = Story()
    story.started()
    story.append(_RIGHT)
    assert _folded(story)[0].at(PEN) == _ON_ANKLE


def test_paused_blocks_have_the_session_alone() -> None:
    story = Story()
    story.started()
    story.append(SessionPaused(session=SESSION))
    assert _folded(story)[0].at(PEN) == _PAUSED
    story.append(SessionResumed(session=SESSION))
    assert _folded(story)[0].at(PEN) == _ON_THIGH


def test_an_interruption_changes_no_tags() -> None:
    story = Story()
    story.started()
    story.append(SessionInterrupted(session=SESSION, reason="unplugged"))
    assert _folded(story)[0].at(PEN) == _ON_THIGH


def test_an_adopted_range_was_unassigned_and_is_the_segments_now() -> None:
    story = Story()
    story.started()
    story.append(SessionLapsed(session=SESSION, after_s=700))
    assert _folded(story)[0].at(PEN) is None
    story.append(SessionResumed(session=SESSION, adopted_from=10, adopted_to=20))
    assignments, retags = _folded(story)
    assert retags == [Retag(PEN, 10, 20, None, _ON_THIGH)]
    assert assignments.at(PEN) == _ON_THIGH


def test_a_stop_ends_the_tags() -> None:
    story = Story()
    story.started()
    story.stopped()
    assignments, retags = _folded(story)
    assert (assignments.at(PEN), retags) == (None, [])


def test_a_forgotten_session_gives_back_what_came_after_its_end() -> None:
    story = Story()
    story.started()  # 1
    story.append(_RIGHT)  # 2
    story.append(SessionPaused(session=SESSION))  # 3
    story.append(
        SessionStopped(
            session=SESSION, reason="forgotten", ended_position=1, ended_unix_ns=EPOCH_NS
        )
    )  # 4
    _, retags = _folded(story)
    assert retags == [Retag(PEN, 2, 2, _ON_ANKLE, None), Retag(PEN, 3, 4, _PAUSED, None)]


def test_a_forgotten_session_gives_back_an_adopted_range_too() -> None:
    story = Story()
    story.started()  # 1
    story.append(SessionLapsed(session=SESSION, after_s=700))  # 2
    story.append(SessionResumed(session=SESSION, adopted_from=3, adopted_to=3))  # 3
    story.append(
        SessionStopped(
            session=SESSION, reason="forgotten", ended_position=1, ended_unix_ns=EPOCH_NS
        )
    )  # 4
    _, retags = _folded(story)
    assert retags[1:] == [Retag(PEN, 2, 2, _ON_THIGH, None), Retag(PEN, 3, 4, _ON_THIGH, None)]


def test_entries_of_unknown_sessions_change_nothing() -> None:
    story = Story()
    story.append(_RIGHT)
    assignments, retags = _folded(story)
    assert (assignments.at(PEN), retags) == (None, [])


def test_the_state_at_a_position_is_read_from_the_journal(tmp_path: Path) -> None:
    story = Story()
    story.started()
    with Journal.open(tmp_path, host_time) as journal:
        started = journal.append(
            [Draft("session.started", PEN, "uid:1", story.entries[0].payload or b"")]
        )
        journal.append([Draft(kind_of(_RIGHT), PEN, "uid:1", encode(_RIGHT))])
    with JournalReader(tmp_path) as reader:
        before = Assignments.load(reader, started[-1].position)
        after = Assignments.load(reader, reader.last_position())
    assert (before.at(PEN), after.at(PEN)) == (_ON_THIGH, _ON_ANKLE)
