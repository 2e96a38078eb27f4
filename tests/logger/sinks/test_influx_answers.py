"""Answers that no good database gives: they cost an attempt, never memory or the service."""

from collections.abc import AsyncIterator

import pytest

from logger.errors import SinkUnavailable
from logger.journal import kinds
from logger.sinks.influx_client import InfluxClient, RefusedPoints, open_client
from logger.sinks.influx_write import TRY_LARGER_AFTER, Lines, Writer
from logger.sinks.settings import InfluxSettings
from tests.support.false_servers import Answer, endless, saying, serving
from tests.support.influxd import Shim
from tests.support.readback import Target
from tests.support.server import HOST

HEAD = b"HTTP/1.1 "
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


async def answered(answer: Answer) -> Exception:
    """Return the error of a write that a server answers with ``answer``."""
    async with serving(answer) as port:
        settings = InfluxSettings(url=f"http://{HOST}:{port}", bucket="b", timeout_s=5.0)
        client = await open_client(settings)
        with pytest.raises((SinkUnavailable, RefusedPoints)) as error:
            await client.write(b"m,pen=p value=1.5 1")
        await client.close()
    return error.value


@pytest.mark.parametrize(
    "words",
    [
        b"220 mail ready\r\n",
        HEAD + b"400 Bad\r\n" + CHUNKED + b"1000\r\nabc",
        HEAD + b"400 Bad\r\nContent-Length: 50\r\n\r\nabc",
        HEAD + b"204 No Content\r\n",
        HEAD + b"999999 Odd\r\n\r\n",
        b"",
    ],
)
async def test_an_answer_that_breaks_off_is_no_answer(words: bytes) -> None:
    assert isinstance(await answered(saying(words, then_close=True)), SinkUnavailable)


@pytest.mark.parametrize(
    "body",
    [b'{"message":"\\ud800"}', b"[1, 2]", b'{"message":{"a":1}}', b"\xff\xfe", b"[" * 20_000, b""],
)
async def test_whatever_stands_in_an_error_can_be_journaled(body: bytes) -> None:
    head = HEAD + b"400 \xff\r\nContent-Length: %d\r\n\r\n" % len(body)
    error = await answered(saying(head, body))
    told = kinds.DeliveryRejected(
        sink="influx", count=1, from_position=1, to_position=1, reason=str(error)
    )
    assert kinds.decode("delivery.rejected", kinds.encode(told)) == told


async def test_of_an_answer_without_end_only_the_beginning_is_read() -> None:
    error = await answered(endless(HEAD + b"500 Oh\r\n" + CHUNKED))
    assert "the database answers 500: xxx" in str(error)
    assert len(str(error)) < 1000


@pytest.fixture
async def client(shim_target: Target) -> AsyncIterator[InfluxClient]:
    client = await open_client(InfluxSettings(url=shim_target.url, bucket=shim_target.bucket))
    yield client
    await client.close()


def lines(count: int) -> Lines:
    """Return points of 22 bytes each, with their line ends."""
    found = Lines()
    for number in range(count):
        found.add(f"m,pen=p value={1_000_000 + number}".encode(), 1)
    return found


async def test_a_server_that_takes_large_requests_again_gets_them(
    client: InfluxClient, influx_shim: Shim
) -> None:
    writer = Writer("influx", 5000, 100_000)
    influx_shim.largest_body = 500
    assert await writer.write(client, lines(400)) == []
    influx_shim.largest_body = None
    for _ in range(60):
        await writer.write(client, lines(400))
    influx_shim.requests = 0
    await writer.write(client, lines(400))
    assert influx_shim.requests == 1


async def test_a_server_that_takes_small_requests_only_is_seldom_asked_for_more(
    client: InfluxClient, influx_shim: Shim
) -> None:
    writer = Writer("influx", 5000, 100_000)
    influx_shim.largest_body = 500
    for _ in range(10):
        assert await writer.write(client, lines(400)) == []
    first_search = 10
    asked = influx_shim.requests_too_large
    assert asked <= first_search + 2 * influx_shim.requests / TRY_LARGER_AFTER
