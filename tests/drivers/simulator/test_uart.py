from drivers.simulator.uart import resample

TEXT = bytes(range(256)) + b"$PNPT,1,10000,1500*4C\r\n"


def test_the_right_baud_rate_reads_what_was_sent() -> None:
    assert resample(TEXT, 115_200, 115_200) == TEXT


def test_two_percent_off_still_reads_what_was_sent() -> None:
    assert resample(TEXT, 115_200, 117_500) == TEXT
    assert resample(TEXT, 115_200, 113_000) == TEXT


def test_a_slower_reader_sees_fewer_and_other_bytes() -> None:
    read = resample(TEXT, 115_200, 38_400)
    assert 0 < len(read) < len(TEXT)
    assert TEXT[:32] not in read


def test_a_faster_reader_sees_other_bytes() -> None:
    read = resample(TEXT, 38_400, 115_200)
    assert len(read) > len(TEXT)
    assert TEXT[:32] not in read


def test_a_twice_as_fast_reader_sees_each_bit_twice() -> None:
    # 0x55 goes out as 0 1 0 1 0 1 0 1 0 1: doubled, a start bit and 0110 0110 follow it.
    assert resample(b"\x55", 9_600, 19_200)[:1] == bytes([0b0110_0110])


def test_an_idle_line_reads_as_nothing() -> None:
    assert resample(b"", 115_200, 9_600) == b""
