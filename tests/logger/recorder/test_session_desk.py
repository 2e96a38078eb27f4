"""Orders and the service's own rules, as the running recorder applies them."""

from collections.abc import Iterable

import pytest

from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.recorder.session_desk import SERVICE, SessionDesk
from logger.session.keeper import Keeper, KeeperLimits, LastSigns
from logger.session.orders import AddNote, AnyOrder, KnownPen, Start, StartSegment, Stop
from logger.session.projection import Projection
from tests.support.stories import Story
from tests.support.wire import HOST_BOOT, host, told

PEN = "NP-1"
START = Start(client="C-1", practitioner="dr-b", side="left", zone="anterior-thigh")


class Desk:
    """A desk at which what was drafted is applied at once."""

    def __init__(self) -> None:
        self._story = Story()
        self.pens = {PEN: KnownPen(serial=PEN, linked=True, simulated=False)}
        self.desk = SessionDesk(
            Projection(), Keeper(KeeperLimits(600, 3600)), {}, lambda: self.pens, host
        )

    def apply(self, drafts: Iterable[Draft]) -> None:
        before = self._story.position
        for draft in drafts:
            payload = kinds.decode(draft.kind, draft.payload)
            self._story.append(payload, stream=draft.stream, actor=draft.actor)
        self.desk.applied(self._story.entries[before:])

    def order(self, order: AnyOrder) -> Draft:
        (draft,) = self.desk.judge(order, "uid:1000")
        self.apply([draft])
        return draft

    def started(self) -> str:
        payload = kinds.decode("session.started", self.order(START).payload)
        assert isinstance(payload, kinds.SessionStarted)
        return payload.session


def _link(kind: str) -> Draft:
    payload: kinds.Payload = kinds.LinkUp(port="p", profile="npt", profile_hash="")
    if kind == "link.lost":
        payload = kinds.LinkLost(port="p", reason="silent")
    return Draft(kind, PEN, SERVICE, kinds.encode(payload))


def test_an_order_is_drafted_on_its_pens_stream_for_its_giver() -> None:
    draft = Desk().order(START)
    assert (draft.kind, draft.stream, draft.actor) == ("session.started", PEN, "uid:1000")


def test_session_ids_begin_with_the_day() -> None:
    assert Desk().started().startswith("20251009-")


def test_an_order_that_breaks_a_rule_is_refused() -> None:
    desk = Desk()
    desk.started()
    with pytest.raises(CommandRefused, match="is not stopped"):
        desk.order(START)


def test_a_note_for_a_stopped_session_stands_on_its_pens_stream() -> None:
    desk = Desk()
    session = desk.started()
    desk.order(Stop())
    assert desk.order(AddNote(session=session, text="late")).stream == PEN


def test_a_lost_link_interrupts_its_session_right_behind_the_loss() -> None:
    desk = Desk()
    desk.started()
    drafts = desk.desk.minded([_link("link.lost")], host(1))
    assert told(drafts) == ["link.lost", "session.interrupted"]
    payload = kinds.decode(drafts[1].kind, drafts[1].payload)
    assert isinstance(payload, kinds.SessionInterrupted)
    assert payload.reason == "link lost: silent"


def test_a_link_that_is_back_continues_its_session() -> None:
    desk = Desk()
    desk.started()
    desk.apply(desk.desk.minded([_link("link.lost")], host(1)))
    drafts = desk.desk.minded([_link("link.up")], host(6))
    assert told(drafts) == ["link.up", "session.continued"]


def test_a_link_lost_and_back_within_one_commit_interrupts_and_continues() -> None:
    desk = Desk()
    desk.started()
    drafts = desk.desk.minded([_link("link.lost"), _link("link.up")], host(1))
    assert told(drafts) == [
        "link.lost",
        "session.interrupted",
        "link.up",
        "session.continued",
    ]


def test_without_a_session_a_lost_link_changes_nothing() -> None:
    assert told(Desk().desk.minded([_link("link.lost")], host(1))) == ["link.lost"]


def test_drafts_without_links_pass_unchanged() -> None:
    desk = Desk()
    desk.started()
    draft = Draft("gap", PEN, SERVICE, b"{}")
    assert desk.desk.minded([draft], host(1)) == [draft]


def test_time_alone_is_looked_at_once_a_second() -> None:
    desk = Desk()
    desk.started()
    desk.apply(desk.desk.due(host(0)))
    desk.apply(desk.desk.minded([_link("link.lost")], host(1)))
    assert told(desk.desk.due(host(700))) == ["session.lapsed"]
    assert desk.desk.due(host(700.5)) == []


def test_a_recorder_that_was_away_interrupts_what_was_open() -> None:
    desk = Desk()
    desk.started()
    signs = LastSigns(host(0).wall_ns, None, HOST_BOOT)
    assert told(desk.desk.started(signs, host(5))) == ["session.interrupted"]


def test_segments_go_to_the_open_session() -> None:
    desk = Desk()
    session = desk.started()
    draft = desk.order(StartSegment(side="right", zone="posterior-thigh"))
    payload = kinds.decode(draft.kind, draft.payload)
    assert payload == kinds.SegmentStarted(session=session, side="right", zone="posterior-thigh")
