"""A database that is away, busy, closed to us, or does not like a point."""

from dataclasses import replace

import numpy as np
import pytest

from drivers.model import Flag
from logger.errors import SinkUnavailable
from logger.sinks.influx_client import InfluxClient, RefusedPoints, open_client
from logger.sinks.influx_write import Lines, Writer
from logger.sinks.settings import InfluxSettings
from tests.support.databased import assert_same_samples, influx_sink, new_pen
from tests.support.delivery import Delivery
from tests.support.influxd import Shim
from tests.support.journaled import EPOCH_US, ListJournal
from tests.support.readback import ReadBack, Target


def journal_of(pen: str, blocks: int = 5) -> ListJournal:
    journal = ListJournal()
    for _ in range(blocks):
        journal.append_samples(pen)
    return journal


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_server_is_left_alone_as_long_as_it_wishes(
    shim_target: Target, influx_shim: Shim, shim_read_back: ReadBack, status: int
) -> None:
    pen = new_pen()
    influx_shim.answers = [(status, {"Retry-After": "45"})]
    delivery = Delivery(journal_of(pen), influx_sink(shim_target))
    async with delivery.running():
        await delivery.delivered()
    assert 45 <= delivery.waits_s[0] <= 46
    assert_same_samples(
        await shim_read_back.points("pen_telemetry", pen), delivery.journal.blocks(pen)
    )


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_server_closed_to_us_pauses_delivery_and_says_so(
    shim_target: Target, influx_shim: Shim, status: int
) -> None:
    influx_shim.answers = [(status, {})]
    delivery = Delivery(journal_of(new_pen()), influx_sink(shim_target), patience=0.2)
    async with delivery.running():
        await delivery.state("down")
        error = delivery.pump.status().error
        await delivery.delivered()
    assert str(status) in error and "as the test wishes" in error
    assert shim_target.token not in error
    assert delivery.waits_s[0] >= 60
    assert delivery.quarantined == []


@pytest.mark.parametrize("status", [200, 302])
async def test_an_answer_that_is_no_influxdbs_is_no_acknowledgement(
    shim_target: Target, influx_shim: Shim, status: int
) -> None:
    influx_shim.answers = [(status, {"Location": "/login"})]
    delivery = Delivery(journal_of(new_pen()), influx_sink(shim_target))
    async with delivery.running():
        await delivery.delivered()
    assert influx_shim.requests == 2


async def test_a_server_down_at_boot_gets_everything_later(
    shim_target: Target, influx_shim: Shim, shim_read_back: ReadBack
) -> None:
    pen = new_pen()
    await influx_shim.stop()
    delivery = Delivery(journal_of(pen), influx_sink(shim_target))
    async with delivery.running():
        await delivery.state("down")
        await influx_shim.start()
        await delivery.delivered()
    assert_same_samples(
        await shim_read_back.points("pen_telemetry", pen), delivery.journal.blocks(pen)
    )


async def test_a_request_too_large_is_halved(
    shim_target: Target, influx_shim: Shim, shim_read_back: ReadBack
) -> None:
    pen = new_pen()
    influx_shim.largest_body = 3000
    delivery = Delivery(journal_of(pen), influx_sink(shim_target))
    async with delivery.running():
        await delivery.delivered()
    assert delivery.quarantined == []
    assert_same_samples(
        await shim_read_back.points("pen_telemetry", pen), delivery.journal.blocks(pen)
    )


async def test_a_restarted_server_is_made_whole(
    shim_target: Target, influx_shim: Shim, shim_read_back: ReadBack
) -> None:
    pen = new_pen()
    delivery = Delivery(journal_of(pen), influx_sink(shim_target))
    async with delivery.running():
        await delivery.delivered()
        await influx_shim.stop()
        await influx_shim.start()
        influx_shim.requests = 0
        delivery.journal.append_samples(pen)
        await delivery.delivered()
    assert_same_samples(
        await shim_read_back.points("pen_telemetry", pen), delivery.journal.blocks(pen)
    )
    assert delivery.pump.status().samples_delivered == 5 * 20 + 6 * 20


async def client_of(target: Target) -> InfluxClient:
    settings = InfluxSettings(url=target.url, org=target.org, bucket=target.bucket)
    return await open_client(settings)


async def test_single_bad_lines_are_found_and_quarantined_with_the_servers_words(
    shim_target: Target, shim_read_back: ReadBack
) -> None:
    client = await client_of(shim_target)
    lines = Lines()
    for position in range(1, 101):
        bad = position in (17, 64)
        lines.add(f"m,pen=p value={'x' if bad else 1.5} {position}".encode(), position)
    refused = await Writer("influx", 5000, 100_000).write(client, lines)
    await client.close()
    assert [item.position for item in refused] == [17, 64]
    assert all("unable to parse" in item.reason for item in refused)
    assert refused[0].item == b"m,pen=p value=x 17"
    assert len(await shim_read_back.points("m", "p")) == 98


async def test_points_that_are_all_dropped_are_refused_in_one_go(
    shim_target: Target, influx_shim: Shim
) -> None:
    client = await client_of(shim_target)
    await client.write(b"m,pen=p value=1.5 1")
    lines = Lines()
    for position in range(2, 66):
        lines.add(f'm,pen=p value="text" {position}'.encode(), position)
    influx_shim.requests = 0
    refused = await Writer("influx", 5000, 100_000).write(client, lines)
    await client.close()
    assert len(refused) == 64
    assert influx_shim.requests == 1
    assert "field type conflict" in refused[0].reason


async def test_a_refusal_is_told_apart_from_an_outage(shim_target: Target) -> None:
    client = await client_of(shim_target)
    with pytest.raises(RefusedPoints, match="unable to parse"):
        await client.write(b"no line protocol")
    await client.close()


async def test_a_conflict_with_an_older_type_blocks_nothing_else(
    shim_target: Target, shim_read_back: ReadBack
) -> None:
    pen = new_pen()
    client = await client_of(shim_target)
    older_ns = EPOCH_US * 1000 - 1
    await client.write(f'pen_telemetry,pen={pen} fault="was text" {older_ns}'.encode())
    await client.close()
    journal = ListJournal()
    journal.append_samples(pen)
    good = replace(journal.blocks(pen)[0], flags_known=Flag(0))
    journal.append_block(replace(good, device_us=np.arange(20, 40) * 10_000))
    delivery = Delivery(journal, influx_sink(shim_target))
    async with delivery.running():
        await delivery.delivered()
    assert {item.position for item in delivery.quarantined} == {1}
    assert len(delivery.quarantined) == 20
    held = await shim_read_back.points("pen_telemetry", pen)
    assert len([point for point in held if "sequence" in point.fields]) == 20


async def test_a_host_that_does_not_exist_is_a_sink_that_is_down() -> None:
    sink = influx_sink(Target("http://no-such-database.invalid:8086", "o", "b", "t"))
    delivery = Delivery(journal_of(new_pen()), sink, patience=0.2)
    async with delivery.running():
        await delivery.state("down")
        assert "no answer from the database" in delivery.pump.status().error


async def test_without_a_connection_nothing_is_taken() -> None:
    with pytest.raises(SinkUnavailable):
        await influx_sink(Target("http://127.0.0.1:1", "o", "b", "t")).deliver([])
