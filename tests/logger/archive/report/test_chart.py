import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from logger.archive.report.chart import COLUMNS, chart, envelope, hole_after
from logger.archive.report.course import Course, Held, course_of, read_course
from logger.archive.report.wording import Wording
from logger.journal.blocks import encode_block
from logger.journal.reader import JournalReader
from tests.support.recorded import Recorded
from tests.support.reported import session_in, treated
from tests.support.stories import HOST_BOOT, host_time, sample_block

WORDING = Wording("en")


def _course(values: list[float], *, period_s: float = 0.01) -> Course:
    count = len(values)
    nothing = np.zeros(count, dtype=np.int64)
    known = np.array(values)
    channels = {"depth_set_mm": known, "depth_measured_mm": known * np.nan, "rate_hz": known}
    elapsed_s = np.array([number * period_s for number in range(count)])
    return Course(elapsed_s, nothing, nothing + 1, nothing, channels)


def _drawn(course: Course) -> list[list[list[float]]]:
    return envelope(course, "depth_set_mm", hole_after(course), 1.0)


@pytest.mark.parametrize("seed", range(5))
def test_no_peak_is_left_out_however_long_the_session(seed: int) -> None:
    chance = random.Random(seed)
    values = [chance.random() * 0.5 for _ in range(100_000)]
    peak = chance.randrange(len(values))
    values[peak], values[peak // 2] = 0.9, -0.4
    (run,) = _drawn(_course(values))
    assert len(run) <= COLUMNS
    assert max(point[2] for point in run) == 0.9
    assert min(point[1] for point in run) == -0.4
    (where,) = [point[0] for point in run if point[2] == 0.9]
    assert where == pytest.approx(peak / len(values), abs=2 / COLUMNS)


def test_a_short_session_is_drawn_sample_by_sample() -> None:
    (run,) = _drawn(_course([0.1, 0.2, 0.3]))
    assert run == [[0.0, 0.1, 0.1], [0.5, 0.2, 0.2], [1.0, 0.3, 0.3]]


def test_nothing_is_drawn_across_a_gap() -> None:
    course = _course([0.1, 0.2, 0.3, 0.4])
    course.missing[2] = 7
    assert [len(run) for run in _drawn(course)] == [2, 2]


def test_silence_is_a_gap_though_no_number_is_missing() -> None:
    course = _course([0.1, 0.2, 0.3])
    course.elapsed_s[2] = 5.0
    assert hole_after(course).tolist() == [False, True, False]


def test_values_that_were_not_measured_are_not_drawn() -> None:
    nan = float("nan")
    assert _drawn(_course([nan, nan])) == []
    (run,) = _drawn(_course([0.1, nan, 0.3]))
    assert [point[1] for point in run] == [0.1, 0.3]


def _chart(recorded: Recorded) -> dict[str, Any]:
    recorded.tell(treated())
    with JournalReader(recorded.data_dir) as reader:
        session = session_in(recorded.data_dir)
        drawn = chart(session, read_course(reader, session), WORDING)
    assert drawn is not None
    return drawn


def test_segments_gaps_pauses_and_deviations_stand_where_they_were(recorded: Recorded) -> None:
    drawn = _chart(recorded)
    # 7.39 s from the first sample to the last.
    assert drawn["gaps"] == [pytest.approx((3.99 / 7.39, 4.5 / 7.39), abs=1e-4)]
    assert drawn["pauses"] == [pytest.approx((5.0 / 7.39, 5.39 / 7.39), abs=1e-4)]
    assert [one["number"] for one in drawn["segments"]] == [1, 2]
    deep, slow = drawn["deviations"]
    assert (deep["of"], slow["of"]) == ("depth", "rate")
    assert deep["from"] == pytest.approx(3.0 / 7.39, abs=1e-4)
    assert slow["to"] == pytest.approx(1.0, abs=1e-3)


def test_the_plan_is_drawn_where_it_holds_and_fits_the_scale(recorded: Recorded) -> None:
    drawn = _chart(recorded)
    top = float(drawn["depth"]["scale"][-1]["label"])
    assert top >= 2.4
    assert [round(limit[2] * top, 2) for limit in drawn["depth"]["limits"]] == [1.5, 1.0]
    assert drawn["depth"]["limits"][1][0] == drawn["segments"][1]["from"]


def test_without_samples_there_is_no_chart(recorded: Recorded) -> None:
    recorded.tell(treated())
    assert chart(session_in(recorded.data_dir), course_of(Held()), WORDING) is None


def test_time_goes_on_by_the_hosts_clock_while_the_pen_is_powered_up_anew() -> None:
    before = replace(sample_block(3, first=700), host=host_time(1_000_000_000_000))
    # Read five seconds later; its own clock began again at nought.
    after = replace(
        sample_block(3, boot_id=2), host=host_time(1_005_000_000_000), host_boot_id=HOST_BOOT
    )
    held = Held()
    held.add(encode_block(before), 1)
    held.add(encode_block(after), 1)
    assert course_of(held).elapsed_s.tolist() == pytest.approx([0, 0.01, 0.02, 5.0, 5.01, 5.02])


def test_a_pen_that_does_not_count_misses_nothing() -> None:
    held = Held()
    held.add(encode_block(sample_block(2, counted=False)), 1)
    held.add(encode_block(sample_block(2, first=9, counted=False)), 1)
    assert course_of(held).missing.tolist() == [0, 0, 0, 0]


def test_the_axes_of_a_pen_that_talks_nonsense_have_no_more_marks_than_others(
    recorded: Recorded,
) -> None:
    recorded.tell(treated())
    session = session_in(recorded.data_dir)
    nonsense = _course([0.0, 2.0**62], period_s=3e9)
    drawn = chart(session, nonsense, WORDING)
    assert drawn is not None
    assert 2 <= len(drawn["depth"]["scale"]) <= 7
    assert len(drawn["ticks"]) <= 10
