"""How sessions end, and what is learnt of them later."""

from drivers.model import Anchor, HostTime
from logger.journal.kinds import (
    AnchorSet,
    SegmentStarted,
    ServiceStarted,
    SessionInterrupted,
    SessionLapsed,
    SessionNote,
    SessionPaused,
    SessionResumed,
    SessionStopped,
)
from tests.support.stories import (
    EPOCH_NS,
    HOST_BOOT,
    RESTING,
    SESSION,
    Story,
    only_session,
    opened,
    sample_block,
)

_MS = 1_000_000


def _lapsed() -> Story:
    story = opened()
    story.samples(sample_block(3))
    story.append(SessionInterrupted(session=SESSION, reason="unplugged"))
    story.append(SessionLapsed(session=SESSION, after_s=700.0))
    return story


def test_a_forgotten_session_ends_with_its_last_motor_on() -> None:
    story = opened()
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
    session = only_session(story)
    (segment,) = session.segments
    assert (session.ended_position, session.ended_unix_ns) == (worked, EPOCH_NS + 20 * _MS)
    assert (segment.to_position, segment.statistics.samples_received) == (worked, 4)
    assert segment.statistics.recorded_s == 0.04
    assert segment.statistics.motor_on_s == 0.03


def test_a_forgotten_session_loses_the_segments_after_its_last_motor_on() -> None:
    story = opened()
    worked = story.samples(sample_block(4))
    story.append(SegmentStarted(session=SESSION, side="right", zone="lateral-ankle"))
    story.samples(sample_block(10, first=4, status=RESTING))
    story.append(
        SessionStopped(
            session=SESSION, reason="forgotten", ended_position=worked, ended_unix_ns=EPOCH_NS
        )
    )
    assert [one.zone for one in only_session(story).segments] == ["anterior-thigh"]


def test_a_session_without_any_motor_on_ends_where_it_began() -> None:
    story = opened()
    story.samples(sample_block(10, status=RESTING))
    story.append(
        SessionStopped(session=SESSION, reason="forgotten", ended_position=2, ended_unix_ns=5)
    )
    session = only_session(story)
    assert (session.ended_unix_ns, session.totals.samples_received) == (5, 0)


def test_the_last_motor_on_is_known_to_the_rules() -> None:
    story = opened()
    worked = story.samples(sample_block(4, status=[7, 7, RESTING, RESTING]))
    story.samples(sample_block(4, first=4, status=RESTING))
    (one,) = story.projection().open_sessions()
    assert one.last_motor_on_position == worked
    assert one.last_motor_on_unix_ns == EPOCH_NS + 10 * _MS


def test_notes_are_kept_with_their_author_even_after_the_stop() -> None:
    story = opened()
    story.append(SessionNote(session=SESSION, text="first", nonce="0"), actor="uid:1")
    story.stopped()
    story.append(SessionNote(session=SESSION, text="late", nonce="0"), actor="uid:2")
    assert [(note.actor, note.text) for note in only_session(story).notes] == [
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
    session = only_session(story)
    assert session.clock is not None
    assert not session.clock.synchronised
    assert session.clock_correction_ns == 100_000 * _MS
    assert session.corrected_started_unix_ns == story.time_of(2) + 100_000 * _MS


def test_a_start_on_a_good_clock_is_not_corrected() -> None:
    story = Story()
    story.append(_anchor(EPOCH_NS, 0, synchronised=True))
    story.started()
    story.append(_anchor(EPOCH_NS + 9 * _MS, 0, synchronised=True))
    assert only_session(story).corrected_started_unix_ns is None


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
    assert only_session(story).corrected_started_unix_ns is None


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
    assert only_session(story).totals.samples_received == 12


def test_a_forgotten_session_that_adopted_no_motor_on_ends_before_the_lapse() -> None:
    story = _lapsed()
    adopted = story.samples(sample_block(4, first=3, status=RESTING))
    story.append(SessionResumed(session=SESSION, adopted_from=adopted, adopted_to=adopted))
    story.append(
        SessionStopped(session=SESSION, reason="forgotten", ended_position=3, ended_unix_ns=1)
    )
    assert only_session(story).totals.samples_received == 3


def test_motor_on_in_a_pause_keeps_the_session_up_to_there() -> None:
    story = opened()
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
    session = only_session(story)
    assert (session.totals.samples_received, session.samples_paused) == (7, 5)
