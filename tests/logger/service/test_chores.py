"""The service has sealed what is recorded by a child, one at a time, and survives its death."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from drivers.simulator.pace import Pace
from logger.session.orders import AddNote, Stop
from tests.faults.crash_calls import start_order
from tests.support.archived import read_manifest, seals
from tests.support.playing import playing
from tests.support.recorder_process import PenTable, RecorderProcess, settings_text
from tests.support.simulated import SimulatedPen, simulated_settings

SOON = "[archive]\nsettle_s = 0.2\nniceness = 0"
"""And at once: on a busy machine a child that gives way may take minutes."""
SERIAL = "SIM-1"


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[RecorderProcess]:
    """A recorder that seals soon, with a pen that speaks."""
    pen = SimulatedPen(tmp_path / "pen", simulated_settings(SERIAL))
    text = settings_text([PenTable(pen.link)], SOON)
    with playing([pen.station], Pace()), RecorderProcess(tmp_path, text) as recorder:
        recorder.until_samples(10)
        yield recorder


def _session(recorder: RecorderProcess) -> str:
    """Record a session to its end; returns its id."""
    started = recorder.order(start_order(SERIAL))
    recorder.until_samples(recorder.pen().samples + 30)
    recorder.order(Stop(pen=SERIAL))
    return str(started["session"])


def _child(recorder: RecorderProcess) -> psutil.Process | None:
    found = psutil.Process(recorder.pid).children()
    return found[0] if found else None


def _niceness(recorder: RecorderProcess) -> int | None:
    child = _child(recorder)
    try:
        return None if child is None else int(child.nice())
    except psutil.NoSuchProcess:
        return None


def test_a_session_is_sealed_soon_after_its_end(recorder: RecorderProcess) -> None:
    session = _session(recorder)
    recorder.until_entry("seal.made")
    (seal,) = seals(recorder.data_dir)
    assert (seal.name, seal.revision) == (session, 1)
    directory = recorder.data_dir / "archive" / "sessions" / session
    manifest = read_manifest(directory / "manifest-1.json")
    assert manifest.software[-1].settings["pens"][0]["profile"] == "npt"
    assert manifest.simulated
    assert manifest.clock
    assert manifest.pens[0].profile == "npt"


def test_a_note_after_the_end_makes_a_revision(recorder: RecorderProcess) -> None:
    session = _session(recorder)
    recorder.until_entry("seal.made")
    recorder.order(AddNote(session=session, text="even"))
    recorder.until_entry("seal.made", count=2)
    assert [one.revision for one in seals(recorder.data_dir)] == [1, 2]


def test_a_head_is_signed_at_the_first_start_and_at_each_seal(recorder: RecorderProcess) -> None:
    recorder.until_entry("head.signed")
    _session(recorder)
    recorder.until_entry("head.signed", count=2)
    assert [one.kind for one in recorder.entries("key.made", "head.signed", "seal.made")] == [
        *("key.made", "head.signed", "seal.made", "head.signed")
    ]


def test_the_status_tells_of_what_was_sealed(recorder: RecorderProcess) -> None:
    _session(recorder)
    recorder.until(lambda: recorder.ask().archive.sealed == 1, "a seal in the status")
    recorder.until(lambda: recorder.ask().archive.state == "idle", "an end of the round")
    assert recorder.ask().archive.last_round_unix_ns is not None
    assert not [one for one in recorder.ask().conditions if one.what == "archive"]


def test_a_child_gives_way_to_whatever_else_wants_the_processor(tmp_path: Path) -> None:
    text = settings_text([PenTable(tmp_path / "none")], "[archive]\nsettle_s = 0")
    with RecorderProcess(tmp_path, text) as recorder:
        own = psutil.Process(recorder.pid).nice()
        recorder.until(lambda: _niceness(recorder) == min(own + 19, 19), "a child of low priority")


def test_a_child_that_is_killed_is_told_and_started_again(recorder: RecorderProcess) -> None:
    def killed() -> bool:
        child = _child(recorder)
        if child is not None:
            child.send_signal(signal.SIGKILL)
        return recorder.ask().archive.state == "failing"

    recorder.until(killed, "a child to kill")
    session = _session(recorder)
    (told,) = [one for one in recorder.ask().conditions if one.what == "archive"]
    assert "ended" in told.problem
    assert recorder.pen().state == "recording"
    recorder.until_entry("seal.made")
    assert [one.name for one in seals(recorder.data_dir)] == [session]
    recorder.until(lambda: not recorder.ask().archive.failed, "an end of the trouble")


def test_a_recorder_that_ends_takes_its_child_along(recorder: RecorderProcess) -> None:
    recorder.until(lambda: _child(recorder) is not None, "a child")
    child = _child(recorder)
    code, took_s = recorder.stop()
    assert code == 0
    assert took_s < 5
    assert "Traceback" not in recorder.log
    assert "is closed" not in recorder.log
    if child is not None:
        psutil.wait_procs([child], timeout=30)
        assert not child.is_running()


def test_an_archive_that_cannot_be_written_is_a_condition_and_recording_goes_on(
    recorder: RecorderProcess,
) -> None:
    recorder.until_entry("head.signed")
    sessions = recorder.data_dir / "archive" / "sessions"
    sessions.write_text("in the way")
    _session(recorder)
    recorder.until(lambda: bool(recorder.ask().archive.failed), "a failure")
    (told,) = [one for one in recorder.ask().conditions if one.what == "archive"]
    assert "Not a directory" in told.problem or "File exists" in told.problem
    recorder.until_samples(recorder.pen().samples + 10)
    sessions.unlink()
    recorder.until_entry("seal.made")


def test_what_was_not_sealed_at_the_end_is_sealed_after_the_next_start(
    tmp_path: Path,
) -> None:
    pen = SimulatedPen(tmp_path / "pen", simulated_settings(SERIAL))
    late = RecorderProcess(tmp_path, settings_text([PenTable(pen.link)]))
    with playing([pen.station], Pace()):
        with late:
            late.until_samples(10)
            session = _session(late)
            late.stop()
        assert seals(late.data_dir) == []
        late.settings_file.write_text(settings_text([PenTable(pen.link)], SOON))
        with late:
            late.until_entry("seal.made")
    assert [one.name for one in seals(late.data_dir)] == [session]
