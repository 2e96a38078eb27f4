"""Lines as the database's grammar wants them."""

from dataclasses import replace

import numpy as np

from drivers.model import Anchor, ColumnLayout, Flag, SampleBlock
from logger.session.assignment import Assignment
from logger.sinks.line_protocol import BlockLines
from logger.sinks.texts import TextsOfBlocks
from tests.support.journaled import EPOCH_US, sample_block

NO_FLAGS = Flag(0)


def one_row(status: int = 0, known: Flag = NO_FLAGS, depth_um: int = 1478) -> SampleBlock:
    layout = ColumnLayout("depth_set_mm", "µm", 1, 0, 1000, absent=65535)
    return replace(
        sample_block("NP-1", 70000, 1),
        layouts=(layout,),
        columns={"depth_set_mm": np.array([depth_um])},
        status=np.array([status], dtype=np.uint8),
        flags_known=known,
        device_us=np.array([42]),
    )


def lines_of(block: SampleBlock, label: Assignment | None = None) -> list[str]:
    return BlockLines("clinic", TextsOfBlocks()).lines(block, label).decode().split("\n")


def fields_of(block: SampleBlock) -> str:
    (line,) = lines_of(block)
    return line.split(" ")[1]


def test_a_line_as_it_stands_on_the_wire() -> None:
    label = Assignment("20261122-abcd", "left", "anterior-thigh", False)
    block = one_row(status=9, known=Flag.MOTOR_ON | Flag.CARTRIDGE_SEATED)
    assert lines_of(block, label) == [
        "pen_telemetry,pen=NP-1,session=20261122-abcd,side=left,site=clinic,source=pen,"
        "zone=anterior-thigh sequence=70000i,depth_set_mm=1.478,motor_on=true,"
        "cartridge_seated=true 1760000000000042007"
    ]


def test_an_absent_value_is_left_out() -> None:
    assert fields_of(one_row(depth_um=65535)) == "sequence=70000i"


def test_a_flag_that_the_pen_does_not_have_is_left_out() -> None:
    assert fields_of(one_row(0xFF, Flag.FAULT)) == "sequence=70000i,depth_set_mm=1.478,fault=true"


def test_contact_is_left_out_where_the_pen_cannot_sense_it_now() -> None:
    known = Flag.CONTACT | Flag.CONTACT_SENSED
    assert fields_of(one_row(int(Flag.CONTACT), known)).endswith("depth_set_mm=1.478")
    assert fields_of(one_row(int(Flag.CONTACT_SENSED), known)).endswith("contact=false")


def test_no_two_blocks_of_one_layout_share_a_wrong_text() -> None:
    lines = BlockLines("clinic", TextsOfBlocks())
    first = one_row()
    other = replace(first, layouts=(ColumnLayout("depth_set_mm", "mm"),))
    assert b"depth_set_mm=1.478" in lines.lines(first, None)
    assert b"depth_set_mm=1478.0" in lines.lines(other, None)


def test_each_line_has_its_own_values_and_leaves_out_what_it_has_not() -> None:
    first = one_row()
    block = replace(
        first,
        sequence=np.array([7, 9]),
        columns={"depth_set_mm": np.array([1478, 65535])},
        status=np.array([0, Flag.FAULT], dtype=np.uint8),
        flags_known=Flag.FAULT,
        device_us=np.array([42, 43]),
    )
    assert [line.split(" ")[1] for line in lines_of(block)] == [
        "sequence=7i,depth_set_mm=1.478,fault=false",
        "sequence=9i,fault=true",
    ]


def test_times_are_those_of_the_block_whatever_the_anchor() -> None:
    block = replace(sample_block("NP-1", 0, 50), anchor=Anchor(123_456, EPOCH_US, 0))
    times = [int(line.rsplit(" ", 1)[1]) for line in lines_of(block)]
    assert times == block.utc_ns().tolist()


def test_a_paused_session_has_neither_side_nor_zone() -> None:
    label = Assignment("20261122-abcd", None, None, True)
    (line,) = lines_of(one_row(), label)
    assert ",session=20261122-abcd,side=none," in line and ",zone=none " in line
