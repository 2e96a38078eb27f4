"""What goes past paho: messages as they stand on the wire, and bytes read ahead."""

import socket

import pytest

from logger.sinks.mqtt_paho import ReadAhead, publish_packet


def test_a_publish_of_mqtt_5_as_it_stands_on_the_wire() -> None:
    packet = publish_packet("a/b", b"xyz", 0x1234, retain=False, version_5=True)
    assert packet == b"\x32\x0b\x00\x03a/b\x12\x34\x00xyz"


def test_a_retained_publish_of_mqtt_3_1_1_as_it_stands_on_the_wire() -> None:
    packet = publish_packet("a/b", b"xyz", 7, retain=True, version_5=False)
    assert packet == b"\x33\x0a\x00\x03a/b\x00\x07xyz"


@pytest.mark.parametrize(
    ("payload_bytes", "length"),
    [
        pytest.param(127 - 6, b"\x7f", id="the most in one byte"),
        pytest.param(128 - 6, b"\x80\x01", id="the least in two"),
        pytest.param(16_383 - 6, b"\xff\x7f", id="the most in two"),
        pytest.param(16_384 - 6, b"\x80\x80\x01", id="the least in three"),
    ],
)
def test_lengths_are_those_of_the_standard(payload_bytes: int, length: bytes) -> None:
    packet = publish_packet("t", bytes(payload_bytes), 1, retain=False, version_5=True)
    assert packet[1 : 1 + len(length)] == length
    assert len(packet) == 1 + len(length) + 6 + payload_bytes


def test_what_was_read_ahead_is_given_out_bit_by_bit_and_nothing_is_lost() -> None:
    near, far = socket.socketpair()
    with near, far:
        ahead = ReadAhead(near)
        far.sendall(b"abcdef")
        assert ahead.pending() == 0
        assert [ahead.recv(1), ahead.recv(2)] == [b"a", b"bc"]
        assert ahead.pending() == 3
        assert ahead.recv(100) == b"def"
        assert ahead.pending() == 0


def test_the_end_of_the_connection_is_told() -> None:
    near, far = socket.socketpair()
    with near:
        far.close()
        assert ReadAhead(near).recv(1) == b""
