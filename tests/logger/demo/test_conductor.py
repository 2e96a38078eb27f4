"""The conductor follows its script, and lets a person take over."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace

from drivers.simulator.script import SHORT_LEGS
from logger.demo.conductor import Conductor
from logger.errors import CommandRefused, NotRunning
from tests.support.statuses import PEN, SESSION, STATUS

BEFORE = replace(STATUS, sessions=())
OTHER_PENS = replace(SESSION, pen="NP-2")


@dataclass
class Recorder:
    """Notes what is ordered; refuses what it is told to."""

    ordered: list[str] = field(default_factory=list)
    refused: str = ""
    now_s: float = 0.0

    def carry_out(self, name: str, arguments: dict[str, Any]) -> Any:
        assert name == "session"
        if arguments["type"] == self.refused:
            raise CommandRefused("a person was quicker")
        self.ordered.append(arguments["type"])
        return {"session": SESSION.session}


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def conductor(recorder: Recorder) -> Conductor:
    return Conductor(recorder.carry_out, PEN.serial, SHORT_LEGS, lambda: recorder.now_s)


def test_it_starts_once_the_pen_is_recorded(recorder: Recorder, conductor: Conductor) -> None:
    conductor.step(replace(BEFORE, pens=(replace(PEN, samples=0),)))
    assert recorder.ordered == []
    conductor.step(BEFORE)
    assert recorder.ordered == ["start"]


def test_it_stops_what_was_left_open_on_its_pen_alone(
    recorder: Recorder, conductor: Conductor
) -> None:
    conductor.step(replace(STATUS, sessions=(SESSION, OTHER_PENS)))
    assert recorder.ordered == ["stop", "start"]


def test_it_goes_on_to_the_next_zone_when_that_is_due(
    recorder: Recorder, conductor: Conductor
) -> None:
    conductor.step(BEFORE)
    recorder.now_s = SHORT_LEGS.stays[0].duration_s + 0.1
    conductor.step(STATUS)
    conductor.step(STATUS)
    conductor.stop()
    assert recorder.ordered == ["start", "segment", "stop"]


def test_a_refused_order_ends_nothing(recorder: Recorder, conductor: Conductor) -> None:
    conductor.step(BEFORE)
    recorder.now_s, recorder.refused = SHORT_LEGS.stays[0].duration_s + 0.1, "segment"
    conductor.step(STATUS)
    conductor.stop()
    assert recorder.ordered == ["start", "stop"]


def test_whoever_stops_the_session_has_taken_over(recorder: Recorder, conductor: Conductor) -> None:
    conductor.step(BEFORE)
    for status in (BEFORE, STATUS):
        recorder.now_s += SHORT_LEGS.stays[0].duration_s
        conductor.step(status)
    conductor.stop()
    assert recorder.ordered == ["start"]


def test_a_recorder_that_is_gone_is_told(conductor: Conductor) -> None:
    def away(name: str, arguments: dict[str, Any]) -> Any:
        raise NotRunning("no recorder is running")

    conductor.step(BEFORE)
    conductor.order = away
    with pytest.raises(NotRunning):
        conductor.stop()
    assert conductor.status() is None
