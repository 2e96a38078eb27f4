from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.checksum import checksum_names, find_checksum, xor8, xor8_each

CHECK = b"123456789"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # Check values of the CRC RevEng catalogue.
        ("crc-16/ibm-3740", 0x29B1),
        ("crc-16/ccitt-false", 0x29B1),
        ("crc-16/modbus", 0x4B37),
        ("crc-16/xmodem", 0x31C3),
        ("crc-16/kermit", 0x2189),
        ("crc-8/smbus", 0xF4),
        ("crc-8/maxim-dow", 0xA1),
        ("crc-32", 0xCBF43926),
        ("crc-32/iso-hdlc", 0xCBF43926),
        ("crc-32/bzip2", 0xFC891918),
        ("xor-hex", 0x31),
    ],
)
def test_named_checksums_give_their_published_check_value(name: str, value: int) -> None:
    assert find_checksum(name).compute(CHECK) == value


def test_every_listed_name_can_be_found() -> None:
    for name in checksum_names():
        checksum = find_checksum(name)
        assert checksum.compute(CHECK) < 256 ** max(checksum.size, 1)


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        find_checksum("crc-16/modbusy")


@given(st.binary(max_size=600))
def test_xor8_is_the_xor_of_all_bytes(data: bytes) -> None:
    assert xor8(data) == reduce(lambda a, b: a ^ b, data, 0)


@given(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=30))
def test_xor8_of_many_is_that_of_each(parts: list[bytes]) -> None:
    assert xor8_each(parts) == [xor8(part) for part in parts]


def test_packed_follows_the_byte_order() -> None:
    checksum = find_checksum("crc-16/ibm-3740")
    assert checksum.packed(CHECK, "little") == bytes.fromhex("b129")
    assert checksum.packed(CHECK, "big") == bytes.fromhex("29b1")


def test_digits_are_upper_case_hex_of_full_width() -> None:
    assert find_checksum("xor-hex").digits(b"\x0a") == b"0A"
    assert find_checksum("crc-16/modbus").digits(CHECK) == b"4B37"
