"""What paho does for each message and each acknowledgement, made cheap.

paho builds five objects to read a PUBACK, three bytes at a time, and keeps every message
until then for a retry that is not wanted. A recorder on a small computer sends a message
each commit and pen, and so a third of its time went there. Connecting, keeping alive and
saying goodbye stay paho's.
"""

import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from typing import Literal, cast

from paho.mqtt import client as paho
from paho.mqtt.enums import MQTTErrorCode

_QOS_1 = 0x02
_RETAIN = 0x01
_NO_PROPERTIES = b"\x00"
_READ_BYTES = 4096
_UNHURRIED_BYTES = 2048
"""Acknowledgements of some hundred messages."""
_PACKET_AT_MOST = 1 << 17
"""A broker to which nothing is subscribed has nothing to say that is as long as this."""


class ReadAhead:
    """A socket for paho, who asks for one byte or two, that reads all there is at once.

    Acknowledgements that stand first in what was read are handed to ``acknowledged``, as
    long as paho is ``between_packets``: it takes sixty steps for each of them.
    """

    def __init__(
        self,
        below: socket.socket,
        acknowledged: Callable[[int, int], None],
        between_packets: Callable[[], bool],
    ) -> None:
        self._below = below
        self._acknowledged = acknowledged
        self._between_packets = between_packets
        self._held = b""
        self._at = 0
        self._unhurried = False

    def unhurried(self, unhurried: bool) -> None:
        """Let the system tell of something to read only when it is much, or the end; or at once.

        A wake-up for a few bytes costs more than the message that they acknowledge.
        """
        if unhurried != self._unhurried:
            self._unhurried = unhurried
            size = _UNHURRIED_BYTES if unhurried else 1
            self._below.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size)

    def recv(self, size: int) -> bytes:
        """Return up to ``size`` bytes, none at the end of the connection.

        BlockingIOError if there is nothing for paho.
        """
        if self._at == len(self._held):
            if size > _PACKET_AT_MOST:
                raise ConnectionError(f"the broker begins a packet of {size} bytes")
            self._held, self._at = self._below.recv(_READ_BYTES), 0
            if self._between_packets():
                found, self._at = acknowledgements(self._held)
                for identifier, code in found:
                    self._acknowledged(identifier, code)
                if found and self._at == len(self._held):
                    raise BlockingIOError
        piece = self._held[self._at : self._at + size]
        self._at += len(piece)
        return piece

    def pending(self) -> int:
        """Return how many bytes can be read without asking the system."""
        below = self._below.pending() if isinstance(self._below, ssl.SSLSocket) else 0
        return len(self._held) - self._at + below

    def send(self, data: bytes | bytearray) -> int:
        """Return how many bytes the system took."""
        return self._below.send(data)

    def hurry_peer(self) -> None:
        """Let the system confirm at once what comes next.

        A broker with Nagle's algorithm answers the first of several messages, and holds
        the other answers back until that one is confirmed: 40 ms, if nobody hurries.
        """
        self._below.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def fileno(self) -> int:
        """Return the descriptor to wait on; -1 once closed."""
        return self._below.fileno()

    def setblocking(self, flag: bool) -> None:
        """Set whether to wait."""
        self._below.setblocking(flag)

    def close(self) -> None:
        """Close the socket."""
        self._below.close()


class QuickPaho(paho.Client):
    """A paho client that keeps no messages and hands on acknowledgements as two numbers.

    ``acknowledged`` is called with packet identifier and reason code of each PUBACK, as
    MQTT 5 (3.4.2) has them; in 3.1.1, and where all is well, the code is 0.
    """

    acknowledged: Callable[[int, int], None]

    @classmethod
    def adopt(cls, client: paho.Client, acknowledged: Callable[[int, int], None]) -> "QuickPaho":
        """Return ``client`` itself, which aiomqtt has made and lets nobody else make."""
        client.__class__ = cls
        quick = cast("QuickPaho", client)
        quick.acknowledged = acknowledged
        return quick

    def identifier(self) -> int:
        """Return the next packet identifier."""
        return self._mid_generate()

    def unhurried(self, unhurried: bool) -> None:
        """Wait for much to read, or the end, before anyone is woken; or for anything."""
        if isinstance(self._sock, ReadAhead):
            self._sock.unhurried(unhurried)

    def write(self, packets: Sequence[bytes]) -> MQTTErrorCode:
        """Send ``packets`` in one go; what the system does not take now follows by itself."""
        data = b"".join(packets)
        self._out_packet.append(
            {
                "command": paho.PUBLISH,
                "mid": 0,
                "qos": 1,
                "pos": 0,
                "to_process": len(data),
                "packet": data,
                "info": None,
            }
        )
        written = self.loop_write()
        if len(packets) > 1 and isinstance(self._sock, ReadAhead):
            self._sock.hurry_peer()
        return written

    def _create_socket(self) -> ReadAhead:
        below = cast("socket.socket", super()._create_socket())
        # Messages of one commit follow each other without waiting for the peer's TCP.
        below.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return ReadAhead(below, self.acknowledged, lambda: not self._in_packet["command"])

    def _handle_pubackcomp(self, cmd: Literal["PUBACK", "PUBCOMP"]) -> MQTTErrorCode:
        packet = self._in_packet["packet"]
        if cmd != "PUBACK" or len(packet) < 2:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        self.acknowledged(packet[0] << 8 | packet[1], packet[2] if len(packet) > 2 else 0)
        return MQTTErrorCode.MQTT_ERR_SUCCESS


def acknowledgements(data: bytes) -> tuple[list[tuple[int, int]], int]:
    """Return identifier and reason code of the whole PUBACKs that ``data`` begins with.

    And where they end. (MQTT 5, 3.4; in 3.1.1, and where all is well, there is no code: 0.)
    """
    found, at = [], 0
    while at + 4 <= len(data) and data[at] == paho.PUBACK:
        length = data[at + 1]
        end = at + 2 + length
        if not 2 <= length < 128 or end > len(data):
            break
        found.append((data[at + 2] << 8 | data[at + 3], data[at + 4] if length > 2 else 0))
        at = end
    return found, at


def publish_packet(
    topic: str, payload: bytes, identifier: int, *, retain: bool, version_5: bool
) -> bytes:
    """Return a PUBLISH at QoS 1 without properties (MQTT 5, 3.3; MQTT 3.1.1, 3.3)."""
    name = topic.encode()
    head = struct.pack("!H", len(name)) + name + struct.pack("!H", identifier)
    if version_5:
        head += _NO_PROPERTIES
    kind = paho.PUBLISH | _QOS_1 | (_RETAIN if retain else 0)
    return bytes([kind]) + _length(len(head) + len(payload)) + head + payload


def _length(size: int) -> bytes:
    """Return ``size`` as a variable byte integer (MQTT 5, 1.5.5)."""
    digits = bytearray()
    while size > 127:
        digits.append(size & 127 | 128)
        size >>= 7
    digits.append(size)
    return bytes(digits)
