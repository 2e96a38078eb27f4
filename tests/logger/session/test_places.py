from logger.journal.kinds import (
    SegmentStarted,
    SessionLapsed,
    SessionPaused,
    SessionResumed,
)
from logger.session.places import place_at, placing
from tests.support.stories import PEN, SESSION, Story, only_session, sample_block


def test_the_place_of_many_positions_is_that_of_each() -> None:
    story = Story()
    story.samples(sample_block(1))
    story.started()
    for number, entry in enumerate(
        (
            SessionPaused(session=SESSION),
            SessionResumed(session=SESSION),
            SegmentStarted(session=SESSION, side="right", zone="anterior-knee"),
            SessionLapsed(session=SESSION, after_s=700),
            SessionResumed(session=SESSION),
        )
    ):
        story.samples(sample_block(1, first=number + 1, pen=PEN))
        story.append(entry)
    story.stopped()
    story.samples(sample_block(1, first=9))
    session, placed = only_session(story), placing(only_session(story))
    places = [placed(position) for position in range(story.position + 2)]
    assert places == [place_at(session, position) for position in range(story.position + 2)]
    assert {None, "left", "right"} == {one.side for one in places if one is not None}
    assert None in places
