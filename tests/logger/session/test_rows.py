from dataclasses import replace

import numpy as np
import pytest

from drivers.model import ColumnLayout, Flag
from logger.session.rows import (
    ABSENT,
    CONTACT,
    DEPTH_MEASURED,
    DEPTH_SET,
    FLAGS,
    MOTOR,
    RATE,
    SENSED,
    STEPS_PER_HZ,
    STEPS_PER_MM,
    rows_of,
)
from tests.support.stories import SENSING, sample_block


def _steps(layout: ColumnLayout, raw: list[float], row: int) -> list[int]:
    column = np.array(raw)
    block = replace(sample_block(len(raw)), layouts=(layout,), columns={layout.channel: column})
    steps: list[int] = rows_of(block)[row].tolist()
    return steps


def test_micrometres_fall_on_the_steps() -> None:
    layout = ColumnLayout("depth_set_mm", "µm", 1, 0, 1000)
    assert _steps(layout, [0, 1, 1478], DEPTH_SET) == [0, 10, 14780]


def test_rpm_falls_on_the_steps() -> None:
    # 7000 RPM are 116.666... Hz; in steps of 1/600 Hz exactly 70000.
    assert _steps(ColumnLayout("rate_hz", "rpm", 1, 0, 60), [7000, 7001], RATE) == [70_000, 70_010]


def test_an_addend_is_part_of_the_value() -> None:
    layout = ColumnLayout("depth_set_mm", "0.1 mm", 1, -5, 10)
    assert _steps(layout, [5, 15, 4], DEPTH_SET) == [0, STEPS_PER_MM, ABSENT]


def test_values_between_the_steps_are_rounded() -> None:
    # A third of a millimetre is 3333.3 steps, a third of a hertz 200.
    assert _steps(ColumnLayout("depth_set_mm", "mm/3", 1, 0, 3), [1, 2], DEPTH_SET) == [3333, 6667]


def test_floats_are_rounded_to_steps_and_nan_is_absent() -> None:
    layout = ColumnLayout("depth_set_mm", "mm")
    assert _steps(layout, [1.5, float("nan"), 0.00012], DEPTH_SET) == [15_000, ABSENT, 1]


def test_the_absent_value_is_absent_wherever_it_lies() -> None:
    far = ColumnLayout("depth_set_mm", "µm", 1, 0, 1000, absent=0xFFFF)
    near = ColumnLayout("depth_set_mm", "µm", 1, 0, 1000, absent=0)
    assert _steps(far, [1, 0xFFFF], DEPTH_SET) == [10, ABSENT]
    assert _steps(near, [0, 1], DEPTH_SET) == [ABSENT, 10]


def test_what_a_channel_cannot_mean_is_absent() -> None:
    layout = ColumnLayout("rate_hz", "Hz")
    assert _steps(layout, [-1, 0, 1000, 1001], RATE) == [ABSENT, 0, 1000 * STEPS_PER_HZ, ABSENT]


def test_a_channel_that_is_not_sent_is_absent() -> None:
    layout = ColumnLayout("depth_set_mm", "µm", 1, 0, 1000)
    assert _steps(layout, [1, 2], DEPTH_MEASURED) == [ABSENT, ABSENT]


@pytest.mark.parametrize(
    ("known", "status", "expected"),
    [
        (SENSING, MOTOR | CONTACT | SENSED, MOTOR | CONTACT | SENSED),
        # Without a bit that says whether contact is sensed, it is.
        (Flag.MOTOR_ON | Flag.CONTACT, MOTOR | CONTACT, MOTOR | CONTACT | SENSED),
        # A pen that has no contact bit senses none.
        (Flag.MOTOR_ON, MOTOR | CONTACT | SENSED, MOTOR),
        # Without a motor bit the rate tells: sample blocks here turn at 100 Hz.
        (Flag.CONTACT | Flag.CONTACT_SENSED, SENSED, MOTOR | SENSED),
    ],
)
def test_flags_mean_only_what_the_pen_can_tell(known: Flag, status: int, expected: int) -> None:
    block = sample_block(2, status=status, flags_known=known)
    assert rows_of(block)[FLAGS].tolist() == [expected, expected]
