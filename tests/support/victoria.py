"""A real victoria-metrics, and how to read back what it holds."""

from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from tests.support.server import HOST, ServerProcess, free_port


class Victoria(ServerProcess):
    """A single-node server that keeps its data in ``directory``."""

    def __init__(self, directory: Path) -> None:
        port = free_port()
        super().__init__(
            [
                "victoria-metrics",
                f"-storageDataPath={directory / 'data'}",
                f"-httpListenAddr={HOST}:{port}",
                "-retentionPeriod=100y",
                "-search.latencyOffset=0s",
                "-dedup.minScrapeInterval=1ms",
                "-memory.allowedBytes=64MB",
            ],
            port,
            directory,
        )
        self.url = f"http://{HOST}:{port}"

    async def export(self, metric: str, **between: float) -> list[dict[str, Any]]:
        """Return the series of ``metric``: labels, values, and timestamps in ms.

        Between ``start`` and ``end`` only, Unix times in s, if they are given.
        """
        async with aiohttp.ClientSession(self.url) as session:
            async with session.get("/internal/force_flush") as flushed:
                flushed.raise_for_status()
            selector = {"match[]": f'{{__name__="{metric}"}}', **_texts(between)}
            async with session.get("/api/v1/export", params=selector) as answer:
                answer.raise_for_status()
                lines = (await answer.read()).splitlines()
        return [msgspec.json.decode(line) for line in lines]


def _texts(numbers: dict[str, float]) -> dict[str, str]:
    return {name: f"{number:.3f}" for name, number in numbers.items()}
