from drivers.checksum import find_checksum
from drivers.counters import CHECKSUM, EMPTY, NOISE, PARTIAL, Counters
from drivers.framing import LineFraming
from drivers.profile.schema import LineSpec

GOOD = b"$PNPT,0,0,1500,,0,1167,,,,8*17\r\n"
CONTENT = b"PNPT,0,0,1500,,0,1167,,,,8"


def framing() -> tuple[LineFraming, Counters]:
    counters = Counters()
    spec = LineSpec(kind="line", start="$", terminator="\r\n", max_frame_bytes=128)
    line = LineFraming(spec, find_checksum("xor-hex"), counters, bool)
    line.feed(GOOD)
    return line, counters


def test_a_line_that_lost_its_end_does_not_take_the_next_along() -> None:
    line, counters = framing()
    assert line.feed(GOOD[:12] + GOOD) == [CONTENT]
    assert counters.discarded == {NOISE: 12}


def test_a_start_character_within_a_line_is_content() -> None:
    line, counters = framing()
    wire = line.wrap(b"PNPI,1,2,A$B,C")
    assert line.feed(wire) == [b"PNPI,1,2,A$B,C"]
    assert counters.discarded == {}


def test_digits_in_lower_case_and_a_missing_cr_are_good() -> None:
    line, _ = framing()
    assert line.wrap(b"PNPX,") == b"$PNPX,*3A\r\n"
    assert line.feed(b"$PNPX,*3a\n") == [b"PNPX,"]


def test_blank_lines_are_ordinary() -> None:
    line, counters = framing()
    assert line.feed(b"\r\n\n" + GOOD) == [CONTENT]
    assert counters.discarded == {EMPTY: 3}


def test_a_line_without_start_is_noise_and_without_checksum_refused() -> None:
    line, counters = framing()
    assert line.feed(b"boot ok\r\n$PNPT,1\r\n$PNPT*4\r\n") == []
    assert counters.discarded == {NOISE: 9, CHECKSUM: 18}
    assert counters.refused == {CHECKSUM: 2}


def test_the_end_of_a_line_begun_before_opening_is_partial() -> None:
    counters = Counters()
    spec = LineSpec(kind="line", start="$", terminator="\r\n", max_frame_bytes=128)
    line = LineFraming(spec, find_checksum("xor-hex"), counters, bool)
    assert line.feed(GOOD[9:] + GOOD) == [CONTENT]
    assert counters.discarded == {PARTIAL: len(GOOD) - 9}
    assert counters.refused == {}
