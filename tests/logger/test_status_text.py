"""The status as lines for a person."""

from typing import Any

import pytest
from msgspec.structs import replace

from logger.status import (
    ArchiveStatus,
    ClockStatus,
    Condition,
    GapStatus,
    SinkStatus,
)
from logger.status_text import status_lines
from tests.support import statuses

PEN = replace(
    statuses.PEN,
    profile="npt",
    samples=1200,
    last_sample_age_s=0.25,
    depth_set_mm=1.5,
    rate_hz=116.7,
    motor_on=True,
)
SESSION = replace(
    statuses.SESSION,
    completeness=0.9987,
    samples_missing=2,
    gaps=2,
    gaps_uncounted=1,
    newest_gaps=(
        GapStatus(cause="sequence", count=2, from_unix_ns=0, to_unix_ns=30_000_000),
        GapStatus(cause="link", count=None, from_unix_ns=None, to_unix_ns=61_500_000_000),
    ),
    deviations=1,
)


def _lines(**changes: Any) -> list[str]:
    bare: dict[str, Any] = {"saved_age_s": 0.5, "pens": (), "sessions": (), "sinks": ()}
    return status_lines(replace(statuses.STATUS, **(bare | changes)))


def test_the_head_tells_what_is_saved_and_whether_the_clock_is_right() -> None:
    assert _lines()[:2] == [
        "site clinic, needlelog 0.1.0, journal 01234567",
        "saved up to position 90 (0.5 s ago), clock synchronised, 5.0 GB free",
    ]


def test_a_clock_that_is_not_synchronised_stands_out() -> None:
    assert "clock NOT synchronised" in _lines(clock=ClockStatus(synchronised=False))[1]


def test_a_clock_that_was_set_is_told_with_its_last_step() -> None:
    clock = ClockStatus(synchronised=True, steps=2, last_step_s=-3.25)
    assert "clock synchronised, set 2 time(s), last by -3.2 s" in _lines(clock=clock)[1]


def test_without_sessions_and_sinks_that_is_said() -> None:
    said = _lines()
    assert "no session is open" in said
    assert "no sink is set" in said


def test_it_says_what_is_kept_for_how_long_and_what_went() -> None:
    archive = ArchiveStatus(payloads_days=30, quarantine_days=90, pruned=12, dropped=2)
    assert (
        "kept: sealed samples 30 days in the journal, refused items 90 days, recovered damaged "
        "files for ever, the record for ever; since the start 12 blocks pruned, "
        "2 items and files dropped"
    ) in _lines(archive=archive)


def test_a_service_without_conditions_is_good() -> None:
    assert _lines()[-1] == "state: good"


def test_conditions_come_last_with_their_mend() -> None:
    condition = Condition(what="sink", name="mqtt", problem="it is down", mend="Start it")
    assert _lines(conditions=(condition,))[-2:] == [
        "state: DEGRADED, 1 thing(s) to mend",
        "  sink mqtt: it is down. Start it",
    ]


def test_a_pen_is_told_with_its_newest_values() -> None:
    assert _lines(pens=(PEN,))[2:4] == [
        "pen NP-1: recording on /dev/pen (npt)",
        "  1.50 mm set, 116.7 Hz (7002 RPM), motor on; 1200 samples, the last 0.2 s ago",
    ]


def test_a_simulated_pen_is_marked() -> None:
    assert _lines(pens=(replace(PEN, simulated=True),))[2].startswith("pen NP-1 SIMULATED: ")


def test_values_that_are_not_known_are_question_marks() -> None:
    pen = replace(PEN, depth_set_mm=None, rate_hz=None, motor_on=None)
    assert _lines(pens=(pen,))[3].startswith("  ? set, ? Hz, motor ?; ")


def test_refused_frames_are_told_by_cause() -> None:
    pen = replace(PEN, refused={"checksum": 3, "cobs": 1})
    assert "  frames refused: 3 checksum, 1 cobs" in _lines(pens=(pen,))


def test_a_session_is_told_with_its_completeness() -> None:
    assert _lines(sessions=(SESSION,))[2] == (
        "session 20261122-ab12 on pen NP-1: open, left anterior-thigh, 1000 samples, "
        "complete 99.87%, 2 gap(s), 1 deviation(s)"
    )


def test_the_newest_gaps_of_an_open_session_are_told() -> None:
    assert _lines(sessions=(SESSION,))[3:5] == [
        "  gap: 2 samples missing, 00:00:00.00Z to 00:00:00.03Z (sequence)",
        "  gap: an unknown number of samples missing, ? to 00:01:01.50Z (link)",
    ]


@pytest.mark.parametrize(
    ("depth", "age_s", "words"),
    [
        (0, 0.0, "sink mqtt: idle, up to date"),
        (7, 42.0, "sink mqtt: idle, 7 entries behind, oldest 42.0 s"),
        (7, 600.0, "sink mqtt: idle, 7 entries behind, oldest 10 min"),
        (7, 90_000.0, "sink mqtt: idle, 7 entries behind, oldest 25.0 h"),
    ],
)
def test_a_backlog_is_told_in_depth_and_age(depth: int, age_s: float, words: str) -> None:
    sink = SinkStatus(
        name="mqtt",
        state="idle",
        position=90,
        depth=depth,
        age_s=age_s,
        delivered=90,
        quarantined=0,
    )
    assert _lines(sinks=(sink,))[-2] == words


def test_a_sink_in_trouble_says_why_and_when_it_is_tried_again() -> None:
    sink = SinkStatus(
        name="influx",
        state="down",
        position=1,
        depth=5,
        age_s=1,
        delivered=0,
        quarantined=3,
        error="401: unauthorized",
        retry_in_s=12.0,
        notes=("a note",),
    )
    assert _lines(sinks=(sink,))[-4:-1] == [
        "sink influx: down, 5 entries behind, oldest 1.0 s, 3 in quarantine",
        "  401: unauthorized (again in 12.0 s)",
        "  a note",
    ]


def test_the_archive_tells_what_it_sealed_and_when_it_tries_again() -> None:
    archive = ArchiveStatus(
        state="failing", sealed=3, last_round_unix_ns=0, failed=("x",), retry_in_s=12.0
    )
    told = "archive: failing, 3 sealed, last at 00:00:00.00Z (again in 12.0 s)"
    assert told in _lines(archive=archive)
