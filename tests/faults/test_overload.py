"""The recorder does not run for a moment, or hardly; `make faults` does it for longer."""

from pathlib import Path

from tests.faults.overload import Overload, overload_rows, starved, stopped


def assert_exact(found: Overload) -> None:
    """Fail unless what the kernel took is journaled and all else lies in exact gaps."""
    assert [row.figure for row in overload_rows([found]) if not row.met] == []


def test_a_recorder_that_is_held_up_loses_only_what_had_no_room_and_says_so(
    tmp_path: Path,
) -> None:
    found = stopped(tmp_path / "stopped", seed=1, stops_s=(0.1, 2.0))
    assert_exact(found)
    assert found.missing > 0


def test_a_starved_recorder_loses_only_what_had_no_room_and_says_so(tmp_path: Path) -> None:
    assert_exact(starved(tmp_path / "starved", seed=1, for_s=3.0))
