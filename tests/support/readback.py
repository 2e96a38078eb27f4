"""Reading points back from a database, whichever version it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync

Value = float | int | bool | str


@dataclass(frozen=True, slots=True)
class Target:
    """Where to write: any server with a v2 API."""

    url: str
    org: str
    bucket: str
    token: str


@dataclass(frozen=True, slots=True)
class ReadPoint:
    """A point as the database holds it, its time in ns."""

    time_ns: int
    tags: Mapping[str, str]
    fields: Mapping[str, Value] = field(default_factory=dict)


class ReadBack(Protocol):
    """Returns all points of a measurement with one tag, that of a pen, in order of time."""

    async def points(self, measurement: str, value: str, tag: str = "pen") -> list[ReadPoint]: ...


class ReadBackV1:
    """Reads by InfluxQL from the database under the shim."""

    def __init__(self, url: str, database: str) -> None:
        self._url = url
        self._database = database

    async def points(self, measurement: str, value: str, tag: str = "pen") -> list[ReadPoint]:
        query = {
            "db": self._database,
            "epoch": "ns",
            "q": f'SELECT * FROM "{measurement}" WHERE "{tag}" = \'{value}\' GROUP BY *',
        }
        async with (
            aiohttp.ClientSession(self._url) as session,
            session.get("/query", params=query) as answer,
        ):
            answer.raise_for_status()
            (result,) = (await answer.json())["results"]
        points = [
            ReadPoint(row[0], series["tags"], _present(series["columns"], row))
            for series in result.get("series", [])
            for row in series["values"]
        ]
        return sorted(points, key=lambda point: point.time_ns)


def _present(columns: list[str], row: list[Any]) -> dict[str, Value]:
    pairs = zip(columns[1:], row[1:], strict=True)
    return {name: value for name, value in pairs if value is not None}


class ReadBackV2:
    """Reads by Flux from a real InfluxDB 2."""

    def __init__(self, target: Target) -> None:
        self._target = target

    async def points(self, measurement: str, value: str, tag: str = "pen") -> list[ReadPoint]:
        flux = (
            f'from(bucket: "{self._target.bucket}") |> range(start: 0, stop: 2200-01-01T00:00:00Z)'
            f' |> filter(fn: (r) => r._measurement == "{measurement}" and r.{tag} == "{value}")'
            " |> map(fn: (r) => ({r with ns: int(v: r._time)}))"
        )
        target = self._target
        async with InfluxDBClientAsync(target.url, token=target.token, org=target.org) as client:
            tables = await client.query_api().query(flux)
        found: dict[tuple[int, tuple[tuple[str, str], ...]], dict[str, Value]] = {}
        for record in (record for table in tables for record in table.records):
            tags = {
                name: value
                for name, value in record.values.items()
                if not name.startswith("_") and name not in ("result", "table", "ns")
            }
            key = (record.values["ns"], tuple(sorted(tags.items())))
            found.setdefault(key, {})[record.values["_field"]] = record.values["_value"]
        return [
            ReadPoint(time_ns, dict(tags), found[time_ns, tags]) for time_ns, tags in sorted(found)
        ]
