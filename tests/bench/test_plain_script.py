from tests.bench.plain_script import checked_body, parse_sample

BODY = b"PNPT,70000,4294967290,1500,1478,1163,1167,212,87,31,15"


def _with_checksum(body: bytes) -> bytes:
    checksum = 0
    for byte in body:
        checksum ^= byte
    return b"$%s*%02X\r\n" % (body, checksum)


def test_a_sample_is_read_in_units() -> None:
    body = checked_body(_with_checksum(BODY))
    assert body is not None
    assert parse_sample(body.split(",")[1:]) == {
        "sequence": 70000,
        "ticks_us": 4294967290,
        "depth_set_mm": 1.5,
        "depth_measured_mm": 1.478,
        "rate_hz": 116.3,
        "rate_set_hz": 116.7,
        "motor_current_ma": 212,
        "battery_pct": 87,
        "motor_temperature_c": 31,
        "status": 15,
    }


def test_absent_values_are_left_out() -> None:
    sample = parse_sample(["0", "0", "1500", "", "0", "", "", "", "", "8"])
    assert sample == {
        "sequence": 0,
        "ticks_us": 0,
        "depth_set_mm": 1.5,
        "rate_hz": 0,
        "status": 8,
    }


def test_a_line_that_is_cut_or_damaged_is_refused() -> None:
    whole = _with_checksum(b"PNPT,1,2,3,4,5,6,7,8,9,10")
    refused = [whole[:-6], whole.replace(b"3", b"2"), whole[1:], b"", b"\r\n"]
    assert [checked_body(line) for line in refused] == [None] * len(refused)
