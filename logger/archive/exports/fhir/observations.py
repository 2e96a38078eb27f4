"""What was measured in a session as Observations: samples, statistics, deviations."""

from collections.abc import Iterator
from typing import cast

import numpy as np
from numpy.typing import NDArray

from drivers.channels import CHANNELS
from drivers.model import ColumnLayout
from logger.archive.exports.fhir.devices import channel_concept, metric_url
from logger.archive.exports.fhir.procedures import segment_url, subject
from logger.archive.exports.fhir.sampled_data import Grid, grids, sampled_data
from logger.archive.exports.fhir.terms import (
    Json,
    entry,
    own_concept,
    period,
    quantity,
    site_concept,
    url_of,
)
from logger.archive.exports.runs import Run, runs_of
from logger.archive.exports.source import Source
from logger.journal.many_blocks import join_columns
from logger.session.model import Deviation, Segment, Session, Spread

_ROWS_AT_MOST = 1_000_000
_DEFAULT_PERIOD_US = 10_000


def sample_entries(source: Source, session: Session, site: str) -> Iterator[Json]:
    """Yield an Observation for each channel of each stretch of samples that FHIR can tell.

    Paused samples have no body site and are left out. A stretch ends with a segment, an
    anchor, a reboot, a long gap, and where samples leave their period by 0.1 s.
    """
    for run in runs_of(source, session, _ROWS_AT_MOST):
        if run.alike.place.number is not None:
            yield from _run_entries(run, session, site)


def _run_entries(run: Run, session: Session, site: str) -> Iterator[Json]:
    sequence, device_us, _, *channels = join_columns(run.blocks)
    times_us = cast("NDArray[np.int64]", device_us)
    numbers = cast("NDArray[np.int64]", sequence)
    if not run.alike.sequence_counted:
        numbers = np.arange(len(numbers))
    period_us = session.pen_seen.sample_period_us or _usual_us(times_us)
    for grid in grids(numbers, times_us, period_us):
        ends = run.anchor.utc_ns(times_us[[grid.first, grid.beyond - 1]])
        from_ns, to_ns = ends.tolist()
        for layout, raw in zip(run.alike.layouts, channels, strict=True):
            if layout.channel in CHANNELS:
                observed = _observed(run, session, site, layout.channel)
                observed["effectivePeriod"] = period(from_ns, to_ns)
                observed["valueSampledData"] = _data(layout, raw, grid, period_us)
                position = run.positions[0]
                url = url_of("session", session.id, layout.channel, f"{position}+{grid.first}")
                yield entry(url, observed)


def _data(layout: ColumnLayout, raw: NDArray[np.generic], grid: Grid, period_us: int) -> Json:
    return sampled_data(layout, CHANNELS[layout.channel].unit, raw, grid, period_us)


def _observed(run: Run, session: Session, site: str, channel: str) -> Json:
    place = run.alike.place
    return {
        **_observation(session, site, place.number or 0),
        "code": channel_concept(CHANNELS[channel]),
        "bodySite": site_concept(place.side or "", place.zone or ""),
        "device": {"reference": metric_url(session.pen, channel)},
    }


def _usual_us(device_us: NDArray[np.int64]) -> int:
    """Return the usual time between samples where neither pen nor profile tells it."""
    return int(np.median(np.diff(device_us))) if len(device_us) > 1 else _DEFAULT_PERIOD_US


def segment_entries(session: Session, segment: Segment, site: str) -> Iterator[Json]:
    """Yield the statistics of a segment, and each of its deviations."""
    told = segment.statistics
    parts: list[tuple[str, float | None, str]] = [
        ("duration", told.duration_s, "s"),
        ("motor_on", told.motor_on_s, "s"),
        ("contact", told.contact_s, "s"),
        ("samples_received", told.samples_received, "1"),
        ("samples_missing", told.samples_missing, "1"),
        ("nominal_punctures", told.nominal_punctures, "1"),
        *_spread_parts("depth_set", told.depth_set_mm, "mm"),
        *_spread_parts("depth_measured", told.depth_measured_mm, "mm"),
        *_spread_parts("rate", told.rate_hz, "Hz"),
    ]
    statistics = {
        **_observation(session, site, segment.number),
        "code": own_concept("observation", "segment_statistics", "statistics of the segment"),
        "effectivePeriod": period(segment.from_unix_ns, segment.to_unix_ns),
        "component": [
            {"code": _statistic(name), "valueQuantity": quantity(value, unit)}
            for name, value, unit in parts
            if value is not None
        ],
    }
    names = ("session", session.id, "segment", str(segment.number))
    yield entry(url_of(*names, "statistics"), statistics)
    for number, deviation in enumerate(segment.deviations):
        observed = _observation(session, site, segment.number) | _deviation(deviation)
        yield entry(url_of(*names, "deviation", str(number)), observed)


def _spread_parts(
    name: str, spread: Spread | None, unit: str
) -> Iterator[tuple[str, float | None, str]]:
    if spread is not None:
        for what in ("mean", "minimum", "maximum"):
            yield f"{name}_{what}", getattr(spread, what), unit


def _statistic(name: str) -> Json:
    return own_concept("statistic", name, name.replace("_", " "))


def _deviation(deviation: Deviation) -> Json:
    told: Json = {
        "code": own_concept("deviation", deviation.what, deviation.what.replace("_", " ")),
        "effectivePeriod": period(deviation.from_unix_ns, deviation.to_unix_ns),
    }
    if deviation.extreme is None or deviation.limit is None:
        return told | {"valueBoolean": True}
    unit = "mm" if deviation.what.startswith("depth") else "Hz"
    end = "low" if deviation.what.endswith("below") else "high"
    told["referenceRange"] = [{end: quantity(deviation.limit, unit)}]
    return told | {"valueQuantity": quantity(deviation.extreme, unit)}


def _observation(session: Session, site: str, segment: int) -> Json:
    status = "amended" if session.record.amendments else "final"
    return {
        "resourceType": "Observation",
        "status": status if session.state == "stopped" else "preliminary",
        "subject": subject(session, site),
        "partOf": [{"reference": segment_url(session, segment)}],
    }
