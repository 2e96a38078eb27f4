"""The recorder is killed in the middle of a session, and started again; later it is stopped."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.simulator.burst import Fate
from drivers.simulator.pace import Pace
from logger.session.model import Session
from logger.session.orders import Start, Stop
from logger.session.store import load_sessions
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.simulated import SimulatedPen, assert_exact, sequence_of, simulated_settings

UNREAD_WHILE_DEAD = 60


@dataclass(frozen=True)
class Restarted:
    recorder: RecorderProcess
    pen: SimulatedPen
    session: Session
    kinds: Mapping[str, list[str]]
    stop_code: int
    stop_s: float


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Restarted:
    place = tmp_path_factory.mktemp("restart")
    pen = SimulatedPen(place / "pen", simulated_settings("SIM-1"))
    recorder = RecorderProcess(place, settings_text([PenTable(pen.link)]))
    with playing([pen.station], Pace(waits_for_readers=True)), recorder:
        recorder.until_samples(50)
        order = Start(client="C-1", practitioner="p", side="left", zone="posterior-thigh")
        session = recorder.order(order)["session"]
        recorder.until_samples(150)
        recorder.kill()
        before = _kinds(recorder)
        _until_unread(pen, UNREAD_WHILE_DEAD)
        recorder.start()
        recorder.until_samples(100)
        recorder.order(Stop(session=session))
        code, took_s = recorder.stop()
    found = load_sessions(recorder.data_dir).session(session)
    assert found is not None
    kinds = {"before": before, "after": _kinds(recorder)[len(before) :]}
    return Restarted(recorder, pen, found, kinds, code, took_s)


def _kinds(recorder: RecorderProcess) -> list[str]:
    return [entry.kind for entry in recorder.entries() if entry.kind != "samples"]


def _until_unread(pen: SimulatedPen, count: int) -> None:
    deadline = time.monotonic() + 30
    while len(pen.sequence(Fate.UNREAD)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_recorder_leaves_no_stop_behind(restarted: Restarted) -> None:
    assert "service.stopped" not in restarted.kinds["before"]


def test_the_session_is_interrupted_and_goes_on_by_itself(restarted: Restarted) -> None:
    beside = ("anchor.set", "pen.event")
    after = [kind for kind in restarted.kinds["after"] if kind not in beside]
    assert after == [
        "service.started",
        "session.interrupted",
        "link.up",
        "session.continued",
        "pen.identified",
        "gap",
        "session.stopped",
        "link.lost",
        "service.stopped",
    ]


def test_the_gap_is_counted_exactly(restarted: Restarted) -> None:
    (gap,) = restarted.recorder.payloads("gap")
    present = sequence_of(restarted.recorder.blocks(restarted.pen.serial))
    missing = sorted(set(range(present[0], present[-1] + 1)) - set(present))
    assert gap.cause == "restart"
    assert (gap.from_sequence, gap.to_sequence, gap.count) == (
        missing[0],
        missing[-1],
        len(missing),
    )


def test_a_kill_costs_no_more_than_what_was_not_committed(restarted: Restarted) -> None:
    (gap,) = restarted.recorder.payloads("gap")
    unread = restarted.pen.sequence(Fate.UNREAD)
    while_dead = int(((unread >= gap.from_sequence) & (unread <= gap.to_sequence)).sum())
    assert while_dead >= UNREAD_WHILE_DEAD
    assert gap.count - while_dead <= 100


def test_what_is_there_is_exact(restarted: Restarted) -> None:
    blocks = restarted.recorder.blocks(restarted.pen.serial)
    last = sequence_of(blocks)[-1]
    assert_exact(blocks, restarted.pen.made(last + 1))


def test_the_session_tells_of_its_interruption_and_its_gap(restarted: Restarted) -> None:
    (stay,) = restarted.session.interruptions
    assert (stay.what, stay.reason, stay.ended_by) == (
        "interrupted",
        "recorder restarted",
        "session.continued",
    )


def test_completeness_is_what_was_received_of_what_was_made(restarted: Restarted) -> None:
    (segment,) = restarted.session.segments
    (gap,) = restarted.recorder.payloads("gap")
    statistics = segment.statistics
    assert statistics.samples_missing == gap.count
    received = statistics.samples_received
    assert statistics.completeness == received / (received + gap.count)


def test_sigterm_ends_within_five_seconds(restarted: Restarted) -> None:
    assert restarted.stop_code == 0
    assert restarted.stop_s < 5


def test_everything_read_before_sigterm_is_committed(restarted: Restarted) -> None:
    last = sequence_of(restarted.recorder.blocks(restarted.pen.serial))[-1]
    sent = restarted.pen.sequence(Fate.SENT)
    # Nothing is read after the stop; a few samples may be on the line then.
    assert len(sent[sent > last]) <= 20


def test_the_link_ends_as_stopped(restarted: Restarted) -> None:
    (lost,) = restarted.recorder.payloads("link.lost")
    assert lost.reason == "stopped"


def test_an_interrupted_session_stays_interrupted_while_no_recorder_runs(tmp_path: Path) -> None:
    pen = SimulatedPen(tmp_path / "pen", simulated_settings("SIM-2"))
    recorder = RecorderProcess(tmp_path, settings_text([PenTable(pen.link)]))
    with playing([pen.station], Pace()), recorder:
        recorder.until_samples(10)
        order = Start(client="C-1", practitioner="p", side="left", zone="posterior-thigh")
        session = recorder.order(order)["session"]
        recorder.stop()
    found = load_sessions(recorder.data_dir).session(session)
    assert found is not None
    assert found.state == "interrupted"
