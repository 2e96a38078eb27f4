"""The end of a journal, read on and on: samples as strips, and the sessions that are open."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from msgspec.structs import replace

from logger.journal.blocks import decode_block
from logger.journal.entry import Entry
from logger.journal.kinds import SAMPLES
from logger.journal.reader import JournalReader
from logger.review.live.picture import going_on
from logger.review.live.strips import Strip, StripEnd, joined, strip_of
from logger.session.model import Session
from logger.session.store import projected

SHOWN_S = 180
"""How far back the running charts reach."""

_ENTRIES_AT_ONCE = 500
_BEHIND_MAX = 5000
_STOPPED_MAX = 50
_STRIPS_MAX = SHOWN_S * 10
_NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class News:
    """What a look found: samples, and whether anything else was committed."""

    strips: list[Strip]
    is_changed: bool


class Follower:
    """Follows one journal from its end on; every method may block, one at a time.

    What it holds is bounded: the strips of the last minutes and the sessions that are open.
    It holds no transaction between calls. ConfigError and JournalError as of a reader.
    """

    def __init__(self, data_dir: Path, now_unix_ns: int) -> None:
        self._reader = JournalReader(data_dir)
        self._store, self._projection = projected(data_dir, self._reader)
        self._ends: dict[str, StripEnd] = {}
        self._shown: dict[str, deque[Strip]] = {}
        last = self._projection.position
        first = self._reader.position_at(now_unix_ns - SHOWN_S * _NS_PER_S)
        self._draw(self._reader.entries(first - 1, kinds=[SAMPLES], to=last))

    @property
    def journal(self) -> str:
        """The id of the journal that is followed."""
        return self._reader.id

    @property
    def position(self) -> int:
        """Up to where it was followed."""
        return self._projection.position

    def look(self) -> News:
        """Return what was committed since the last look, as far as a look reaches."""
        entries = self._reader.read(self.position, _ENTRIES_AT_ONCE)
        whole = [_with_block(entry) for entry in entries]
        for entry in whole:
            self._projection.apply(entry)
        strips = self._draw(whole)
        return News(strips, any(entry.kind != SAMPLES for entry in entries))

    def is_outworn(self) -> bool:
        """Return whether to begin anew at the end is cheaper than to go on."""
        behind = self._reader.last_position() - self.position
        return behind > _BEHIND_MAX or len(self._projection.stopped) > _STOPPED_MAX

    def sessions(self) -> list[Session]:
        """Return the sessions that are not stopped, as they stand."""
        return going_on(self._projection)

    def shown(self) -> list[Strip]:
        """Return the last minutes of each pen that said anything in them."""
        return [joined(strips) for strips in self._shown.values() if strips]

    def _draw(self, entries: Iterable[Entry]) -> list[Strip]:
        drawn = []
        for entry in map(_with_block, entries):
            if entry.block is None:
                continue
            strip, end = strip_of(entry.block, self._ends.get(entry.stream))
            self._ends[entry.stream] = end
            self._shown.setdefault(entry.stream, deque(maxlen=_STRIPS_MAX)).append(strip)
            drawn.append(strip)
        self._forget()
        return drawn

    def _forget(self) -> None:
        """Let go of what no chart shows any more."""
        for pen, strips in self._shown.items():
            from_ms = self._ends[pen].time_ns / 1e6 - SHOWN_S * 1000
            while strips and strips[0].from_ms < from_ms:
                strips.popleft()

    def close(self) -> None:
        """Let go of the files; idempotent."""
        self._reader.close()
        if self._store is not None:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _with_block(entry: Entry) -> Entry:
    """Return an entry of samples with its block, which so is decoded but once."""
    if entry.kind != SAMPLES or entry.payload is None or entry.block is not None:
        return entry
    return replace(entry, block=decode_block(entry.payload))
