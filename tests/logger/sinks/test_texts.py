"""A number's text reads back as the very value that the block holds."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from drivers.model import ColumnLayout
from logger.sinks.texts import LayoutTexts, Texts, TextTables, integer_texts, number_text

layouts = st.builds(
    ColumnLayout,
    st.just("rate_hz"),
    st.just("raw"),
    numerator=st.integers(1, 1000),
    addend=st.integers(-1000, 1000),
    denominator=st.integers(1, 100_000),
    absent=st.sampled_from([None, -128, 255, 65535]),
)


@given(layouts, st.integers(-(2**31), 2**32))
def test_it_is_the_value_of_the_column_to_the_last_bit(layout: ColumnLayout, raw: int) -> None:
    (value,) = layout.values(np.array([raw], dtype=np.int64)).tolist()
    text = number_text(layout, raw, absent="nan")
    assert float(text) == value or (text == "nan" and math.isnan(value))


@given(st.floats())
def test_floats_pass_through_and_what_is_no_number_is_absent(raw: float) -> None:
    text = number_text(ColumnLayout("rate_hz", "Hz"), raw, absent="absent")
    assert text == "absent" if not math.isfinite(raw) else float(text) == raw


def test_a_table_makes_each_text_once() -> None:
    made: list[int] = []
    table = Texts(lambda raw: made.append(raw) or str(raw))  # type: ignore[func-returns-value]
    assert [table[5], table[5], table[6]] == ["5", "5", "6"]
    assert made == [5, 6]


def test_tables_stay_bounded_whatever_comes() -> None:
    table = Texts(str)
    for raw in range(50_000):
        table[raw]
    assert len(table) <= 20_000
    tables = TextTables()
    for key in range(1000):
        tables.of(key, str)
    assert len(tables._tables) <= 200


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_integers_are_written_in_full(numbers: list[int]) -> None:
    assert integer_texts(np.array(numbers, dtype=np.int64)) == [str(number) for number in numbers]


def test_equal_layouts_share_a_table_and_different_ones_do_not() -> None:
    texts = LayoutTexts(lambda layout, raw: f"{layout.raw_unit}{raw}")
    first, same, other = ((ColumnLayout("rate_hz", unit),) for unit in ("Hz", "Hz", "0.1 Hz"))
    ((_, table),) = texts.of(first)
    assert [known for _, known in texts.of(same)] == [table]
    assert [known[5] for _, known in texts.of(other)] == ["0.1 Hz5"]
    assert table[5] == "Hz5"


def test_layouts_stay_bounded_whatever_comes() -> None:
    texts = LayoutTexts(lambda layout, raw: str(raw))
    for number in range(1000):
        texts.of((ColumnLayout("rate_hz", "Hz", number),))
    assert len(texts._met) <= 200
