"""Blocks come back exactly; damaged ones raise JournalError and cost no memory."""

import dataclasses
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from drivers.model import Anchor, ColumnLayout, Flag, HostTime, SampleBlock
from logger.errors import JournalError
from logger.journal.blocks import (
    LAYOUTS_MAX,
    ROWS_MAX,
    BlockEncoder,
    check_block,
    decode_block,
    encode_block,
)

_ELEMENTS = {"version": 0, "rows": 9, "layouts": 10, "columns": 11}

_int64 = st.integers(-(2**63), 2**63 - 1)
_columns = st.integers(1, 12).flatmap(
    lambda rows: st.lists(
        st.one_of(
            arrays.arrays(np.int64, rows, elements=_int64),
            arrays.arrays(np.int64, rows, elements=st.integers(0, 300)),
            arrays.arrays(np.float64, rows, elements=st.floats(width=64)),
            st.tuples(_int64, _int64).map(lambda line: _progression(*line, rows)),
        ),
        min_size=3,
        max_size=5,
    )
)


def _progression(start: int, step: int, rows: int) -> NDArray[np.int64]:
    return np.array([(start + step * i) % 2**64 for i in range(rows)], dtype=np.uint64).astype(
        np.int64
    )


def _block(columns: list[NDArray[np.generic]]) -> SampleBlock:
    layouts = tuple(ColumnLayout(f"c{i}", "µm", 1, 0, 1000, -1) for i in range(len(columns)))
    rows = len(columns[0])
    return SampleBlock(
        pen="SIM-µ",
        boot_id=None,
        simulated=True,
        sequence=np.arange(rows, dtype=np.int64),
        sequence_counted=False,
        device_us=np.arange(rows, dtype=np.int64) ** 2,
        layouts=layouts,
        columns={layout.channel: column for layout, column in zip(layouts, columns, strict=True)},
        status=np.arange(rows, dtype=np.uint8),
        flags_known=Flag.MOTOR_ON | Flag.FAULT,
        anchor=Anchor(1, -5, 2**62),
        host=HostTime(-1, 2**63 - 1, False),
        host_boot_id="",
    )


def _fields(block: SampleBlock) -> dict[str, Any]:
    """Return the block as plain values, floats by their bits."""
    return {
        field.name: _plain(getattr(block, field.name)) for field in dataclasses.fields(SampleBlock)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.tobytes()
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _payload(block: SampleBlock, **changes: Any) -> bytes:
    """Return the block's payload with some elements of its array replaced."""
    elements = msgspec.msgpack.decode(encode_block(block))
    for element, value in changes.items():
        elements[_ELEMENTS[element]] = value
    return msgspec.msgpack.encode(elements)


def test_a_block_of_a_pen_comes_back_exactly(block: SampleBlock) -> None:
    assert _fields(decode_block(encode_block(block))) == _fields(block)


@given(_columns)
def test_any_columns_come_back_exactly(columns: list[NDArray[np.generic]]) -> None:
    block = _block(columns)

    assert _fields(decode_block(encode_block(block))) == _fields(block)


@pytest.mark.parametrize("value", [np.nan, -0.0, np.inf, 5e-324])
def test_a_constant_float_keeps_its_bits(value: float) -> None:
    block = _block([np.full(4, value)])

    assert _fields(decode_block(encode_block(block))) == _fields(block)


def test_decoded_columns_can_be_written(block: SampleBlock) -> None:
    decoded = decode_block(encode_block(block))

    assert all(column.flags.writeable for column in decoded.columns.values())


def test_even_columns_cost_no_bytes_a_row() -> None:
    def size(rows: int) -> int:
        column = np.arange(rows, dtype=np.int64) * 10_000
        block = dataclasses.replace(
            _block([column]), status=np.ones(rows, np.uint8), device_us=column
        )
        return len(encode_block(block))

    assert size(5000) <= size(500) + 8


def test_an_uneven_column_takes_the_smallest_size_that_holds_its_span() -> None:
    rng = np.random.default_rng(3)

    def size(span: int) -> int:
        return len(encode_block(_block([10**12 + rng.integers(0, span, 200)])))

    assert size(2**16) - size(2**8) == pytest.approx(200, abs=8)
    assert size(2**32) - size(2**16) == pytest.approx(400, abs=8)


def test_an_encoder_may_meet_other_layouts() -> None:
    encoder = BlockEncoder()
    one = _block([np.array([1, 5, 2])])
    other = _block([np.array([1, 5, 2]), np.array([0.5, np.nan, 1.0])])
    for block in (one, one, other, one):
        assert encoder.encode(block) == encode_block(block)


def test_the_times_of_a_block_are_reckoned_once(block: SampleBlock) -> None:
    times_ns = block.utc_ns()
    assert block.utc_ns() is times_ns
    assert not times_ns.flags.writeable
    moved = dataclasses.replace(block, anchor=Anchor(2, 0, 0))
    assert moved.utc_ns().tolist() == Anchor(2, 0, 0).utc_ns(block.device_us).tolist()


def test_the_first_element_is_the_version(block: SampleBlock) -> None:
    assert msgspec.msgpack.decode(encode_block(block))[0] == 1


def test_the_form_can_be_checked_without_decoding(block: SampleBlock) -> None:
    assert check_block(encode_block(block)) == len(block)


def test_a_later_version_is_refused(block: SampleBlock) -> None:
    with pytest.raises(JournalError):
        decode_block(_payload(block, version=2))


@pytest.mark.parametrize("rows", [0, ROWS_MAX + 1])
def test_no_rows_and_too_many_are_refused(rows: int) -> None:
    with pytest.raises(JournalError, match="rows"):
        encode_block(_block([np.zeros(rows, dtype=np.int64)]))


def test_too_many_channels_are_refused() -> None:
    with pytest.raises(JournalError, match="channels"):
        encode_block(_block([np.zeros(1, dtype=np.int64)] * (LAYOUTS_MAX + 1)))


def test_a_progression_of_endless_rows_is_refused(block: SampleBlock) -> None:
    with pytest.raises(JournalError):
        decode_block(_payload(block, rows=2**40))


def test_columns_that_fit_are_read(block: SampleBlock) -> None:
    columns = [[0, 7, 1], [1, 5, bytes(range(20))], [1, 200, bytes(range(20))]]
    decoded = decode_block(_payload(block, layouts=[], columns=columns))

    assert decoded.device_us.tolist() == list(range(5, 25))
    assert decoded.status.tolist() == list(range(200, 220))


@pytest.mark.parametrize(
    "columns",
    [
        [],
        [[0, 0, 1]],
        [[0, 0, 1], [0, 0, 1], [0, 300, 0]],
        [[0, 0, 1], [0, 0, 1], [0, -1, 0]],
        [[0, 0, 1], [0, 0, 1], [1, 250, bytes(range(20))]],
        [[2, bytes(160)], [0, 0, 1], [0, 0, 1]],
        [[1, 0, b""], [0, 0, 1], [0, 0, 1]],
        [[1, 0, bytes(21)], [0, 0, 1], [0, 0, 1]],
        [[1, 0, bytes(60)], [0, 0, 1], [0, 0, 1]],
        [[1, 2**63, bytes(20)], [0, 0, 1], [0, 0, 1]],
        [[3, 0], [0, 0, 1], [0, 0, 1]],
    ],
)
def test_columns_that_do_not_fit_are_refused(block: SampleBlock, columns: list[Any]) -> None:
    with pytest.raises(JournalError):
        decode_block(_payload(block, layouts=[], columns=columns))


@pytest.mark.parametrize(
    "layouts",
    [
        [["a", "", 1, 0, 1, None]] * 2,
        [["a", "", 1, 0, 0, None], ["b", "", 1, 0, 1, None]],
        [["a"], ["b"]],
        "no layouts",
    ],
)
def test_layouts_that_make_no_sense_are_refused(block: SampleBlock, layouts: Any) -> None:
    with pytest.raises(JournalError):
        decode_block(_payload(block, layouts=layouts, columns=[[0, 0, 0]] * 5))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_block_or_a_journal_error(payload: bytes) -> None:
    try:
        decode_block(payload)
    except JournalError:
        return


_valid = encode_block(_block([np.array([1, 5, 2]), np.array([0.5, np.nan, 1.0])]))


@settings(max_examples=500)
@given(st.integers(0, len(_valid) - 1), st.binary(max_size=9), st.integers(0, 4))
def test_a_damaged_block_is_a_block_or_a_journal_error(at: int, put: bytes, cut: int) -> None:
    try:
        decode_block(_valid[:at] + put + _valid[at + cut :])
    except JournalError:
        return
