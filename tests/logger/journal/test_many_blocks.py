"""Blocks that are decoded together come out as they do one by one."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.model import SampleBlock
from logger.errors import JournalError
from logger.journal.blocks import RawBlock, decode_block, encode_block, parse_block
from logger.journal.columns import Floats, Offsets, Progression
from logger.journal.many_blocks import float_columns, join_columns, rows_of
from tests.support.journaled import sample_block

_blocks = st.lists(
    st.tuples(st.integers(0, 2**40), st.integers(1, 80)).map(
        lambda made: sample_block("NP-1", *made)
    ),
    min_size=1,
    max_size=8,
)


def _raw() -> RawBlock:
    return parse_block(encode_block(sample_block("NP-1", 0, 4)))[0]


@given(_blocks)
def test_columns_are_those_of_the_blocks_one_by_one(
    blocks: list[SampleBlock],
) -> None:
    payloads = [encode_block(one) for one in blocks]
    alone = [decode_block(one) for one in payloads]
    sequence, device_us, status, *channels = join_columns([parse_block(p)[0] for p in payloads])
    np.testing.assert_array_equal(sequence, np.concatenate([b.sequence for b in alone]))
    np.testing.assert_array_equal(device_us, np.concatenate([b.device_us for b in alone]))
    np.testing.assert_array_equal(status, np.concatenate([b.status for b in alone]))
    for name, column in zip(alone[0].columns, channels, strict=True):
        np.testing.assert_array_equal(column, np.concatenate([b.columns[name] for b in alone]))


def test_which_columns_hold_floats_is_told() -> None:
    raw = _raw()
    mixed = msgspec.structs.replace(raw, columns=[*raw.columns[:-1], Floats(bytes(32))])
    assert float_columns(raw) == (False,) * 10
    assert float_columns(mixed) == (False,) * 9 + (True,)
    assert rows_of([raw, mixed]).tolist() == [4, 4]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (Offsets(0, b""), "a column of 0 bytes for 4 integers"),
        (Offsets(0, bytes(5)), "a column of 5 bytes for 4 integers"),
        (Offsets(0, bytes(12)), "a column of 12 bytes for 4 integers"),
        (Floats(bytes(8)), "a column of floats does not fit its rows"),
    ],
)
def test_a_column_that_does_not_fit_its_rows_is_refused(
    broken: Offsets | Floats, words: str
) -> None:
    raw = _raw()
    with pytest.raises(JournalError, match=words):
        join_columns([msgspec.structs.replace(raw, columns=[broken] * 10)])


def test_floats_and_integers_in_one_column_are_refused() -> None:
    raw = _raw()
    floats = msgspec.structs.replace(raw, columns=[Floats(bytes(32))] * 10)
    integers = msgspec.structs.replace(raw, columns=[Progression(0, 1)] * 10)
    with pytest.raises(JournalError, match="floats in some blocks and integers in others"):
        join_columns([floats, integers])
