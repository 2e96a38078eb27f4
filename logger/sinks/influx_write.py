"""Writes lines so that a bad one harms no other: found by halving, then quarantined."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from logger.journal.quarantine import Quarantined
from logger.sinks.influx_client import InfluxClient, RefusedPoints, TooLarge

TRY_LARGER_AFTER = 20
_DROPPED = re.compile(r"\bdropped=(\d+)\b")


class _Piece(NamedTuple):
    """Lines of the entry at ``position``, with line ends in between, and how many they are."""

    lines: bytes
    points: int
    position: int

    def apart(self) -> "list[_Piece]":
        """Return a piece for each line."""
        return [_Piece(line, 1, self.position) for line in self.lines.split(b"\n")]


@dataclass(slots=True)
class Lines:
    """Lines in pieces of one entry each: only those that a server refuses are told apart."""

    pieces: list[_Piece] = field(default_factory=list)

    def __len__(self) -> int:
        return sum(piece.points for piece in self.pieces)

    def add(self, lines: bytes, position: int, points: int = 1) -> None:
        """Add ``points`` lines of the entry at ``position``, with line ends in between."""
        self.pieces.append(_Piece(lines, points, position))

    def body(self) -> bytes:
        """Return the lines as they are sent."""
        return b"\n".join([piece.lines for piece in self.pieces])

    def apart(self) -> "Lines":
        """Return the same lines, each in a piece of its own."""
        return Lines([line for piece in self.pieces for line in piece.apart()])

    def halves(self) -> "tuple[Lines, Lines]":
        """Return the lines in two parts, none of them empty; there must be two lines."""
        pieces = self.pieces if len(self.pieces) > 1 else self.apart().pieces
        middle = len(pieces) // 2
        return Lines(pieces[:middle]), Lines(pieces[middle:])


class Writer:
    """Writes to one server in requests of at most ``max_points`` points, ``max_bytes`` bytes.

    A server that takes less is asked with smaller requests, and after 20 of them whether
    it takes twice as much by now: a backlog in small requests would take for ever.
    """

    def __init__(self, sink: str, max_points: int, max_bytes: int) -> None:
        self._sink = sink
        self._max_points = max_points
        self._wished_bytes = max_bytes
        self._max_bytes = max_bytes
        self._taken = 0

    async def write(self, client: InfluxClient, lines: Lines) -> list[Quarantined]:
        """Return what the server refused, when it has all the rest."""
        refused: list[Quarantined] = []
        for request in self._requests(lines):
            refused += await self._request(client, request)
        return refused

    def _requests(self, lines: Lines) -> Iterator[Lines]:
        """Yield the pieces together, as many as one request may hold, and at least one."""
        together, points, size = Lines(), 0, 0
        for piece in lines.pieces:
            points += piece.points
            size += len(piece.lines) + 1
            if together.pieces and (points > self._max_points or size > self._max_bytes):
                yield together
                together, points, size = Lines(), piece.points, len(piece.lines) + 1
            together.pieces.append(piece)
        if together.pieces:
            yield together

    async def _request(self, client: InfluxClient, lines: Lines) -> list[Quarantined]:
        body, points = lines.body(), len(lines)
        try:
            if points > 1 and (points > self._max_points or len(body) > self._max_bytes):
                return await self._halves(client, lines)
            await client.write(body)
            self._grow()
        except TooLarge as answer:
            self._max_bytes, self._taken = max(1, len(body) - 1), 0
            return await self._narrow(client, lines, str(answer))
        except RefusedPoints as answer:
            if _all_dropped(str(answer), points):
                return self._refused(lines, str(answer))
            return await self._narrow(client, lines, str(answer))
        return []

    def _grow(self) -> None:
        self._taken += 1
        if self._taken >= TRY_LARGER_AFTER and self._max_bytes < self._wished_bytes:
            self._max_bytes, self._taken = min(2 * self._max_bytes, self._wished_bytes), 0

    async def _narrow(self, client: InfluxClient, lines: Lines, words: str) -> list[Quarantined]:
        if len(lines) == 1:
            return self._refused(lines, words)
        return await self._halves(client, lines)

    async def _halves(self, client: InfluxClient, lines: Lines) -> list[Quarantined]:
        first, second = lines.halves()
        refused = await self._request(client, first)
        return refused + await self._request(client, second)

    def _refused(self, lines: Lines, words: str) -> list[Quarantined]:
        return [
            Quarantined(self._sink, one.position, one.lines, words) for one in lines.apart().pieces
        ]


def _all_dropped(words: str, points: int) -> bool:
    """Return whether the server says that it dropped just as many points as it was sent."""
    found = _DROPPED.search(words)
    return found is not None and int(found[1]) == points
