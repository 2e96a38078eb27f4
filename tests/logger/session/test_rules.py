"""Random days of a clinic: what must hold whatever people and pens do."""

from collections.abc import Sequence

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from drivers.model import HostTime
from logger.errors import CommandRefused
from logger.journal.kinds import Payload, SessionStarted
from logger.session.assignment import Assignment, Assignments
from logger.session.commands import decide
from logger.session.keeper import Keeper, KeeperLimits
from logger.session.orders import (
    AddNote,
    AnyOrder,
    OpenSession,
    Pause,
    Resume,
    Start,
    StartSegment,
    Stop,
)
from logger.session.places import place_at
from logger.session.projection import Projection
from logger.session.record_orders import AnyRecordOrder
from logger.session.record_rules import decide_record
from logger.session.refreshing import refresh
from tests.support.orders import known_of
from tests.support.record_days import RECORD_STEPS, record_order
from tests.support.records import known_records, told
from tests.support.stories import RESTING, WORKING, Story, host_time, sample_block

_MINUTE_NS = 60_000_000_000
_PENS = ("NP-1", "NP-2")
_STEPS = (
    *("start",) * 3,
    *("segment",) * 2,
    *("pause",) * 2,
    *("resume",) * 3,
    *("stop",) * 3,
    "note",
    *("work",) * 6,
    *("rest",) * 2,
    *("away briefly", "away long", "away long"),
    *("wait 20", "wait 61"),
    "reload",
    "sum up",
    *RECORD_STEPS,
)
_ZONES = ("anterior-thigh", "shin", "medial-ankle")


class Clinic:
    """Pens and people; ``tags`` is what a sink was told of every block, with all retags."""

    def __init__(self) -> None:
        self.story = Story(encoded=True)
        self.projection = Projection()
        self.assignments = Assignments()
        self.keeper = Keeper(KeeperLimits(resume_within_s=600, close_after_s=3600))
        self.now_ns = 0
        self.tags: dict[int, Assignment | None] = {}
        self.pens: dict[int, str] = {}
        self.counts: dict[int, int] = {}

    def step(self, step: str, pen: str, number: int) -> None:
        """Do one of ``_STEPS`` on ``pen``."""
        if step in ("work", "rest"):
            self._record(pen, 1 + number, WORKING if step == "work" else RESTING)
        elif step.startswith("away"):
            self._be_away(pen, 1 if step == "away briefly" else 11)
        elif step.startswith("wait"):
            self.now_ns += int(step.split()[1]) * _MINUTE_NS
        elif step == "reload":
            stopped = self.projection.stopped
            self.projection = Projection.load(self.projection.dump(), self.projection.session)
            self.projection.stopped.update(stopped)
        elif step == "sum up":
            refresh(self.projection, self.story.read_pen)
        elif step in RECORD_STEPS:
            mine = [one for one in self.projection.sessions() if one.pen == pen]
            blocks = [position for position, of in self.pens.items() if of == pen]
            order = record_order(mine, blocks, step, number + self.story.position)
            if order is not None:
                self._order(order)
        else:
            self._order(_order(step, pen, number))
        self._append(self.keeper.tick(self.projection.open_sessions(), self._now()))

    def open_sessions(self) -> list[OpenSession]:
        return self.projection.open_sessions()

    def _order(self, order: AnyOrder | AnyRecordOrder) -> None:
        before = self.projection.dump()
        try:
            if isinstance(order, AnyRecordOrder):
                payloads = decide_record(order, known_records(self.story, self.projection))
            else:
                payloads = decide(order, known_of(self.projection))
        except CommandRefused as refused:
            assert refused.reason
            assert self.projection.dump() == before
            return
        self._append(payloads)

    def _record(self, pen: str, count: int, status: int) -> None:
        first = self.story.position * 10
        block = sample_block(count, first=first, pen=pen, status=status)
        position = self.story.samples(block)
        self.tags[position] = self.assignments.at(pen)
        self.pens[position], self.counts[position] = pen, count
        self._fold()

    def _be_away(self, pen: str, minutes: int) -> None:
        self._append(self.keeper.link_lost(self.open_sessions(), pen, "unplugged", self._now()))
        self.now_ns += minutes * _MINUTE_NS
        self._append(self.keeper.link_up(self.open_sessions(), pen, self._now()))

    def _now(self) -> HostTime:
        return replace(host_time(), boottime_ns=self.now_ns)

    def _append(self, payloads: Sequence[Payload]) -> None:
        for payload in payloads:
            event(type(payload).__name__)
            self.story.append(payload, stream=self._pen_of(payload))
            self._fold()

    def _pen_of(self, payload: Payload) -> str:
        if isinstance(payload, SessionStarted):
            return payload.pen
        session = self.projection.session(getattr(payload, "session", ""))
        assert session is not None
        return session.pen

    def _fold(self) -> None:
        entry = self.story.entries[-1]
        self.projection.apply(entry)
        for retag in self.assignments.apply(entry):
            event(f"retag to {'unassigned' if retag.new is None else 'session'}")
            for position, tags in self.tags.items():
                inside = retag.from_position <= position <= retag.to_position
                if inside and self.pens[position] == retag.stream:
                    assert tags == retag.former
                    self.tags[position] = retag.new


def _order(step: str, pen: str, number: int) -> AnyOrder:
    zone = _ZONES[number % 3]
    orders: dict[str, AnyOrder] = {
        "start": Start(
            client="no code" if number == 4 else "C-1",
            practitioner="p",
            side="left",
            zone=zone,
            pen=pen,
        ),
        "segment": StartSegment(side="right", zone=zone, pen=pen),
        "pause": Pause(pen=pen),
        "resume": Resume(pen=pen),
        "stop": Stop(pen=pen),
        "note": AddNote(text="x"),
    }
    return orders[step]


_DAYS = st.lists(
    st.tuples(
        st.sampled_from(_STEPS),
        st.sampled_from((_PENS[0], *_PENS)),
        st.integers(0, 4),
    ),
    min_size=10,
    max_size=60,
)


def _after(day: list[tuple[str, str, int]]) -> Clinic:
    clinic = Clinic()
    clinic.step("start", "NP-1", 0)
    for step in day:
        clinic.step(*step)
        pens = [one.pen for one in clinic.open_sessions()]
        assert len(pens) == len(set(pens))
    refresh(clinic.projection, clinic.story.read_pen)
    return clinic


@settings(max_examples=150, deadline=None)
@given(day=_DAYS)
def test_a_pen_never_has_two_open_sessions_and_a_rebuild_says_the_same(
    day: list[tuple[str, str, int]],
) -> None:
    clinic = _after(day)
    assert told(clinic.story).sessions() == clinic.projection.sessions()


@settings(max_examples=150, deadline=None)
@given(day=_DAYS)
def test_what_sinks_were_told_agrees_with_the_sessions(day: list[tuple[str, str, int]]) -> None:
    clinic = _after(day)
    for position, tags in clinic.tags.items():
        assert tags == _told_by_sessions(clinic, position)


@settings(max_examples=150, deadline=None)
@given(day=_DAYS)
def test_every_sample_of_a_session_is_counted_once(day: list[tuple[str, str, int]]) -> None:
    clinic = _after(day)
    for session in clinic.projection.sessions():
        mine = sum(
            clinic.counts[position]
            for position, tags in clinic.tags.items()
            if tags is not None and tags.session == session.id
        )
        assert mine == session.totals.samples_received + session.samples_paused


@pytest.mark.parametrize("order", ["segment", "pause", "resume", "stop", "note"])
def test_a_refused_order_changes_nothing(order: str) -> None:
    clinic = Clinic()
    clinic.step(order, "NP-1", 0)
    assert clinic.story.entries == []


def _told_by_sessions(clinic: Clinic, position: int) -> Assignment | None:
    told = []
    for session in clinic.projection.sessions():
        place = place_at(session, position) if session.pen == clinic.pens[position] else None
        if place is not None:
            told.append(Assignment(session.id, place.side, place.zone, place.paused))
    assert len(told) <= 1
    return told[0] if told else None
