"""A session as a practitioner orders it: start, segments, pause, notes, stop, show, export."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drivers.simulator.pace import Pace
from logger.cli.exits import Exit
from logger.session.projection import Projection
from logger.session.store import load_sessions
from tests.support.command_line import Answer, call
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.simulated import SimulatedPen, sequence_of, simulated_settings

PLANS = """\
[[plans]]
name = "standard"
version = "1"
[[plans.zones]]
zone = "anterior-thigh"
depth_max_mm = 0.25
"""
START = ("--client", "C-1", "--practitioner", "dr-b", "--side", "left", "--zone", "anterior-thigh")


@dataclass(frozen=True)
class Practice:
    """A running recorder with one pen, and the command line for it."""

    recorder: RecorderProcess

    def __call__(self, *arguments: str) -> Answer:
        return call("--config", self.recorder.settings_file, "session", *arguments)

    def done(self, *arguments: str) -> dict[str, Any]:
        answer = self(*arguments, "--json")
        assert answer.code == Exit.OK, answer.err
        found = answer.json()
        assert isinstance(found, dict)
        return found

    def wait_for_more(self, samples: int) -> None:
        self.recorder.until_samples(self.recorder.pen().samples + samples)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    place = tmp_path_factory.mktemp("practice")
    (place / "plans.toml").write_text(PLANS)
    pen = SimulatedPen(place / "pen", simulated_settings("SIM-1"))
    settings = 'plans_file = "plans.toml"\n' + settings_text([PenTable(pen.link)])
    with playing([pen.station], Pace(speed=1)), RecorderProcess(place, settings) as recorder:
        recorder.until_samples(20)
        yield Practice(recorder)


@pytest.fixture
def session(practice: Practice) -> Iterator[str]:
    """An open session, stopped afterwards if the test has not done so."""
    started = str(practice.done("start", *START)["session"])
    yield started
    practice("stop", "--session", started)


@pytest.fixture(scope="module")
def finished(practice: Practice) -> dict[str, Any]:
    """A session of two segments with a pause and a note, as ``session show --json`` has it."""
    order = (*START, "--plan", "standard", "--indication", "scars", "--cartridge", "(10)L1")
    started = practice.done("start", *order, "--needles", "12", "--note", "first visit")
    practice.wait_for_more(100)
    practice.done("segment", "--side", "right", "--zone", "anterior-knee")
    practice.wait_for_more(50)
    practice.done("pause")
    practice.wait_for_more(50)
    practice.done("resume")
    practice.wait_for_more(50)
    practice.done("note", "went well")
    practice.done("stop")
    return practice.done("show", str(started["session"]))


def test_a_session_holds_what_was_ordered(finished: dict[str, Any]) -> None:
    assert finished["state"] == "stopped"
    assert finished["stop_reason"] == "ordered"
    assert (finished["client"], finished["practitioner"]) == ("C-1", "dr-b")
    assert finished["indication"] == "scars"
    assert finished["cartridge"] == {"udi": "(10)L1", "lot": "L1", "needle_count": 12}
    assert finished["simulated"] is True
    assert [note["text"] for note in finished["notes"]] == ["first visit", "went well"]


def test_a_session_holds_a_copy_of_its_plan(finished: dict[str, Any]) -> None:
    assert (finished["plan"]["name"], finished["plan"]["version"]) == ("standard", "1")
    assert finished["plan"]["zones"] == [{"zone": "anterior-thigh", "depth_max_mm": 0.25}]


def test_segments_stand_in_order_with_side_and_zone(finished: dict[str, Any]) -> None:
    places = [(one["side"], one["zone"]) for one in finished["segments"]]
    assert places == [("left", "anterior-thigh"), ("right", "anterior-knee")]


def test_samples_of_a_pause_count_apart(practice: Practice, finished: dict[str, Any]) -> None:
    assert finished["samples_paused"] >= 50
    (stay,) = finished["interruptions"]
    assert (stay["what"], stay["ended_by"]) == ("paused", "session.resumed")


def test_every_sample_between_start_and_stop_is_the_sessions(
    practice: Practice, finished: dict[str, Any]
) -> None:
    first, last = finished["started_position"], finished["ended_position"]
    entries = practice.recorder.entries("samples")
    blocks = practice.recorder.blocks("SIM-1")
    inside = [
        block
        for entry, block in zip(entries, blocks, strict=False)
        if first < entry.position <= last
    ]
    received = sum(one["statistics"]["samples_received"] for one in finished["segments"])
    assert received + finished["samples_paused"] == len(sequence_of(inside))


def test_export_writes_every_sample_exactly(practice: Practice, finished: dict[str, Any]) -> None:
    answer = practice("export", finished["id"])
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    numbers = [int(row["sequence"]) for row in rows]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    by_sequence = {
        number: (time_ns, value)
        for block in practice.recorder.blocks("SIM-1")
        for number, time_ns, value in zip(
            block.sequence.tolist(),
            block.utc_ns().tolist(),
            [um / 1000 for um in block.columns["depth_set_mm"].tolist()],
            strict=True,
        )
    }
    held = [(int(row["time_unix_ns"]), float(row["depth_set_mm"])) for row in rows]
    assert held == [by_sequence[number] for number in numbers]


def test_export_as_json_lines_has_the_same_rows(
    practice: Practice, finished: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "samples.jsonl"
    written = practice("export", finished["id"], "--format", "jsonl", "--out", str(file))
    assert (written.code, written.err) == (Exit.OK, f"written to {file}\n")
    numbers = [json.loads(line)["sequence"] for line in file.read_text().splitlines()]
    rows = csv.DictReader(io.StringIO(practice("export", finished["id"]).out))
    assert numbers == [int(row["sequence"]) for row in rows]


def test_sessions_are_listed_newest_first(
    practice: Practice, finished: dict[str, Any], session: str
) -> None:
    listed = [row["id"] for row in practice.done("list")["sessions"]]
    assert listed.index(session) < listed.index(finished["id"])
    assert practice.done("list", "--limit", "1")["sessions"][0]["id"] == session


def test_the_page_of_a_session_is_for_people(practice: Practice, finished: dict[str, Any]) -> None:
    page = practice("show", finished["id"]).out
    assert f"session {finished['id']}  stopped  SIMULATED" in page
    assert "1. left" in page
    assert "went well" in page


def test_sessions_made_anew_from_the_journal_are_the_same(
    practice: Practice, finished: dict[str, Any]
) -> None:
    projection = Projection()
    for entry in practice.recorder.entries():
        projection.apply(entry)
    kept = load_sessions(practice.recorder.data_dir).session(finished["id"])
    assert projection.session(finished["id"]) == kept


def test_orders_tell_what_was_done_and_where(practice: Practice, session: str) -> None:
    done = practice.done("note", "text")
    assert (done["session"], done["done"]) == (session, "session.note")
    (entry,) = [e for e in practice.recorder.entries() if e.position == done["position"]]
    assert entry.kind == "session.note"
    assert entry.actor.startswith("uid:")


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (("start", *START), "is not stopped (open)"),
        (("resume",), "is going on"),
        (("segment", "--side", "left", "--zone", "anterior-thigh"), "is already on left"),
        (("segment", "--side", "left", "--zone", "nose"), "nose"),
        (("stop", "--session", "20200101-zzzz"), "there is no session 20200101-zzzz"),
        (("stop", "--pen", "NP-9"), "no session is open on pen NP-9"),
        (("show", "20200101-zzzz"), "there is no session 20200101-zzzz"),
        (("export", "20200101-zzzz"), "there is no session 20200101-zzzz"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_impossible_orders_are_refused_with_the_reason_and_exit_code_3(
    practice: Practice, session: str, order: tuple[str, ...], reason: str
) -> None:
    before = practice.recorder.entries("session.started", "segment.started", "session.stopped")
    answer = practice(*order)
    assert (answer.code, answer.out) == (Exit.REFUSED, "")
    (line,) = answer.err.splitlines()
    assert line.startswith("error: ")
    assert reason in line
    after = practice.recorder.entries("session.started", "segment.started", "session.stopped")
    assert len(after) == len(before)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("--client", ""), "client"),
        (("--client", "Jane Doe"), "Jane Doe"),
        (("--pen", "NP-9"), "pen NP-9 is unknown"),
        (("--plan", "nonesuch"), "nonesuch"),
        (("--needles", "0"), "0 needles"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_impossible_starts_are_refused_with_the_reason(
    practice: Practice, change: tuple[str, str], reason: str
) -> None:
    answer = practice("start", *START, *change)
    assert answer.code == Exit.REFUSED
    assert reason in answer.err


@pytest.mark.parametrize("order", ["segment", "pause", "resume", "stop"])
def test_orders_without_a_session_are_refused(practice: Practice, order: str) -> None:
    place = ("--side", "left", "--zone", "anterior-knee") if order == "segment" else ()
    answer = practice(order, *place)
    assert answer.code == Exit.REFUSED
    assert "no session is open" in answer.err


def test_without_a_recorder_a_session_can_be_noted_and_stopped(tmp_path: Path) -> None:
    pen = SimulatedPen(tmp_path / "pen", simulated_settings("SIM-2"))
    recorder = RecorderProcess(tmp_path, settings_text([PenTable(pen.link)]))
    practice = Practice(recorder)
    with playing([pen.station], Pace()), recorder:
        recorder.until_samples(10)
        session = str(practice.done("start", *START)["session"])
        recorder.stop()
    noted = practice.done("note", "the drive was full")
    stopped = practice.done("stop")
    refused = practice("start", *START)
    found = load_sessions(recorder.data_dir).session(session)
    assert (noted["session"], stopped["done"]) == (session, "session.stopped")
    assert found is not None
    assert (found.state, [note.text for note in found.notes]) == ("stopped", ["the drive was full"])
    assert refused.code == Exit.REFUSED
    assert "No pen is linked" in refused.err
