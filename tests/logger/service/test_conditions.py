"""What is not as it should be, read off the status."""

from typing import Any

import pytest
from msgspec.structs import replace

from logger.service.conditions import conditions_of
from logger.status import ArchiveStatus, ClockStatus, Condition
from tests.support.statuses import DRIVE, PEN, SESSION, SINK, STATUS


def _of(part: str, one: Any, **changes: Any) -> list[Condition]:
    """Return the conditions of a good service in which one part is changed."""
    return list(conditions_of(replace(STATUS, **{part: (replace(one, **changes),)})))


def test_a_service_that_does_its_work_has_none() -> None:
    assert conditions_of(STATUS) == ()


def test_an_unsynchronised_clock_is_one() -> None:
    (found,) = conditions_of(replace(STATUS, clock=ClockStatus(synchronised=False)))
    assert found.what == "clock"
    assert "timedatectl" in found.mend


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"level": "low", "free_bytes": 9e8}, "900 MB left; with less than 500 MB no new"),
        ({"level": "full", "free_bytes": 1e8}, "100 MB left: no new session is begun"),
        (
            {"level": "full", "error": "the drive is full", "held_bytes": 2e6, "held_s": 12.0},
            "nothing can be saved for 12 s now: the drive is full; 2.0 MB wait in memory",
        ),
        (
            {"level": "full", "error": "full", "given_up_samples": 40},
            "0.0 MB wait in memory; 40 samples were given up",
        ),
    ],
)
def test_want_of_room_is_one(changes: dict[str, Any], problem: str) -> None:
    (found,) = conditions_of(replace(STATUS, drive=replace(DRIVE, **changes)))
    assert found.what == "drive"
    assert problem in found.problem
    assert "Make room" in found.mend


def test_a_file_that_was_set_aside_is_one() -> None:
    note = "journal.set-aside-1.db was damaged and set aside; run `needlelog recover`"
    (found,) = conditions_of(replace(STATUS, journal_notes=(note,)))
    assert (found.what, found.problem) == ("journal", note)


def test_a_pen_that_speaks_while_nothing_is_saved_is_one() -> None:
    (found,) = conditions_of(replace(STATUS, saved_age_s=11.0))
    assert (found.what, found.problem) == (
        "journal",
        "a pen speaks and nothing was saved for 11 s",
    )


def test_a_pen_that_only_says_that_it_lives_need_not_be_saved() -> None:
    quiet = replace(PEN, last_sample_age_s=60.0)
    assert conditions_of(replace(STATUS, saved_age_s=60.0, pens=(quiet,))) == ()


def test_without_a_pen_nothing_need_be_saved() -> None:
    assert conditions_of(replace(STATUS, saved_age_s=3600.0, pens=())) == ()


@pytest.mark.parametrize(
    ("state", "mend"),
    [("no port", "Plug the pen in"), ("waiting", "Switch the pen on"), ("lost", "by itself")],
)
def test_a_pen_that_is_not_recorded_is_one(state: str, mend: str) -> None:
    (found,) = _of("pens", PEN, state=state, trouble="no such device")
    assert (found.what, found.name, found.problem) == ("pen", "NP-1", "no such device")
    assert mend in found.mend


@pytest.mark.parametrize(("refused", "told"), [(9, False), (50, True)])
def test_refused_frames_are_one_once_they_are_more_than_a_hundredth(
    refused: int, told: bool
) -> None:
    found = _of("pens", PEN, refused={"checksum": refused})
    assert [one.what for one in found] == ["pen line"] * told


@pytest.mark.parametrize("state", ["interrupted", "lapsed"])
def test_a_session_without_its_pen_is_one(state: str) -> None:
    (found,) = _of("sessions", SESSION, state=state)
    assert (found.what, found.name) == ("session", "20261122-ab12")
    assert state in found.problem


@pytest.mark.parametrize("state", ["open", "paused"])
def test_a_session_under_way_is_none(state: str) -> None:
    assert _of("sessions", SESSION, state=state) == []


def test_a_session_that_misses_much_is_one() -> None:
    (found,) = _of("sessions", SESSION, completeness=0.9, gaps=4)
    assert found.problem == "only 90.0% of its samples arrived, 4 gap(s)"


def test_a_sink_that_is_down_is_one_with_the_receivers_words() -> None:
    (found,) = _of("sinks", SINK, state="down", error="401: unauthorized", depth=7)
    assert (found.what, found.name, found.problem) == ("sink", "mqtt", "401: unauthorized")
    assert "7 entries wait" in found.mend


@pytest.mark.parametrize(("age_s", "told"), [(59.0, False), (61.0, True)])
def test_a_backlog_is_one_once_it_is_old(age_s: float, told: bool) -> None:
    found = _of("sinks", SINK, depth=400, age_s=age_s)
    assert [one.what for one in found] == ["sink"] * told


def test_what_lies_in_quarantine_is_one() -> None:
    (found,) = _of("sinks", SINK, quarantined=3)
    assert found.what == "quarantine"
    assert "queue list mqtt" in found.mend


def test_sealing_that_fails_is_one_and_says_why() -> None:
    archive = ArchiveStatus(state="failing", failed=("20261122-ab12: no room",))
    (found,) = conditions_of(replace(STATUS, archive=archive))
    assert (found.what, found.problem) == ("archive", "20261122-ab12: no room")
    assert "tried again" in found.mend
