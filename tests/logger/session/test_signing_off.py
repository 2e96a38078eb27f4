"""Recorded, reviewed, signed, countersigned: who may, and what a signature covers."""

import pytest

from logger.errors import CommandRefused
from logger.journal.kinds import ClinicalForm, SessionNote
from logger.session.model import Session
from logger.session.orders import By
from logger.session.projection import Projection
from logger.session.record_orders import Amend, FillIn, ReviewRecord, Sign
from logger.session.record_rules import decide_record
from logger.session.state_hash import state_hash
from tests.support.records import (
    AUDITOR,
    DOCTOR,
    MANAGER,
    SECOND,
    carried_out,
    known_records,
    session_of,
)
from tests.support.stories import SESSION, Story, sample_block


def _story() -> Story:
    story = Story()
    story.identified()
    story.started()
    story.samples(sample_block(100))
    story.stopped()
    return story


def _review(story: Story, by: By = DOCTOR) -> Session:
    shown = state_hash(session_of(story, SESSION))
    carried_out(story, ReviewRecord(session=SESSION, state_hash=shown, by=by, remark="seen"))
    return session_of(story, SESSION)


def _sign(story: Story, by: By = DOCTOR, meaning: str = "approval") -> Session:
    shown = state_hash(session_of(story, SESSION))
    carried_out(story, Sign(session=SESSION, state_hash=shown, by=by, meaning=meaning))
    return session_of(story, SESSION)


def _signed() -> Story:
    story = _story()
    _review(story)
    _sign(story)
    return story


def test_a_session_is_recorded_reviewed_signed_and_countersigned() -> None:
    story = _story()
    states = [session_of(story, SESSION).record.review_state]
    states.append(_review(story).record.review_state)
    states.append(_sign(story).record.review_state)
    states.append(_sign(story, SECOND).record.review_state)
    assert states == ["recorded", "reviewed", "signed", "countersigned"]


def test_a_signature_shows_name_time_and_meaning() -> None:
    story = _signed()
    (signature,) = session_of(story, SESSION).record.signatures
    assert (signature.name, signature.account, signature.role) == (
        "Dr B",
        "dr.b",
        "practitioner",
    )
    assert (signature.meaning, signature.time_unix_ns) == (
        "approval",
        story.time_of(story.position),
    )
    assert signature.valid


def test_reviewing_and_signing_change_nothing_of_what_is_signed() -> None:
    story = _story()
    shown = state_hash(session_of(story, SESSION))
    _review(story)
    session = _sign(story)
    assert state_hash(session) == shown == session.record.signatures[0].state_hash


@pytest.mark.parametrize("change", ["amendment", "note", "form"])
def test_whatever_changes_what_is_shown_takes_a_signature_off_it(change: str) -> None:
    story = _signed()
    before = session_of(story, SESSION)
    if change == "amendment":
        order = Amend(session=SESSION, what="client", now="C-18", reason="typing", by=DOCTOR)
        carried_out(story, order)
    elif change == "note":
        story.append(SessionNote(session=SESSION, text="late", nonce="0"))
    else:
        carried_out(story, FillIn(session=SESSION, form=ClinicalForm(endpoint="erythema")))
    after = session_of(story, SESSION)
    assert state_hash(after) != state_hash(before)
    assert after.record.review_state == "recorded"
    assert [one.valid for one in after.record.signatures] == [False]
    assert len(after.record.reviews) == 1


def test_a_changed_session_can_be_reviewed_and_signed_again() -> None:
    story = _signed()
    story.append(SessionNote(session=SESSION, text="late", nonce="0"))
    _review(story)
    session = _sign(story)
    assert session.record.review_state == "signed"
    assert [one.valid for one in session.record.signatures] == [False, True]


def test_a_state_that_was_not_shown_is_not_signed() -> None:
    story = _story()
    shown = state_hash(session_of(story, SESSION))
    story.append(SessionNote(session=SESSION, text="meanwhile", nonce="0"))
    with pytest.raises(CommandRefused, match="not as it was shown"):
        carried_out(story, ReviewRecord(session=SESSION, state_hash=shown, by=DOCTOR))


def test_signing_needs_a_review_first() -> None:
    with pytest.raises(CommandRefused, match="was not reviewed"):
        _sign(_story())


@pytest.mark.parametrize("by", [MANAGER, AUDITOR])
def test_only_a_practitioner_signs(by: By) -> None:
    story = _story()
    _review(story)
    with pytest.raises(CommandRefused, match="may not sign"):
        _sign(story, by)


def test_an_auditor_reviews_nothing_and_an_administrator_may() -> None:
    story = _story()
    with pytest.raises(CommandRefused, match="may not amend or review"):
        _review(story, AUDITOR)
    assert _review(story, MANAGER).record.review_state == "reviewed"


def test_the_second_signer_is_another_account_and_there_is_no_third() -> None:
    story = _signed()
    with pytest.raises(CommandRefused, match="has signed session"):
        _sign(story)
    _sign(story, SECOND)
    with pytest.raises(CommandRefused, match="signed twice"):
        _sign(story, By(id="dr.d", name="Dr D", role="practitioner"))


def test_a_meaning_is_one_of_those_there_are() -> None:
    story = _story()
    _review(story)
    with pytest.raises(CommandRefused, match="no meaning of a signature"):
        _sign(story, meaning="whatever")


def test_an_open_session_is_not_signed() -> None:
    story = Story()
    story.identified()
    story.started()
    with pytest.raises(CommandRefused, match="not stopped"):
        _sign(story)


def test_a_session_whose_statistics_are_due_is_not_signed() -> None:
    story = _story()
    order = Amend(session=SESSION, what="segment.1.zone", now="shin", reason="x", by=DOCTOR)
    carried_out(story, order)
    due = story.projection()
    assert due.due == (SESSION,)
    with pytest.raises(CommandRefused, match="just being made again"):
        _judge_on(due, story)


def _judge_on(projection: Projection, story: Story) -> None:
    session = projection.session(SESSION)
    assert session is not None
    order = ReviewRecord(session=SESSION, state_hash=state_hash(session), by=DOCTOR)
    decide_record(order, known_records(story, projection))
