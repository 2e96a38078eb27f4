"""A number's text reads back as the very value that the block holds."""

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from drivers.model import ColumnLayout, SampleBlock
from logger.sinks.texts import ABSENT, Table, TextsOfBlocks, number_text
from tests.support.journaled import sample_block

layouts = st.builds(
    ColumnLayout,
    st.just("rate_hz"),
    st.just("raw"),
    numerator=st.integers(1, 1000),
    addend=st.integers(-1000, 1000),
    denominator=st.integers(1, 100_000),
    absent=st.sampled_from([None, -128, 255, 65535]),
)


def block_of(raw: list[Any], *channels: ColumnLayout, start: int = 0) -> SampleBlock:
    """Return a block in which each of ``channels`` holds ``raw``."""
    return replace(
        sample_block("NP-1", start, len(raw)),
        layouts=channels,
        columns={layout.channel: np.array(raw) for layout in channels},
    )


@given(layouts, st.integers(-(2**31), 2**32))
def test_it_is_the_value_of_the_column_to_the_last_bit(layout: ColumnLayout, raw: int) -> None:
    (value,) = layout.values(np.array([raw], dtype=np.int64)).tolist()
    text = number_text(layout, raw)
    assert math.isnan(value) if text == ABSENT else float(text) == value


@given(st.floats())
def test_floats_pass_through_and_what_is_no_number_is_absent(raw: float) -> None:
    text = number_text(ColumnLayout("rate_hz", "Hz"), raw)
    assert text == ABSENT if not math.isfinite(raw) else float(text) == raw


@given(st.lists(st.integers(0, 3), min_size=1))
def test_a_column_has_a_text_for_each_value_or_one_for_all(raw: list[int]) -> None:
    layout = ColumnLayout("rate_hz", "Hz", denominator=8, absent=3)
    (column,) = TextsOfBlocks().of(block_of(raw, layout)).channels
    written = [None if value == 3 else value / 8 for value in raw]
    if isinstance(column, bytes):
        assert written == [json.loads(column)] * len(raw)
    else:
        assert written == [json.loads(text) for text in column]


def test_sequence_and_times_are_written_in_full() -> None:
    block = block_of([1, 2, 3], start=2**30)
    texts = TextsOfBlocks().of(block)
    assert texts.sequence == b",".join(b"%d" % number for number in block.sequence.tolist())
    times = [int(time) * 1000 + block.anchor.number for time in texts.time_unix_us.split(b",")]
    assert times == block.utc_ns().tolist()


def test_a_block_is_written_once_for_all_who_ask() -> None:
    texts = TextsOfBlocks()
    block = block_of([1, 2], ColumnLayout("rate_hz", "Hz"))
    assert texts.of(block) is texts.of(block)


def test_equal_values_of_other_layouts_have_other_texts() -> None:
    texts = TextsOfBlocks()
    written = [
        texts.of(block_of([5], ColumnLayout("rate_hz", "raw", denominator=of))).channels
        for of in (1, 10)
    ]
    assert written == [[b"5.0"], [b"0.5"]]


def test_a_table_makes_each_text_once() -> None:
    made: list[int] = []
    table = Table(lambda raw: made.append(raw) or b"%d" % raw)  # type: ignore[func-returns-value]
    assert table.column([5, 5, 6]) == [b"5", b"5", b"6"]
    assert made == [5, 6]


def test_what_is_kept_stays_bounded_whatever_comes() -> None:
    table = Table(lambda raw: b"%d" % raw)
    for first in range(0, 50_000, 100):
        table.column(list(range(first, first + 100)))
    assert len(table) <= 20_000
    texts = TextsOfBlocks()
    for number in range(1, 1000):
        texts.of(block_of([0] * 100, ColumnLayout("rate_hz", "Hz", number)))
    assert len(texts._kept) <= 200
    assert len(texts._met) <= 200
    assert len(texts._tables) <= 200
