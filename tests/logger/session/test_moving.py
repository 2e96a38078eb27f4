"""Samples are assigned, split off and merged; every one is still counted once."""

import pytest
from msgspec.structs import replace

from logger.errors import CommandRefused
from logger.journal.kinds import SessionPaused, SessionResumed, Tags
from logger.session.places import held_stretches, place_at
from logger.session.record_orders import AnyRecordOrder, Assign, Merge, Split
from logger.session.series import series_of
from tests.support.records import AUDITOR, DOCTOR, carried_out, session_of, told
from tests.support.stories import SESSION, Story, sample_block

LATER = "20261122-late"


def _story() -> Story:
    """Unassigned 2, session 3 to 7 with a pause, unassigned 8, session 9 to 11, unassigned 12."""
    story = Story()
    story.identified()
    story.samples(sample_block(50))
    story.started(needles=10)
    story.samples(sample_block(50, first=50))
    story.samples(sample_block(50, first=100))
    story.samples(sample_block(50, first=150))
    story.stopped()
    story.samples(sample_block(50, first=200))
    story.started(LATER, needles=10, zone="medial-ankle")
    story.samples(sample_block(50, first=250))
    story.stopped(LATER)
    story.samples(sample_block(50, first=300))
    return story


def _assign(first: int, last: int, session: str = SESSION) -> Assign:
    return Assign(
        session=session,
        from_position=first,
        to_position=last,
        side="right",
        zone="shin",
        reason="forgot to start",
        by=DOCTOR,
    )


def _split(at: int, client: str = "") -> Split:
    return Split(session=SESSION, at_position=at, client=client, reason="two clients", by=DOCTOR)


def _merge(session: str = SESSION, merged: str = LATER) -> Merge:
    return Merge(session=session, merged=merged, reason="stopped by mistake", by=DOCTOR)


@pytest.mark.parametrize(("position", "number"), [(2, 1), (8, 2), (12, 2)])
def test_assigned_samples_are_a_segment_in_the_order_of_the_journal(
    position: int, number: int
) -> None:
    story = _story()
    carried_out(story, _assign(position, position))
    session = session_of(story, SESSION)
    segment = session.segments[number - 1]
    assert (segment.side, segment.zone, segment.assigned) == ("right", "anterior-lower-leg", True)
    assert segment.statistics.samples_received == 50
    assert session.totals.samples_received == 200
    place = place_at(session, position)
    assert place is not None
    assert place.number == number
    assert [one.what for one in session.record.amendments] == ["assigned"]


def test_the_others_statistics_stay_what_they_were() -> None:
    story = _story()
    before = session_of(story, SESSION).segments[0]
    carried_out(story, _assign(8, 8))
    after = session_of(story, SESSION)
    assert after.segments[0] == before
    assert after.segments_as_recorded == (before,)


def test_assigned_samples_are_nobodys_any_more() -> None:
    story = _story()
    carried_out(story, _assign(2, 2))
    with pytest.raises(CommandRefused, match="are those of session"):
        carried_out(story, _assign(2, 2, LATER))


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        (_assign(4, 4), "are those of session"),
        (_assign(2, 8), "are those of session"),
        (_assign(8, 2), "lies behind"),
        (_assign(1, 2), "no samples of pen"),
        (_assign(2, 99), "no samples of pen"),
        (_split(4), "no samples at position"),
        (_split(8), "no samples at position"),
        (_split(3), "no samples of pen"),
        (_merge(LATER, SESSION), "the later one"),
        (_merge(SESSION, SESSION), "into itself"),
        (_merge(SESSION, "20261122-none"), "there is no session"),
    ],
)
def test_what_cannot_be_is_refused_and_appends_nothing(order: AnyRecordOrder, problem: str) -> None:
    story = _story()
    before = story.position
    with pytest.raises(CommandRefused, match=problem):
        carried_out(story, order)
    assert story.position == before


def test_what_an_open_session_may_still_take_is_not_assigned() -> None:
    story = _story()
    story.started("20261122-open")
    last = story.samples(sample_block(50, first=350))
    with pytest.raises(CommandRefused, match="may still take them"):
        carried_out(story, _assign(last, last))


def test_a_split_makes_two_sessions_of_one() -> None:
    story = _story()
    position = carried_out(story, _split(5, client="C-99"))
    early = session_of(story, SESSION)
    (name,) = [one.id for one in told(story).sessions() if one.record.split_from == SESSION]
    late = session_of(story, name)
    assert (early.client, late.client) == ("C-17", "C-99")
    assert early.totals.samples_received == 50
    assert late.totals.samples_received == 100
    assert (early.ended_position, early.ended_unix_ns) == (4, late.started_unix_ns)
    assert (early.record.amendments[0].position, late.record.amendments[0].position) == (
        position,
        position,
    )
    assert early.record.amendments[0].now == name
    assert late.record.amendments[0].former == SESSION


def test_a_split_within_a_pause_leaves_each_part_its_own() -> None:
    story = Story()
    story.identified()
    story.started()
    story.samples(sample_block(50))
    story.append(SessionPaused(session=SESSION))
    story.samples(sample_block(50, first=50))
    at = story.samples(sample_block(50, first=100))
    story.append(SessionResumed(session=SESSION))
    story.samples(sample_block(50, first=150))
    story.stopped()
    carried_out(story, _split(at))
    early, late = told(story).sessions()
    assert (early.samples_paused, early.totals.samples_received) == (50, 50)
    assert (late.samples_paused, late.totals.samples_received) == (50, 50)


def test_merged_sessions_are_one_and_what_lay_between_stays_nobodys() -> None:
    story = _story()
    carried_out(story, _merge())
    whole, emptied = session_of(story, SESSION), session_of(story, LATER)
    assert [one.zone for one in whole.segments] == ["anterior-thigh", "medial-ankle"]
    assert whole.totals.samples_received == 200
    assert place_at(whole, 8) is None
    assert (emptied.record.merged_into, emptied.segments) == (SESSION, ())
    assert len(emptied.segments_as_recorded) == 1
    assert held_stretches(emptied) == []


def test_a_merged_session_takes_no_more_orders_and_is_in_no_series() -> None:
    story = _story()
    carried_out(story, _merge())
    with pytest.raises(CommandRefused, match=f"was merged into {SESSION}"):
        carried_out(story, _assign(12, 12, LATER))
    assert [one.session for one in series_of(told(story).sessions())] == [SESSION]


def test_split_and_merged_again_the_sums_are_those_of_the_whole() -> None:
    story = _story()
    before = session_of(story, SESSION)
    carried_out(story, _split(5))
    (name,) = [one.id for one in told(story).sessions() if one.record.split_from == SESSION]
    carried_out(story, _merge(merged=name))
    after = session_of(story, SESSION)
    assert after.totals.samples_received == before.totals.samples_received
    assert {one.place.zone for one in held_stretches(after)} == {"anterior-thigh"}
    assert after.ended_position == before.ended_position


def test_an_entry_names_who_had_the_samples_before() -> None:
    story = _story()
    carried_out(story, _merge())
    tags = story.retags(story.position)
    assert [(one.from_position, one.to_position) for one in tags] == [(9, 11)]
    assert tags[0].former == Tags(session=LATER, side="left", zone="medial-ankle")
    assert tags[0].now == Tags(session=SESSION, side="left", zone="medial-ankle")


def test_an_auditor_moves_nothing() -> None:
    order = Merge(session=SESSION, merged=LATER, reason="x", by=AUDITOR)
    with pytest.raises(CommandRefused, match="may not amend"):
        carried_out(_story(), order)


def test_a_series_has_the_interval_since_the_session_before() -> None:
    first, second = series_of(told(_story()).sessions())
    assert (first.session, first.interval_days) == (SESSION, None)
    assert second.interval_days == pytest.approx(6 / 86_400)
    assert second.places == ("left medial-ankle",)


def test_simulated_sessions_make_a_series_only_among_themselves() -> None:
    first, second = told(_story()).sessions()
    made_up = replace(first, simulated=True)
    assert [one.session for one in series_of([made_up, second])] == [second.id]
    both = [made_up, replace(second, simulated=True)]
    assert [one.session for one in series_of(both)] == [first.id, second.id]
