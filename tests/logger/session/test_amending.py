"""Amendments: what was before stays visible, and what follows from it is reckoned anew."""

import pytest

from logger.errors import CommandRefused
from logger.journal.kinds import (
    Plan,
    SegmentStarted,
    SessionAmended,
    SessionNote,
    Tags,
    ZoneLimit,
    decode,
)
from logger.session.model import Session
from logger.session.orders import By
from logger.session.record_orders import Amend
from tests.support.records import AUDITOR, DOCTOR, MANAGER, carried_out, session_of
from tests.support.stories import SESSION, Story, sample_block

_PLAN = Plan(
    name="trial",
    version="1",
    zones=(
        ZoneLimit(zone="anterior-thigh", depth_max_mm=2.0),
        ZoneLimit(zone="medial-ankle", depth_max_mm=1.0),
    ),
)


def _story() -> Story:
    """A thigh of two blocks of a second, then an ankle of one, all set to 1.5 mm."""
    story = Story()
    story.identified()
    story.started(plan=_PLAN, needles=10)
    story.samples(sample_block(100))
    story.samples(sample_block(100, first=100))
    story.append(SegmentStarted(session=SESSION, side="left", zone="medial-ankle"))
    story.samples(sample_block(100, first=200))
    story.append(SessionNote(session=SESSION, text="calm", nonce="0"))
    story.stopped()
    return story


def _amend(story: Story, what: str, now: str, by: By = DOCTOR) -> Session:
    order = Amend(session=SESSION, what=what, now=now, reason="typing error", by=by)
    carried_out(story, order)
    return session_of(story, SESSION)


@pytest.mark.parametrize(
    ("what", "former", "now"),
    [
        ("client", "C-17", "C-18"),
        ("practitioner", "dr.b", "dr.c"),
        ("indication", "", "scars"),
        ("note.7", "calm", "restless"),
        ("segment.1.side", "left", "right"),
        ("segment.2.zone", "medial-ankle", "lateral-ankle"),
        ("segment.2.from_position", "5", "4"),
        ("cartridge", '{"needle_count":10}', '{"needle_count":20}'),
    ],
)
def test_an_amendment_names_who_when_why_and_what_was_before(
    what: str, former: str, now: str
) -> None:
    story = _story()
    session = _amend(story, what, now)
    (amendment,) = session.record.amendments
    assert (amendment.what, amendment.former, amendment.now) == (what, former, now)
    assert (amendment.actor, amendment.reason) == ("dr.b", "typing error")
    assert amendment.time_unix_ns == story.time_of(story.position)


def test_present_values_are_the_amended_ones() -> None:
    story = _story()
    _amend(story, "client", "C-18")
    session = _amend(story, "note.7", "restless")
    assert session.client == "C-18"
    assert [note.text for note in session.notes] == ["restless"]


def test_another_zone_is_held_against_its_own_bounds_of_the_plan() -> None:
    story = _story()
    before = session_of(story, SESSION)
    assert [len(one.deviations) for one in before.segments] == [0, 1]
    after = _amend(story, "segment.1.zone", "medial-ankle")
    assert [len(one.deviations) for one in after.segments] == [1, 1]
    assert after.totals.deviations == 2
    assert after.segments_as_recorded == before.segments


def test_a_moved_border_takes_its_samples_along() -> None:
    story = _story()
    session = _amend(story, "segment.2.from_position", "4")
    assert [one.statistics.samples_received for one in session.segments] == [100, 200]
    assert [one.to_position for one in session.segments] == [3, 8]
    assert [one.statistics.samples_received for one in session.segments_as_recorded] == [200, 100]


def test_another_cartridge_gives_other_nominal_punctures() -> None:
    story = _story()
    before = session_of(story, SESSION).totals.nominal_punctures
    after = _amend(story, "cartridge", '{"needle_count": 20}').totals.nominal_punctures
    assert before is not None
    assert after == 2 * before


def test_the_entry_names_the_positions_whose_tags_change() -> None:
    story = _story()
    _amend(story, "segment.2.from_position", "4")
    entry = story.entries[-1]
    payload = decode(entry.kind, entry.payload or b"")
    assert isinstance(payload, SessionAmended)
    (retagged,) = payload.retagged
    assert (retagged.from_position, retagged.to_position) == (4, 4)
    assert retagged.former == Tags(session=SESSION, side="left", zone="anterior-thigh")
    assert retagged.now == Tags(session=SESSION, side="left", zone="medial-ankle")


@pytest.mark.parametrize(
    ("what", "now", "problem"),
    [
        ("plan", "x", "'plan' cannot be amended"),
        ("client", "C-17", "'C-17' already"),
        ("client", "two words", "no client code"),
        ("segment.1.side", "up", "no side"),
        ("segment.1.from_position", "4", "begins where no other ends"),
        ("segment.2.from_position", "5", "no position of samples"),
        ("segment.2.from_position", "2", "no position of samples"),
        ("segment.2.from_position", "x", "no position of samples"),
        ("segment.9.side", "left", "no segment 9"),
        ("note.3", "x", "no note at position 3"),
        ("cartridge", "{", "no cartridge"),
        ("cartridge", '{"needle_count": 0}', "0 needles"),
    ],
)
def test_what_cannot_be_is_refused_and_appends_nothing(what: str, now: str, problem: str) -> None:
    story = _story()
    before = story.position
    with pytest.raises(CommandRefused, match=problem):
        _amend(story, what, now)
    assert story.position == before


def test_an_auditor_amends_nothing_and_an_administrator_may() -> None:
    story = _story()
    with pytest.raises(CommandRefused, match="account audit is auditor"):
        _amend(story, "client", "C-18", AUDITOR)
    assert _amend(story, "client", "C-18", MANAGER).client == "C-18"


def test_an_amendment_says_why() -> None:
    story = _story()
    with pytest.raises(CommandRefused, match="reason is missing"):
        carried_out(story, Amend(session=SESSION, what="client", now="C", reason=" ", by=DOCTOR))


def test_an_open_session_is_stopped_first() -> None:
    story = Story()
    story.identified()
    story.started()
    with pytest.raises(CommandRefused, match="not stopped"):
        _amend(story, "client", "C-18")
