"""An InfluxDB sink for tests, and what a database should hold of a journal."""

import math
import uuid
from collections.abc import Sequence

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
    """Every sample is there once, with its time, values and flags, exactly."""
    assert [p.time_ns for p in points] == np.concatenate([b.utc_ns() for b in blocks]).tolist()
    sequence = np.concatenate([b.sequence for b in blocks]).tolist()
    assert [p.fields["sequence"] for p in points] == sequence
    for layout in blocks[0].layouts:
        sent = np.concatenate([np.asarray(b.values(layout.channel)) for b in blocks]).tolist()
        held = [p.fields.get(layout.channel) for p in points]
        assert held == [None if math.isnan(value) else value for value in sent]
    status = np.concatenate([b.status for b in blocks])
    assert [p.fields["motor_on"] for p in points] == (status & Flag.MOTOR_ON != 0).tolist()
