"""Writes lines so that a bad one harms no other: found by halving, then quarantined."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from logger.journal.quarantine import Quarantined
from logger.sinks.influx_client import InfluxClient, RefusedPoints, TooLarge

_DROPPED = re.compile(r"\bdropped=(\d+)\b")


@dataclass(slots=True)
class Lines:
    """Lines of one request and, beside each, the position of the entry it is from."""

    lines: list[str] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)

    def add(self, lines: Sequence[str], position: int) -> None:
        """Add ``lines`` of the entry at ``position``."""
        self.lines += lines
        self.positions += [position] * len(lines)

    def part(self, first: int, last: int) -> "Lines":
        """Return the lines from ``first`` to before ``last``."""
        return Lines(self.lines[first:last], self.positions[first:last])

    def body(self) -> bytes:
        """Return the lines as they are sent."""
        return "\n".join(self.lines).encode()


class Writer:
    """Writes to one server in requests of at most ``max_points`` points, ``max_bytes`` bytes."""

    def __init__(self, sink: str, max_points: int, max_bytes: int) -> None:
        self._sink = sink
        self._max_points = max_points
        self._max_bytes = max_bytes

    async def write(self, client: InfluxClient, lines: Lines) -> list[Quarantined]:
        """Return what the server refused, when it has all the rest."""
        refused: list[Quarantined] = []
        for first in range(0, len(lines), self._max_points):
            refused += await self._request(client, lines.part(first, first + self._max_points))
        return refused

    async def _request(self, client: InfluxClient, lines: Lines) -> list[Quarantined]:
        body = lines.body()
        try:
            if len(body) > self._max_bytes and len(lines) > 1:
                return await self._halves(client, lines)
            await client.write(body)
        except TooLarge as answer:
            self._max_bytes = max(1, len(body) - 1)
            return await self._narrow(client, lines, str(answer))
        except RefusedPoints as answer:
            if _all_dropped(str(answer), len(lines)):
                return self._refused(lines, str(answer))
            return await self._narrow(client, lines, str(answer))
        return []

    async def _narrow(self, client: InfluxClient, lines: Lines, words: str) -> list[Quarantined]:
        if len(lines) == 1:
            return self._refused(lines, words)
        return await self._halves(client, lines)

    async def _halves(self, client: InfluxClient, lines: Lines) -> list[Quarantined]:
        middle = len(lines) // 2
        refused = await self._request(client, lines.part(0, middle))
        return refused + await self._request(client, lines.part(middle, len(lines)))

    def _refused(self, lines: Lines, words: str) -> list[Quarantined]:
        return [
            Quarantined(self._sink, position, line.encode(), words)
            for line, position in zip(lines.lines, lines.positions, strict=True)
        ]


def _all_dropped(words: str, points: int) -> bool:
    """Return whether the server says that it dropped just as many points as it was sent."""
    found = _DROPPED.search(words)
    return found is not None and int(found[1]) == points
