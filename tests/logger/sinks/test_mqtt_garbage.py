"""What no good broker says costs an attempt; nothing else in the process notices."""

import asyncio
import socket

import aiomqtt
import pytest

from logger.errors import SinkUnavailable
from logger.sinks.mqtt_client import AcknowledgedClient
from logger.sinks.settings import MqttSettings
from tests.support.false_servers import CONNECTED, Answer, judging, saying, serving
from tests.support.server import HOST

RECEIVES_NOTHING = b"\x20\x06\x00\x00\x03\x21\x00\x00"
HUGE = b"\xff\xff\xff\x7f" + b"x" * 1_000_000


def client_of(port: int) -> AcknowledgedClient:
    settings = MqttSettings(host=HOST, port=port, timeout_s=1.0)
    will = aiomqtt.Will("state", b"offline")
    return AcknowledgedClient(settings, client_id="test", will=will, tls_context=None)


async def delivered(answer: Answer) -> None:
    """Connect to a broker that answers so, and send it a message."""
    async with serving(answer) as port:
        client = client_of(port)
        try:
            await client.open()
            await client.send([("topic", b"payload")])
        finally:
            client.drop()


@pytest.mark.parametrize(
    "words",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"",
        b"\x00" * 64,
        b"\xff" * 64,
        b"\x20\x03\x00",
        b"\x20\x00",
        b"\x20\x06\x00\x00\x03\x99\x01\x02",
        b"\x20\x06\x00\x00\x7f\x21\x00\x01",
        b"\x20\x03\x00\x55\x00",
        RECEIVES_NOTHING,
        b"\x20" + HUGE,
        b"\x40\x02\x00\x01",
        CONNECTED + CONNECTED,
        CONNECTED + b"\x30\x06\x00\x02\xff\xfe\x00x",
        CONNECTED + b"\x30" + HUGE,
        CONNECTED + b"\x40\x01\x00",
        CONNECTED + b"\x50\x02\x00\x01",
        CONNECTED + b"\xe0\x02\x8b\x00",
        CONNECTED + b"\xf0\x00",
    ],
)
async def test_garbage_is_a_broker_that_cannot_be_reached(words: bytes) -> None:
    with pytest.raises(SinkUnavailable):
        await delivered(saying(words))


async def test_an_acknowledgement_of_what_was_not_sent_is_none() -> None:
    with pytest.raises(SinkUnavailable, match="acknowledged nothing for 1 s"):
        await delivered(judging(0, of=b"topic", identifier_off_by=1))


async def test_a_broker_that_says_goodbye_at_once_is_quoted() -> None:
    with pytest.raises(SinkUnavailable, match="Server shutting down"):
        await delivered(saying(CONNECTED + b"\xe0\x02\x8b\x00"))


async def test_a_connection_that_ends_early_leaves_no_descriptor_watched() -> None:
    """The next socket of that number, be it a pen's port, would be deaf."""
    loop = asyncio.get_running_loop()
    async with serving(saying(then_close=True)) as port:
        for _ in range(20):
            client = client_of(port)
            with pytest.raises(SinkUnavailable):
                await client.open()
            client.drop()
            await asyncio.sleep(0)
            assert await heard_by_new_sockets(loop) == b"x"


async def heard_by_new_sockets(loop: asyncio.AbstractEventLoop) -> bytes:
    """Return what comes through a pair of sockets, which get the lowest free numbers."""
    here, there = socket.socketpair()
    with here, there:
        heard: asyncio.Queue[bytes] = asyncio.Queue()
        loop.add_reader(here.fileno(), lambda: heard.put_nowait(here.recv(1)))
        there.send(b"x")
        try:
            async with asyncio.timeout(5):
                return await heard.get()
        finally:
            loop.remove_reader(here.fileno())
