import msgspec
import pytest

from logger.errors import CommandRefused
from logger.journal.kinds import (
    SegmentStarted,
    SessionNote,
    SessionPaused,
    SessionResumed,
    SessionStopped,
)
from logger.session.commands import decide
from logger.session.orders import (
    AddNote,
    AnyOrder,
    By,
    Known,
    Pause,
    Resume,
    StartSegment,
    Stop,
)
from logger.session.summary import State
from tests.support.orders import known, open_session

ID = "20261122-ab12"


def _refusal(order: AnyOrder, state: Known) -> CommandRefused:
    with pytest.raises(CommandRefused) as refused:
        decide(order, state)
    return refused.value


def test_a_segment_names_the_session_by_itself_where_one_is_open() -> None:
    assert decide(StartSegment(side="Right", zone="calf"), known(open_session())) == [
        SegmentStarted(session=ID, side="right", zone="posterior-lower-leg")
    ]


def test_the_same_segment_again_is_refused() -> None:
    refused = _refusal(StartSegment(side="left", zone="anterior-thigh"), known(open_session()))
    assert "already on left anterior-thigh" in refused.reason


@pytest.mark.parametrize("order", [Pause(), Stop(), Resume(), AddNote(text="x")])
def test_without_an_open_session_orders_are_refused(order: AnyOrder) -> None:
    assert _refusal(order, known()).reason == "no session is open"


def test_with_two_open_sessions_the_order_must_name_one() -> None:
    state = known(open_session(), open_session("20261122-cd34", pen="NP-2"))
    refused = _refusal(Stop(), state)
    assert ID in refused.mend
    assert "20261122-cd34" in refused.mend


def test_the_pen_names_the_session() -> None:
    state = known(open_session(), open_session("20261122-cd34", pen="NP-2"))
    assert decide(Pause(pen="NP-2"), state) == [SessionPaused(session="20261122-cd34")]


def test_a_pen_without_session_is_named() -> None:
    refused = _refusal(Stop(pen="NP-2"), known(open_session()))
    assert "no session is open on pen NP-2" in refused.reason


def test_a_session_on_another_pen_than_named_is_refused() -> None:
    refused = _refusal(Stop(session=ID, pen="NP-2"), known(open_session()))
    assert "on pen NP-1, not NP-2" in refused.reason


def test_a_stopped_session_is_not_stopped_again() -> None:
    refused = _refusal(Stop(session="20261122-0000"), known(sessions=("20261122-0000",)))
    assert "already stopped" in refused.reason


def test_an_unknown_session_is_refused() -> None:
    assert "there is no session nope" in _refusal(Stop(session="nope"), known()).reason


def test_a_paused_session_is_not_paused_again() -> None:
    state = known(open_session(state="paused"))
    assert "already paused" in _refusal(Pause(), state).reason


def test_a_session_that_is_going_on_is_not_resumed() -> None:
    assert "going on" in _refusal(Resume(), known(open_session())).reason


def test_a_paused_session_is_resumed_without_adopting() -> None:
    assert decide(Resume(), known(open_session(state="paused"))) == [SessionResumed(session=ID)]


def test_a_lapsed_session_adopts_what_is_unassigned() -> None:
    lapsed = open_session(state="lapsed", unassigned_from=12, unassigned_to=40)
    assert decide(Resume(), known(lapsed)) == [
        SessionResumed(session=ID, adopted_from=12, adopted_to=40)
    ]


def test_a_lapsed_session_without_its_pen_is_not_resumed() -> None:
    lapsed = open_session(state="lapsed", pen="NP-OFF")
    assert "not linked" in _refusal(Resume(), known(lapsed)).reason


@pytest.mark.parametrize("order", [Pause(), StartSegment(side="right", zone="medial-ankle")])
def test_a_lapsed_session_must_be_resumed_or_stopped_first(order: AnyOrder) -> None:
    assert "Resume it or stop it" in _refusal(order, known(open_session(state="lapsed"))).mend


def test_a_lapsed_session_stops_where_its_pen_went_away() -> None:
    lapsed = open_session(state="lapsed", broken_position=9, broken_unix_ns=77)
    assert decide(Stop(), known(lapsed)) == [
        SessionStopped(session=ID, reason="ordered", ended_position=9, ended_unix_ns=77)
    ]


@pytest.mark.parametrize("state", ["open", "paused", "interrupted"])
def test_any_other_session_stops_where_it_is_ordered(state: State) -> None:
    assert decide(Stop(), known(open_session(state=state))) == [
        SessionStopped(session=ID, reason="ordered")
    ]


def test_a_note_gets_a_nonce() -> None:
    assert decide(AddNote(text=" erythema 1 "), known(open_session())) == [
        SessionNote(session=ID, text="erythema 1", nonce="n0nce")
    ]


def test_a_note_may_be_added_to_a_stopped_session() -> None:
    order = AddNote(text="late", session="20261122-0000")
    (note,) = decide(order, known(sessions=("20261122-0000",)))
    assert isinstance(note, SessionNote)
    assert note.session == "20261122-0000"


@pytest.mark.parametrize("text", ["", "  ", "x" * 4001])
def test_an_empty_or_endless_note_is_refused(text: str) -> None:
    _refusal(AddNote(text=text), known(open_session()))


def test_orders_travel_as_json() -> None:
    order = StartSegment(side="left", zone="shin")
    assert msgspec.json.decode(msgspec.json.encode(order), type=AnyOrder) == order


@pytest.mark.parametrize(
    "order", [StartSegment(side="right", zone="calf"), Pause(), Stop(), AddNote(text="x")]
)
def test_what_is_appended_names_the_account_that_gave_the_order(order: AnyOrder) -> None:
    by = By(id="dr.b", name="Dr B", role="practitioner")
    (payload,) = decide(msgspec.structs.replace(order, by=by), known(open_session()))
    assert msgspec.to_builtins(payload)["account"] == "dr.b"


def test_an_auditor_leads_no_session() -> None:
    by = By(id="audit", name="A", role="auditor")
    refused = _refusal(Stop(by=by), known(open_session()))
    assert refused.reason == "account audit is auditor, and may not lead a session"


def test_an_entry_from_before_accounts_gave_orders_is_read_on() -> None:
    old = b'{"session":"20261122-ab12","reason":"ordered"}'
    assert msgspec.json.decode(old, type=SessionStopped).account == ""
