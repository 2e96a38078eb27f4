"""What goes past paho: messages as they stand on the wire, and bytes read ahead."""

import select
import socket
from collections.abc import Iterator

import pytest

from logger.sinks.mqtt_paho import ReadAhead, acknowledgements, publish_packet


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


class Reading:
    """A ReadAhead on one end of a pair of sockets; ``far`` is the other."""

    def __init__(self) -> None:
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)
        self.acknowledged: list[tuple[int, int]] = []
        self.between_packets = True
        self.ahead = ReadAhead(
            self.near,
            lambda identifier, code: self.acknowledged.append((identifier, code)),
            lambda: self.between_packets,
        )


@pytest.fixture
def reading() -> Iterator[Reading]:
    reading = Reading()
    with reading.near, reading.far:
        yield reading


def test_what_was_read_ahead_is_given_out_bit_by_bit_and_nothing_is_lost(reading: Reading) -> None:
    reading.far.sendall(b"abcdef")
    assert reading.ahead.pending() == 0
    assert [reading.ahead.recv(1), reading.ahead.recv(2)] == [b"a", b"bc"]
    assert reading.ahead.pending() == 3
    assert reading.ahead.recv(100) == b"def"
    assert reading.ahead.pending() == 0


def test_acknowledgements_alone_leave_nothing_to_read(reading: Reading) -> None:
    reading.far.sendall(b"\x40\x02\x00\x07\x40\x03\x01\x02\x87")
    with pytest.raises(BlockingIOError):
        reading.ahead.recv(1)
    assert reading.acknowledged == [(7, 0), (0x102, 0x87)]
    assert reading.ahead.pending() == 0


def test_what_follows_acknowledgements_is_read_as_it_came(reading: Reading) -> None:
    reading.far.sendall(b"\x40\x02\x00\x07\xd0\x00")
    assert reading.ahead.recv(1) == b"\xd0"
    assert reading.acknowledged == [(7, 0)]
    assert reading.ahead.recv(1) == b"\x00"


def test_within_a_packet_nothing_is_taken_for_an_acknowledgement(reading: Reading) -> None:
    reading.between_packets = False
    reading.far.sendall(b"\x40\x02\x00\x07")
    assert reading.ahead.recv(4) == b"\x40\x02\x00\x07"
    assert reading.acknowledged == []


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x40\x03\x00\x07", id="a part"),
        pytest.param(b"\x40\x01\x00\x07", id="too short to name a message"),
        pytest.param(b"\x40\x80\x01" + bytes(200), id="longer than any"),
        pytest.param(b"\xd0\x00\x40\x02\x00\x07", id="behind another packet"),
    ],
)
def test_what_is_no_whole_acknowledgement_is_left_to_paho(data: bytes) -> None:
    assert acknowledgements(data) == ([], 0)


def test_an_unhurried_socket_is_readable_only_once_there_is_much() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
    with near, far:
        ahead = ReadAhead(near, lambda *_: None, lambda: True)
        ahead.unhurried(True)
        far.sendall(b"x")
        assert near.recv(1, socket.MSG_PEEK) == b"x"
        assert not select.select([near], [], [], 0)[0]
        ahead.unhurried(False)
        assert select.select([near], [], [], 0)[0]


def test_the_end_wakes_even_an_unhurried_socket() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
    with near:
        ReadAhead(near, lambda *_: None, lambda: True).unhurried(True)
        far.close()
        assert select.select([near], [], [], 10)[0]


def test_the_end_of_the_connection_is_told() -> None:
    near, far = socket.socketpair()
    with near:
        far.close()
        assert ReadAhead(near, lambda *_: None, lambda: True).recv(1) == b""
