"""Whether every payload that is gone may be gone: pruned to a sealed file, or erased."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

from logger.archive.verification.files import JournalFiles
from logger.archive.verification.told import Told
from logger.journal.kinds import SAMPLES


class GonePayloads:
    """Tells which payloads may be gone."""

    def __init__(self, told: Told) -> None:
        self._statements = told.statements()
        by_pen: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for pen, first, last in told.stretches():
            by_pen[pen].append((first, last))
        self._stretches = {pen: _union(found) for pen, found in by_pen.items()}

    def may_be_gone(self, position: int, kind: str, stream: str) -> bool:
        """Return whether an entry tells where the payload went, or by whose order."""
        if kind != SAMPLES:
            return position in self._statements
        stretches = self._stretches.get(stream, [])
        at = bisect_right(stretches, (position, 2**63)) - 1
        return at >= 0 and stretches[at][0] <= position <= stretches[at][1]


def payload_problems(told: Told, files: JournalFiles) -> Iterator[str]:
    """Yield the entries whose payload nothing explains to be gone."""
    gone = GonePayloads(told)
    for position, kind, stream in files.without_payload():
        if not gone.may_be_gone(position, kind, stream):
            yield f"position {position}: its payload is gone, and nothing says why"


def _union(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for first, last in sorted(stretches):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found
