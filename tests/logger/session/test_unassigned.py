"""What pens did outside sessions: listed by stretches of work, until it is assigned."""

from logger.journal.reader import JournalReader
from logger.session.store import load_sessions
from logger.session.unassigned import Day, UnassignedWork, unassigned_work
from tests.support.recorded import Recorded
from tests.support.stories import EPOCH_NS, RESTING, SESSION, Story, sample_block

ALWAYS = Day(0, 2**62)


def _work(recorded: Recorded, story: Story, day: Day = ALWAYS) -> list[UnassignedWork]:
    recorded.tell(story)
    with (
        load_sessions(recorded.data_dir) as sessions,
        JournalReader(recorded.data_dir) as reader,
    ):
        return unassigned_work(reader, sessions.holding, day)


def _story() -> Story:
    story = Story()
    story.identified()
    return story


def test_work_reaches_from_the_first_block_with_the_motor_on_to_the_last(
    recorded: Recorded,
) -> None:
    story = _story()
    story.samples(sample_block(100, status=RESTING))
    first = story.samples(sample_block(100, first=100))
    story.samples(sample_block(100, first=200, status=RESTING))
    last = story.samples(sample_block(100, first=300))
    story.samples(sample_block(100, first=400, status=RESTING))
    (work,) = _work(recorded, story)
    assert (work.from_position, work.to_position) == (first + 1, last + 1)
    assert (work.from_unix_ns, work.to_unix_ns) == (
        EPOCH_NS + 1_000_000_000,
        EPOCH_NS + 3_990_000_000,
    )
    assert work.samples == 300
    assert round(work.motor_on_s, 6) == 2.0


def test_without_the_motor_nothing_is_listed(recorded: Recorded) -> None:
    story = _story()
    story.samples(sample_block(100, status=RESTING))
    assert _work(recorded, story) == []


def test_five_minutes_without_the_motor_begin_another_stretch(recorded: Recorded) -> None:
    story = _story()
    for first in (0, 29_000, 60_000):
        story.samples(sample_block(10, first=first))
    assert [one.samples for one in _work(recorded, story)] == [20, 10]


def test_a_session_in_between_parts_what_lies_around_it(recorded: Recorded) -> None:
    story = _story()
    story.samples(sample_block(10))
    story.started()
    story.samples(sample_block(20, first=10))
    story.stopped()
    story.samples(sample_block(30, first=30))
    assert [one.samples for one in _work(recorded, story)] == [10, 30]


def test_what_an_open_session_holds_is_not_unassigned(recorded: Recorded) -> None:
    story = _story()
    story.started(SESSION)
    story.samples(sample_block(20))
    assert _work(recorded, story) == []


def test_every_pen_is_looked_at_by_itself(recorded: Recorded) -> None:
    story = Story()
    for pen in ("NP-1", "NP-2"):
        story.identified(pen=pen)
    story.samples(sample_block(10, pen="NP-1"))
    story.samples(sample_block(10, pen="NP-2"))
    story.samples(sample_block(10, first=10, pen="NP-1"))
    found = _work(recorded, story)
    assert [(one.pen, one.samples) for one in found] == [("NP-1", 20), ("NP-2", 10)]


def test_another_day_is_another_list(recorded: Recorded) -> None:
    story = _story()
    story.samples(sample_block(10))
    before = Day(0, EPOCH_NS)
    assert _work(recorded, story, before) == []
