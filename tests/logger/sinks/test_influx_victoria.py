"""victoria-metrics takes the same lines; it keeps ms and six decimals."""

import numpy as np

from drivers.model import SampleBlock
from tests.support.databased import influx_sink
from tests.support.delivery import Delivery
from tests.support.journaled import ListJournal
from tests.support.readback import Target
from tests.support.victoria import Victoria


def target(victoria: Victoria) -> Target:
    return Target(victoria.url, "", "any", "")


def sent(blocks: list[SampleBlock], channel: str) -> list[tuple[int, float]]:
    """Return (ms, value) of every sample whose value is not absent."""
    pairs = [
        (time_ns // 1_000_000, value)
        for block in blocks
        for time_ns, value in zip(
            block.utc_ns().tolist(), np.asarray(block.values(channel)).tolist(), strict=True
        )
    ]
    return [(ms, value) for ms, value in pairs if not np.isnan(value)]


async def held(victoria: Victoria, channel: str) -> list[tuple[int, float]]:
    """Return (ms, value) of every point."""
    return sorted(
        pair
        for series in await victoria.export(f"pen_telemetry_{channel}")
        for pair in zip(series["timestamps"], series["values"], strict=True)
    )


async def test_every_sample_is_there_at_its_millisecond(victoria: Victoria) -> None:
    journal = ListJournal()
    for _ in range(20):
        journal.append_samples(rows=20)
    delivery = Delivery(journal, influx_sink(target(victoria)))
    async with delivery.running():
        await delivery.delivered()
    for channel in ("depth_measured_mm", "rate_hz", "motor_current_ma"):
        assert await held(victoria, channel) == sent(journal.blocks(), channel)


async def test_what_a_killed_server_lost_after_acknowledging_is_sent_again(
    victoria: Victoria,
) -> None:
    journal = ListJournal()
    for _ in range(20):
        journal.append_samples(rows=20)
    delivery = Delivery(journal, influx_sink(target(victoria)))
    async with delivery.running():
        await delivery.delivered()
        victoria.kill()
        victoria.start()
        journal.append_samples(rows=20)
        await delivery.delivered()
    assert await held(victoria, "rate_hz") == sent(journal.blocks(), "rate_hz")
