"""The laboratory of the full drive in its short form: each mark once."""

from pathlib import Path

from drivers.simulator.pace import Pace
from logger.session.orders import AddNote, Stop
from tests.faults.full_disk import (
    REFUSE_BYTES,
    RESERVE_BYTES,
    WARN_BYTES,
    prepared,
    running,
)
from tests.support.playing import playing


def test_little_room_is_told_and_hinders_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as trial:
        trial.drive.leave(WARN_BYTES - 1_000_000)
        trial.recorder.until(lambda: trial.levels() == ["low"], "the warning")
        assert trial.refusal() == ""
        trial.drive.free()
        trial.recorder.until(lambda: trial.levels() == ["low", "good"], "the end of the warning")
        assert trial.recorder.log.count("make room") == 1


def test_too_little_room_begins_no_session_and_ends_none(tmp_path: Path) -> None:
    with running(tmp_path) as trial:
        trial.start_session()
        trial.drive.leave(REFUSE_BYTES - 1_000_000)
        trial.recorder.until(lambda: trial.levels() == ["full"], "the mark")
        trial.until_saved(50)
        trial.recorder.order(AddNote(text="still going on"))
        trial.recorder.order(Stop())
        assert "Make room" in trial.refusal()
        trial.drive.free()
        trial.recorder.until(lambda: trial.levels() == ["full", "good"], "room")
        assert trial.refusal() == ""


def test_an_open_session_goes_on_from_the_reserve(tmp_path: Path) -> None:
    with running(tmp_path) as trial:
        trial.start_session()
        trial.drive.leave(0)
        trial.recorder.until(lambda: trial.reserve_bytes < RESERVE_BYTES, "use of the reserve")
        trial.until_saved(200)
        trial.recorder.order(AddNote(text="still saved"))
        trial.drive.free()
        trial.recorder.until(lambda: trial.reserve_bytes == RESERVE_BYTES, "the reserve again")
        assert trial.account().told_missing == 0


def test_what_memory_can_keep_is_written_when_there_is_room(tmp_path: Path) -> None:
    with running(tmp_path, hold_bytes=10_000_000) as trial:
        trial.start_session()
        trial.fill()
        assert trial.reserve_bytes == 0
        assert "nothing can be saved now" in trial.refusal(AddNote(text="lost"))
        trial.resume()
        trial.recorder.order(Stop())
        assert trial.account().missing == 0


def test_what_it_cannot_keep_is_a_gap_with_its_numbers(tmp_path: Path) -> None:
    with running(tmp_path, hold_bytes=20_000) as trial:
        trial.fill()
        trial.until_sent(2000)
        trial.resume()
        found = trial.account()
        assert found.told_missing == found.missing > 0
        assert {gap.cause for gap in trial.gaps()} == {"disk"}


def test_a_full_drive_at_start_is_opened_with_the_reserve(tmp_path: Path) -> None:
    with prepared(tmp_path) as trial, playing([trial.pen.station], Pace()):
        trial.recorder.start()
        trial.recorder.until(lambda: trial.reserve_bytes == RESERVE_BYTES, "the reserve")
        trial.until_saved(100)
        trial.recorder.kill()
        trial.drive.leave(0)
        trial.recorder.start()
        trial.until_saved(100)
        assert trial.reserve_bytes < RESERVE_BYTES
        trial.account()


def test_without_any_room_at_start_it_ends_with_one_message(tmp_path: Path) -> None:
    with prepared(tmp_path, reserve_bytes=0) as trial:
        trial.drive.leave(0)
        trial.recorder.launch()
        trial.until_ended()
        assert trial.recorder.exit_code == 5
        (line,) = trial.recorder.log.splitlines()
        assert line.startswith("error: ")
        assert "Make room" in line
        with playing([trial.pen.station], Pace()):
            trial.drive.free()
            trial.recorder.start()
            trial.until_saved(100)
