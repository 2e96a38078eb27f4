"""Segments, pauses, interruptions and lapses."""

from msgspec.structs import replace

from logger.journal.kinds import (
    SegmentStarted,
    SessionContinued,
    SessionInterrupted,
    SessionLapsed,
    SessionPaused,
    SessionResumed,
)
from logger.session.model import Interval
from tests.support.stories import (
    EPOCH_NS,
    RESTING,
    SESSION,
    Story,
    only_session,
    opened,
    sample_block,
)

_MS = 1_000_000


def test_a_session_tells_who_what_and_when() -> None:
    story = opened()
    story.stopped()
    session = only_session(story)
    assert (session.id, session.client, session.practitioner) == (SESSION, "C-17", "dr.b")
    assert (session.started_position, session.started_unix_ns) == (2, story.time_of(2))
    assert (session.ended_position, session.ended_unix_ns) == (3, story.time_of(3))
    assert (session.state, session.stop_reason) == ("stopped", "ordered")
    assert (session.pen_seen.model, session.pen_seen.firmware) == ("REF-PEN", "1.4.2")


def test_samples_before_the_start_and_after_the_stop_are_not_the_sessions() -> None:
    story = Story()
    story.identified()
    story.samples(sample_block(5))
    story.started()
    story.samples(sample_block(3, first=5))
    story.stopped()
    story.samples(sample_block(4, first=8))
    assert only_session(story).totals.samples_received == 3


def test_another_pens_samples_are_not_the_sessions() -> None:
    story = opened()
    story.samples(sample_block(3, pen="NP-OTHER"))
    assert only_session(story).totals.samples_received == 0


def test_segments_meet_where_the_order_lies() -> None:
    story = opened()
    story.samples(sample_block(3))
    changed = story.append(SegmentStarted(session=SESSION, side="right", zone="lateral-ankle"))
    story.samples(sample_block(4, first=3))
    story.stopped()
    first, second = only_session(story).segments
    assert (first.to_position, second.from_position) == (changed - 1, changed)
    assert (second.side, second.zone, second.number) == ("right", "lateral-ankle", 2)
    assert [part.statistics.samples_received for part in (first, second)] == [3, 4]


def test_paused_samples_are_in_no_segment() -> None:
    story = opened()
    story.samples(sample_block(3))
    story.append(SessionPaused(session=SESSION))
    story.samples(sample_block(5, first=3, status=RESTING))
    story.append(SessionResumed(session=SESSION))
    story.samples(sample_block(2, first=8))
    story.stopped()
    session = only_session(story)
    statistics = session.segments[0].statistics
    assert (statistics.samples_received, statistics.samples_missing) == (5, 0)
    assert statistics.recorded_s == 0.05
    assert session.samples_paused == 5
    assert session.motor_on_while_paused == ()


def test_motor_on_during_a_pause_is_flagged() -> None:
    story = opened()
    story.append(SessionPaused(session=SESSION))
    story.samples(sample_block(4, status=[RESTING, 7, 7, RESTING]))
    # Samples 1 and 2: from 10 ms to 30 ms.
    assert only_session(story).motor_on_while_paused == ()
    story.append(SessionResumed(session=SESSION))
    assert only_session(story).motor_on_while_paused == (
        Interval(from_unix_ns=EPOCH_NS + 10 * _MS, to_unix_ns=EPOCH_NS + 30 * _MS, lasted_s=0.02),
    )


def test_an_interruption_begins_with_the_last_sample() -> None:
    story = opened()
    story.samples(sample_block(3))
    story.append(SessionInterrupted(session=SESSION, reason="unplugged"))
    assert only_session(story).state == "interrupted"
    story.append(SessionContinued(session=SESSION, after_s=7.0))
    session = only_session(story)
    (interruption,) = session.interruptions
    assert session.state == "open"
    assert interruption.from_unix_ns == EPOCH_NS + 20 * _MS
    assert (interruption.reason, interruption.ended_by) == ("unplugged", "session.continued")


def test_a_pause_outlasts_an_interruption() -> None:
    story = opened()
    story.append(SessionPaused(session=SESSION))
    story.append(SessionInterrupted(session=SESSION, reason="unplugged"))
    story.append(SessionContinued(session=SESSION, after_s=7.0))
    assert only_session(story).state == "paused"


def _lapsed() -> Story:
    story = opened()
    story.samples(sample_block(3))
    story.append(SessionInterrupted(session=SESSION, reason="unplugged"))
    story.append(SessionLapsed(session=SESSION, after_s=700.0))
    return story


def test_what_comes_after_a_lapse_is_unassigned() -> None:
    story = _lapsed()
    first = story.samples(sample_block(4, first=3))
    last = story.samples(sample_block(4, first=7))
    projection = story.projection()
    assert projection.sessions()[0].totals.samples_received == 3
    (one,) = projection.open_sessions()
    assert (one.state, one.unassigned_from, one.unassigned_to) == ("lapsed", first, last)


def test_a_resume_adopts_what_came_since_the_lapse() -> None:
    story = _lapsed()
    adopted = story.samples(sample_block(4, first=3))
    story.append(SessionResumed(session=SESSION, adopted_from=adopted, adopted_to=adopted))
    story.samples(sample_block(2, first=7))
    story.stopped()
    session = only_session(story)
    assert session.segments[0].statistics.samples_received == 9
    assert session.segments[0].statistics.samples_missing == 0
    assert [one.adopted for one in session.interruptions] == [False, True]


def test_a_resume_without_adoption_leaves_it_unassigned() -> None:
    story = _lapsed()
    story.samples(sample_block(4, first=3))
    story.append(SessionResumed(session=SESSION))
    story.stopped()
    assert only_session(story).totals.samples_received == 3


def test_adoption_gives_what_reading_without_a_lapse_would_give() -> None:
    lapsed = _lapsed()
    adopted = lapsed.samples(sample_block(70, first=3, rate_dhz=range(1000, 1070)))
    lapsed.append(SessionResumed(session=SESSION, adopted_from=adopted, adopted_to=adopted))
    lapsed.stopped()
    plain = opened()
    plain.samples(sample_block(3))
    plain.samples(sample_block(70, first=3, rate_dhz=range(1000, 1070)))
    plain.stopped()
    assert only_session(lapsed).segments[0].statistics == only_session(plain).segments[0].statistics


def test_a_session_whose_start_was_erased_is_not_there() -> None:
    story = opened()
    story.samples(sample_block(3))
    story.stopped()
    story.entries[1] = replace(story.entries[1], payload=None)
    assert story.projection().sessions() == []
