"""What ``pen sniff`` shows of bytes and messages."""

import itertools

import numpy as np
import pytest

from drivers.capture import Chunk
from drivers.counters import CHECKSUM, NOISE, Counters
from drivers.errors import LinkLost
from drivers.model import ColumnLayout, Flag, Pen, PenEvent, SampleRun
from drivers.port import open_url
from drivers.profile.schema import PortSettings
from drivers.sniff import counter_lines, hex_lines, listen, message_lines, totals
from tests.support.pty import PtyPen


def test_bytes_are_shown_as_time_hex_and_text() -> None:
    assert list(hex_lines(Chunk(1_500_000_000, b"$PNPT,\x00\xff"))) == [
        "    1.500000  24 50 4e 50 54 2c 00 ff                          $PNPT,.."
    ]


def test_long_reads_go_on_below_without_a_time_of_their_own() -> None:
    first, second = hex_lines(Chunk(0, bytes(range(0x41, 0x52))))
    assert first.startswith("    0.000000  41 42 43")
    assert second.split() == ["51", "Q"]
    assert first.index("ABC") == second.index("Q")


def test_a_pen_is_one_line() -> None:
    pen = Pen("NP-000123", "REF-PEN", "1.4.2", 0x1A2B3C4D, 2.5, 150.0, 10_000)
    assert list(message_lines(pen)) == [
        "pen      NP-000123, REF-PEN, 1.4.2, boot 0x1a2b3c4d, depth ≤ 2.5 mm, "
        "rate ≤ 150 Hz, a sample every 10000 µs"
    ]


def test_a_simulated_pen_that_knows_little_says_so() -> None:
    pen = Pen("SIM-1", "", "", None, None, None, None, simulated=True)
    assert list(message_lines(pen)) == ["pen      SIM-1, simulated"]


def test_what_a_pen_sends_cannot_steer_the_terminal() -> None:
    pen = Pen("\x1b[2J", "", "", None, None, None, None)
    event = PenEvent("text", text="a\x1b[31m")
    assert list(message_lines(pen)) == ["pen      '\\x1b[2J'"]
    assert list(message_lines(event)) == ["event    text, 'a\\x1b[31m'"]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            PenEvent("depth_dial", 2.0, "mm", raw=2000, number=7, ticks_us=1_234_567),
            "event    depth_dial, 2 mm, number 7, ticks 1234567 µs",
        ),
        (PenEvent("motor", 1.0), "event    motor, 1"),
        (
            PenEvent("cartridge", text="(10)L4471", needle_count=14, needle_gauge=33),
            "event    cartridge, 14 needles, 33 G, (10)L4471",
        ),
    ],
)
def test_an_event_is_one_line(event: PenEvent, line: str) -> None:
    assert list(message_lines(event)) == [line]


def test_each_sample_is_one_line_without_its_absent_values() -> None:
    run = SampleRun(
        sequence=np.array([70_000, 70_001]),
        ticks_us=np.array([10, 20]),
        layouts=(
            ColumnLayout("depth_set_mm", "µm", denominator=1000),
            ColumnLayout("rate_hz", "Hz", denominator=10, absent=0xFFFF),
        ),
        columns={
            "depth_set_mm": np.array([1500, 1478]),
            "rate_hz": np.array([1163, 0xFFFF]),
        },
        status=np.array([3, 0], dtype=np.uint8),
        flags_known=Flag.MOTOR_ON,
    )
    assert list(message_lines(run)) == [
        "sample   #70000 ticks_us=10 depth_set_mm=1.5 rate_hz=116.3 motor_on",
        "sample   #70001 ticks_us=20 depth_set_mm=1.478",
    ]


def test_a_sample_without_numbers_and_ticks_shows_its_values() -> None:
    run = SampleRun(
        sequence=None,
        ticks_us=None,
        layouts=(ColumnLayout("depth_set_mm", "mm"),),
        columns={"depth_set_mm": np.array([1.25])},
        status=np.zeros(1, dtype=np.uint8),
        flags_known=Flag(0),
    )
    assert list(message_lines(run)) == ["sample   depth_set_mm=1.25"]


def test_what_is_no_message_is_shown_by_cause_and_raw() -> None:
    counted = Counters()
    counted.refuse(CHECKSUM, b"\x02\x02")
    counted.unknown(b"\x09")
    counted.discard(NOISE, 3)
    assert list(counter_lines(counted)) == [
        "refused  checksum × 1",
        "refused  02 02",
        "unknown  09",
        "skipped  noise, 3 bytes",
    ]
    assert totals(counted) == (
        "0 frames good, 1 of unknown type, 1 refused (checksum), 3 bytes skipped (noise)"
    )


async def test_listening_gives_each_read_its_time_until_the_pen_is_unplugged() -> None:
    clock = itertools.count(1_000, 5)
    with PtyPen() as pen, open_url(pen.path, PortSettings()) as port:
        heard = listen(port, lambda: next(clock))
        pen.say(b"one")
        assert await anext(heard) == Chunk(5, b"one")
        pen.say(b"two")
        assert await anext(heard) == Chunk(10, b"two")
        pen.unplug()
        with pytest.raises(LinkLost):
            await anext(heard)
