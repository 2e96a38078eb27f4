"""The database holds what was journaled: exact to the ns and to the last bit."""

import math

import numpy as np
from pydantic import SecretStr

from drivers.model import Flag
from logger.sinks.influx import InfluxSink
from logger.sinks.settings import InfluxSettings
from tests.support.delivery import Delivery
from tests.support.journaled import ListJournal
from tests.support.readback import ReadBack, ReadPoint, Target


def influx_sink(target: Target, **settings: object) -> InfluxSink:
    values = {
        "url": target.url,
        "org": target.org,
        "bucket": target.bucket,
        "token": SecretStr(target.token),
        "flush_interval_s": 0.01,
    }
    return InfluxSink(
        InfluxSettings.model_validate(values | settings),
        site="clinic",
        summary=lambda session: {"duration_s": 61.5, "punctures": 1000},
    )


def assert_same_samples(points: list[ReadPoint], journal: ListJournal, pen: str) -> None:
    """Every sample of the journal is there once, with its time, values and flags, exactly."""
    blocks = journal.blocks(pen)
    assert [p.time_ns for p in points] == np.concatenate([b.utc_ns() for b in blocks]).tolist()
    sequence = np.concatenate([b.sequence for b in blocks]).tolist()
    assert [p.fields["sequence"] for p in points] == sequence
    for layout in blocks[0].layouts:
        sent = np.concatenate([np.asarray(b.values(layout.channel)) for b in blocks]).tolist()
        held = [p.fields.get(layout.channel) for p in points]
        assert held == [None if math.isnan(value) else value for value in sent]
    status = np.concatenate([b.status for b in blocks])
    assert [p.fields["motor_on"] for p in points] == (status & Flag.MOTOR_ON != 0).tolist()


async def test_every_sample_reads_back_exactly(influx_target: Target, read_back: ReadBack) -> None:
    journal = ListJournal()
    pen = f"NP {influx_target.bucket[-6:]},=x"
    for _ in range(30):
        journal.append_samples(pen, rows=50)
    delivery = Delivery(journal, influx_sink(influx_target))
    async with delivery.running():
        await delivery.delivered()
    assert_same_samples(await read_back.points("pen_telemetry", pen), journal, pen)
    assert delivery.quarantined == []
