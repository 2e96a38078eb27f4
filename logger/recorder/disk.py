"""The drive under the journal: how much room it has, and what that means."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from logger.errors import CommandRefused
from logger.journal import kinds
from logger.journal.entry import Draft
from logger.journal.room import Reserve, free_bytes
from logger.recorder.settings import DiskSettings

log = logging.getLogger(__name__)

Level = Literal["good", "low", "full"]

ACTOR = "service"
OPENING_BYTES = 1 << 20
STAYS_WITHIN = 1.05
"""A level is left for a better one only this far above its mark, so that it does not flicker."""


@dataclass(frozen=True, slots=True)
class DiskState:
    """Room on the drive when it was last looked at.

    ``level``: ``good``; ``low``, below ``warn_below_bytes``; ``full``, below
    ``refuse_below_bytes`` or a commit found no room: no new session. ``reserve_bytes`` is
    what the reserve file holds.
    """

    level: Level
    free_bytes: int
    warn_below_bytes: int
    refuse_below_bytes: int
    reserve_bytes: int


def refuse_without_room(state: DiskState) -> None:
    """CommandRefused if the drive has too little room to begin a session."""
    if state.level == "full":
        least = f"{state.refuse_below_bytes / 1e6:,.0f} MB"
        raise CommandRefused(
            f"{_room(state)}, and a new session is begun only with {least}", "Make room on it"
        )


class LevelNews:
    """Tells journal and log once of each change of level."""

    def __init__(self) -> None:
        self._told: Level = "good"

    def noticed(self, state: DiskState) -> list[Draft]:
        """Return what the journal must be told of ``state``; nearly always nothing."""
        if state.level == self._told:
            return []
        self._told = state.level
        match state.level:
            case "good":
                log.info("%s: well again", _room(state))
            case "low":
                log.warning("%s: make room", _room(state))
            case "full":
                log.error("%s: no new session is begun until there is room", _room(state))
        told = kinds.DiskLevel(level=state.level, free_bytes=state.free_bytes)
        return [Draft(kinds.kind_of(told), "", ACTOR, kinds.encode(told))]


def _room(state: DiskState) -> str:
    if state.level == "full" and state.free_bytes >= state.refuse_below_bytes:
        return "the drive of the data directory takes nothing more, as if a quota were used up"
    return f"the drive of the data directory has {state.free_bytes / 1e6:,.0f} MB left"


class Disk:
    """Looks at the drive of ``data_dir`` and keeps the reserve; all of it may block."""

    def __init__(self, data_dir: Path, settings: DiskSettings) -> None:
        self._data_dir = data_dir
        self._settings = settings
        self._reserve = Reserve(data_dir, settings.reserve_bytes)
        self._level: Level = "good"

    def look(self) -> DiskState:
        """Return how it is now; changes nothing."""
        settings, free = self._settings, free_bytes(self._data_dir)
        self._level = self._level_at(free)
        return DiskState(
            level=self._level,
            free_bytes=free,
            warn_below_bytes=settings.warn_below_bytes,
            refuse_below_bytes=settings.refuse_below_bytes,
            reserve_bytes=self._reserve.held_bytes,
        )

    def tend(self) -> DiskState:
        """Make the reserve whole again if there is room; return how it is then."""
        self._reserve.fill(free_bytes(self._data_dir))
        return self.look()

    def make_room_to_open(self) -> None:
        """Give some of the reserve if the files that SQLite must make would not fit."""
        if self._data_dir.is_dir() and free_bytes(self._data_dir) < OPENING_BYTES:
            self._reserve.give()

    def give_reserve(self) -> bool:
        """Give a part of the reserve to the drive; False if none is left."""
        return self._reserve.give()

    def _level_at(self, free: int) -> Level:
        refuse, warn = self._settings.refuse_below_bytes, self._settings.warn_below_bytes
        if free < refuse * (STAYS_WITHIN if self._level == "full" else 1):
            return "full"
        if free < warn * (STAYS_WITHIN if self._level != "good" else 1):
            return "low"
        return "good"
