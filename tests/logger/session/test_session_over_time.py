"""Pauses, interruptions, lapses, and how sessions end."""

from dataclasses import replace

from drivers.model import Anchor, HostTime
from logger.journal.kinds import (
    AnchorSet,
    SegmentStarted,
    ServiceStarted,
    SessionContinued,
    SessionInterrupted,
    SessionLapsed,
    SessionNote,
    SessionPaused,
    SessionResumed,
    SessionStopped,
)
from logger.session.model import Interval, Session
from tests.support.stories import (
    EPOCH_NS,
    HOST_BOOT,
    RESTING,
    SESSION,
    Story,
    sample_block,
)

_MS = 1_000_000


def _opened() -> Story:
    story = Story()
    story.identified()
    story.started()
    return story


def _only(story: Story) -> Session:
    (session,) = story.projection().sessions()
    return session


def test_a_session_tells_who_what_and_when() -> None:
    story = _opened()
    story.stopped()
    session = _only(story)
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
    assert _only(story).totals.samples_received == 3


def test_another_pens_samples_are_not_the_sessions() -> None:
    story = _opened()
    story.samples(sample_block(3, pen="NP-OTHER"))
    assert _only(story).totals.samples_received == 0


def test_segments_meet_where_the_order_lies() -> None:
    story = _opened()
    story.samples(sample_block(3))
    changed = story.append(SegmentStarted(session=SESSION, side="right", zone="lateral-ankle"))
    story.samples(sample_block(4, first=3))
    story.stopped()
    first, second = _only(story).segments
    assert (first.to_position, second.from_position) == (changed - 1, changed)
    assert (second.side, second.zone, second.number) == ("right", "lateral-ankle", 2)
    assert [part.statistics.samples_received for part in (first, second)] == [3, 4]


def test_paused_samples_are_in_no_segment() -> None:
    story = _opened()
    story.samples(sample_block(3))
    story.append(SessionPaused(session=SESSION))
    story.samples(sample_block(5, first=3, status=RESTING))
    story.append(SessionResumed(session=SESSION))
    story.samples(sample_block(2, first=8))
    story.stopped()
    session = _only(story)
    statistics = session.segments[0].statistics
    assert (statistics.samples_received, statistics.samples_missing) == (5, 0)
    assert statistics.recorded_s == 0.05
    assert session.samples_paused == 5
    assert session.motor_on_while_paused == ()


def test_motor_on_during_a_pause_is_flagged() -> None:
    story = _opened()
    story.append(SessionPaused(session=SESSION))
    story.samples(sample_block(4, status=[RESTING, 7, 7, RESTING]))
    # Samples 1 and 2: from 10 ms to 30 ms.
    assert _only(story).motor_on_while_paused == ()
    story.append(SessionResumed(session=SESSION))
    assert _only(story).motor_on_while_paused == (
        Interval(from_unix_ns=EPOCH_NS + 10 * _MS, to_unix_ns=EPOCH_NS + 30 * _MS),
    )


def test_an_interruption_begins_with_the_last_sample() -> None:
    story = _opened()
    story.samples(sample_block(3))
    story.append(SessionInterrupted(session=SESSION, reason="unplugged"))
    assert _only(story).state == "interrupted"
    story.append(SessionContinued(session=SESSION, after_s=7.0))
    session = _only(story)
    (interruption,) = session.interruptions
    assert session.state == "open"
    assert interruption.from_unix_ns == EPOCH_NS + 20 * _MS
    assert (interruption.reason, interruption.ended_by) == ("unplugged", "session.continued")


def test_a_pause_outlasts_an_interruption() -> None:
    story = _opened()
    story.append(SessionPaused(session=SESSION))
    story.append(SessionInterrupted(session=SESSION, reason="unplugged"))
    story.append(SessionContinued(session=SESSION, after_s=7.0))
    assert _only(story).state == "paused"


def _lapsed() -> Story:
    story = _opened()
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
    session = _only(story)
    assert session.segments[0].statistics.samples_received == 9
    assert session.segments[0].statistics.samples_missing == 0
    assert [one.adopted for one in session.interruptions] == [False, True]


def test_a_resume_without_adoption_leaves_it_unassigned() -> None:
    story = _lapsed()
    story.samples(sample_block(4, first=3))
    story.append(SessionResumed(session=SESSION))
    story.stopped()
    assert _only(story).totals.samples_received == 3


def test_adoption_gives_what_reading_without_a_lapse_would_give() -> None:
    lapsed = _lapsed()
    adopted = lapsed.samples(sample_block(70, first=3, rate_dhz=range(1000, 1070)))
    lapsed.append(SessionResumed(session=SESSION, adopted_from=adopted, adopted_to=adopted))
    lapsed.stopped()
    plain = _opened()
    plain.samples(sample_block(3))
    plain.samples(sample_block(70, first=3, rate_dhz=range(1000, 1070)))
    plain.stopped()
    assert _only(lapsed).segments[0].statistics == _only(plain).segments[0].statistics


def test_a_forgotten_session_ends_with_its_last_motor_on() -> None:
    story = _opened()
    worked = story.samples(sample_block(4, status=[7, 7, 7, RESTING]))
    story.samples(sample_block(100, first=4, status=RESTING))
    story.append(
        SessionStopped(
            session=SESSION,
            reason="forgotten",
            ended_position=worked,
            ended_unix_ns=EPOCH_NS + 20 * _MS,
        )
    )
    session = _only(story)
    (segment,) = session.segments
    assert (session.ended_position, session.ended_unix_ns) == (worked, EPOCH_NS + 20 * _MS)
    assert (segment.to_position, segment.statistics.samples_received) == (worked, 4)
    assert segment.statistics.recorded_s == 0.04
    assert segment.statistics.motor_on_s == 0.03


def test_a_forgotten_session_loses_the_segments_after_its_last_motor_on() -> None:
    story = _opened()
    worked = story.samples(sample_block(4))
    story.append(SegmentStarted(session=SESSION, side="right", zone="lateral-ankle"))
    story.samples(sample_block(10, first=4, status=RESTING))
    story.append(
        SessionStopped(
            session=SESSION, reason="forgotten", ended_position=worked, ended_unix_ns=EPOCH_NS
        )
    )
    assert [one.zone for one in _only(story).segments] == ["anterior-thigh"]


def test_a_session_without_any_motor_on_ends_where_it_began() -> None:
    story = _opened()
    story.samples(sample_block(10, status=RESTING))
    story.append(
        SessionStopped(session=SESSION, reason="forgotten", ended_position=2, ended_unix_ns=5)
    )
    session = _only(story)
    assert (session.ended_unix_ns, session.totals.samples_received) == (5, 0)


def test_the_last_motor_on_is_known_to_the_rules() -> None:
    story = _opened()
    worked = story.samples(sample_block(4, status=[7, 7, RESTING, RESTING]))
    story.samples(sample_block(4, first=4, status=RESTING))
    (one,) = story.projection().open_sessions()
    assert one.last_motor_on_position == worked
    assert one.last_motor_on_unix_ns == EPOCH_NS + 10 * _MS


def test_notes_are_kept_with_their_author_even_after_the_stop() -> None:
    story = _opened()
    story.append(SessionNote(session=SESSION, text="first", nonce="0"), actor="uid:1")
    story.stopped()
    story.append(SessionNote(session=SESSION, text="late", nonce="0"), actor="uid:2")
    assert [(note.actor, note.text) for note in _only(story).notes] == [
        ("uid:1", "first"),
        ("uid:2", "late"),
    ]


def _anchor(wall_ns: int, boottime_ns: int, synchronised: bool) -> AnchorSet:
    return AnchorSet(
        anchor=Anchor(0, wall_ns // 1000, 0),
        reason="clock synchronised" if synchronised else "link up",
        host=HostTime(wall_ns, boottime_ns, synchronised),
        host_boot_id=HOST_BOOT,
    )


def test_a_start_on_a_wrong_clock_is_corrected_by_a_later_anchor() -> None:
    story = Story()
    # The wall clock was 100 s behind: 50 s after the first reading it shows 150 s more.
    story.append(_anchor(EPOCH_NS, 10_000 * _MS, synchronised=False))
    story.started()
    story.stopped()
    story.append(_anchor(EPOCH_NS + 150_000 * _MS, 60_000 * _MS, synchronised=True))
    session = _only(story)
    assert session.clock is not None
    assert not session.clock.synchronised
    assert session.clock_correction_ns == 100_000 * _MS
    assert session.corrected_started_unix_ns == story.time_of(2) + 100_000 * _MS


def test_a_start_on_a_good_clock_is_not_corrected() -> None:
    story = Story()
    story.append(_anchor(EPOCH_NS, 0, synchronised=True))
    story.started()
    story.append(_anchor(EPOCH_NS + 9 * _MS, 0, synchronised=True))
    assert _only(story).corrected_started_unix_ns is None


def test_another_boot_of_the_host_cannot_correct_a_start() -> None:
    story = Story()
    story.append(_anchor(EPOCH_NS, 0, synchronised=False))
    story.started()
    story.append(
        ServiceStarted(
            version="1",
            host_boot_id="1" * 32,
            host=HostTime(EPOCH_NS, 0, True),
            site="s",
            settings_hash="",
        )
    )
    story.append(_anchor(EPOCH_NS, 0, synchronised=True))
    assert _only(story).corrected_started_unix_ns is None


def test_a_session_whose_start_was_erased_is_not_there() -> None:
    story = _opened()
    story.samples(sample_block(3))
    story.stopped()
    story.entries[1] = replace(story.entries[1], payload=None)
    assert story.projection().sessions() == []


def test_a_forgotten_session_keeps_of_what_it_adopted_only_up_to_the_last_motor_on() -> None:
    story = _lapsed()
    first = story.samples(sample_block(4, first=3, status=RESTING))
    worked = story.samples(sample_block(5, first=7))
    story.samples(sample_block(6, first=12, status=RESTING))
    last = story.samples(sample_block(7, first=18, status=RESTING))
    story.append(SessionResumed(session=SESSION, adopted_from=first, adopted_to=last))
    story.samples(sample_block(8, first=25, status=RESTING))
    story.append(
        SessionStopped(
            session=SESSION, reason="forgotten", ended_position=worked, ended_unix_ns=EPOCH_NS
        )
    )
    # 3 before the lapse, 4 and 5 adopted; 6, 7 and 8 came after the motor had stopped.
    assert _only(story).totals.samples_received == 12


def test_a_forgotten_session_that_adopted_no_motor_on_ends_before_the_lapse() -> None:
    story = _lapsed()
    adopted = story.samples(sample_block(4, first=3, status=RESTING))
    story.append(SessionResumed(session=SESSION, adopted_from=adopted, adopted_to=adopted))
    story.append(
        SessionStopped(session=SESSION, reason="forgotten", ended_position=3, ended_unix_ns=1)
    )
    assert _only(story).totals.samples_received == 3


def test_motor_on_in_a_pause_keeps_the_session_up_to_there() -> None:
    story = _opened()
    story.samples(sample_block(3))
    story.samples(sample_block(4, first=3, status=RESTING))
    story.append(SessionPaused(session=SESSION))
    worked = story.samples(sample_block(5, first=7))
    story.samples(sample_block(6, first=12, status=RESTING))
    story.append(
        SessionStopped(
            session=SESSION, reason="forgotten", ended_position=worked, ended_unix_ns=EPOCH_NS
        )
    )
    session = _only(story)
    assert (session.totals.samples_received, session.samples_paused) == (7, 5)
