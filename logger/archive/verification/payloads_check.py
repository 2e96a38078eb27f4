"""Whether every payload that is gone may be gone: pruned to a sealed file, or erased."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal

from logger.archive.verification.files import JournalFiles
from logger.archive.verification.told import Stretch, Told
from logger.journal.kinds import SAMPLES

Why = Literal["pruned", "erased"]
_Union = dict[str, list[tuple[int, int]]]


class GonePayloads:
    """Tells why payloads may be gone."""

    def __init__(self, told: Told) -> None:
        self._statements = told.statements(told.erasures)
        self._erased = _by_pen(told.stretches(told.erasures))
        self._pruned = _by_pen(told.pruned_stretches())

    def why_gone(self, position: int, kind: str, stream: str) -> Why | None:
        """Return what an entry says of where the payload went; None if none says anything."""
        if kind != SAMPLES:
            return "erased" if position in self._statements else None
        if _has(self._erased, stream, position):
            return "erased"
        return "pruned" if _has(self._pruned, stream, position) else None


class PayloadsCheck:
    """Looks for payloads that are gone without a reason, or there against one.

    ``pruned`` and ``erased`` count those that are rightly gone, once all was looked at.
    """

    def __init__(self, told: Told, files: JournalFiles) -> None:
        self._told = told
        self._files = files
        self.pruned = 0
        self.erased = 0

    def problems(self) -> Iterator[str]:
        """Yield the entries whose payload is gone or is there, although it must not be."""
        gone = GonePayloads(self._told)
        for position, kind, stream in self._files.without_payload():
            why = gone.why_gone(position, kind, stream)
            self.pruned += why == "pruned"
            self.erased += why == "erased"
            if why is None:
                yield f"position {position}: its payload is gone, and nothing says why"
        for position in self._still_there():
            yield f"position {position}: its payload is still there, although it was erased"

    def _still_there(self) -> Iterator[int]:
        """Yield what erasures that are told to be over have left."""
        over = self._told.over
        for pen, first, last in self._told.stretches(over):
            yield from self._files.payloads_left(pen, first, last)
        yield from self._files.with_payload(sorted(self._told.statements(over)))


def _has(stretches: _Union, stream: str, position: int) -> bool:
    found = stretches.get(stream, [])
    at = bisect_right(found, (position, 2**63)) - 1
    return at >= 0 and found[at][0] <= position <= found[at][1]


def _by_pen(stretches: Iterable[Stretch]) -> _Union:
    by_pen: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for pen, first, last in stretches:
        by_pen[pen].append((first, last))
    return {pen: _union(found) for pen, found in by_pen.items()}


def _union(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for first, last in sorted(stretches):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found
