"""An InfluxDB sink for tests, and what a database should hold of a journal."""

import math
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from pydantic import SecretStr

from drivers.model import Flag, SampleBlock
from logger.sinks.influx import InfluxSink
from logger.sinks.settings import InfluxSettings
from tests.support.readback import ReadPoint, Target

SUMMARY = {"duration_s": 61.5, "punctures": 1000}


def influx_sink(target: Target, erased: Sequence[str] = (), /, **settings: object) -> InfluxSink:
    """Return a sink that writes to ``target`` without waiting to collect points."""
    values = {
        "url": target.url,
        "org": target.org,
        "bucket": target.bucket,
        "token": SecretStr(target.token),
        "flush_interval_s": 0.0,
        "timeout_s": 5.0,
    }
    return InfluxSink(
        InfluxSettings.model_validate(values | settings),
        site="clinic",
        summary=lambda session: SUMMARY,
        erased=erased,
    )


def new_pen(name: str = "NP") -> str:
    """Return a serial number that no other run of the tests has used."""
    return f"{name}-{uuid.uuid4().hex}"


def assert_same_samples(points: Sequence[ReadPoint], blocks: Sequence[SampleBlock]) -> None:
    """Every sample is there once, with its time, values and flags, exactly.

    The database sorts by time, and a new anchor may go back: so the blocks are sorted too.
    """
    times_ns = np.concatenate([block.utc_ns() for block in blocks])
    order = np.argsort(times_ns)

    def sorted_column(columns: Iterable[Any]) -> list[Any]:
        whole: list[Any] = np.concatenate([np.asarray(one) for one in columns])[order].tolist()
        return whole

    assert [p.time_ns for p in points] == times_ns[order].tolist()
    sequence = sorted_column(block.sequence for block in blocks)
    assert [p.fields["sequence"] for p in points] == sequence
    for layout in blocks[0].layouts:
        sent = sorted_column(block.values(layout.channel) for block in blocks)
        held = [p.fields.get(layout.channel) for p in points]
        assert held == [None if math.isnan(value) else value for value in sent]
    motor_on = sorted_column(block.status & Flag.MOTOR_ON != 0 for block in blocks)
    assert [p.fields["motor_on"] for p in points] == motor_on
