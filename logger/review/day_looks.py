"""Unassigned telemetry by days: looked for once, and again where sessions took some of it."""

import logging
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from threading import Event, Lock

from logger.archive.report.audit_reading import Period, days_of
from logger.errors import NeedlelogError
from logger.journal.reader import JournalReader
from logger.review.low_priority import begin
from logger.session.kept import KeptSessions
from logger.session.store import load_sessions
from logger.session.unassigned import Day, UnassignedWork, unassigned_work

log = logging.getLogger(__name__)

_DAYS_KEPT = 4000
_NS_PER_MINUTE = 60_000_000_000
_Stretch = tuple[str, int, int]
"""Which positions of a pen a session holds, both included."""
_State = tuple[object, ...]
"""On what the work of a day depends: the positions that sessions hold, and when it was seen."""


@dataclass(frozen=True, slots=True)
class Looked:
    """The work of the days that were looked through, in order; ``missing`` counts the others."""

    work: Sequence[UnassignedWork]
    days: int
    missing: int
    failure: str = ""


class DayLooks:
    """What was found on each day; one thread looks at a time, with low priority.

    An hour of a linked pen is some 18 000 blocks: tenths of a second while it lies idle,
    seconds where it worked in no session.
    """

    def __init__(self) -> None:
        self._turn = Lock()
        self._idle = Event()
        self._idle.set()
        self._found: dict[Day, tuple[_State, list[UnassignedWork]]] = {}
        self._failure = ""

    def look(
        self, kept: KeptSessions, period: Period, now_unix_ns: int, patience_s: float | None
    ) -> Looked:
        """Return what is known of ``period`` after ``patience_s``; None waits for all of it."""
        asked, data_dir = _asked(kept, period, now_unix_ns), kept.data_dir
        if self._missing(asked):
            self._begin(data_dir, asked)
            self._idle.wait(patience_s)
            while patience_s is None and self._missing(asked) and not self._failure:
                self._begin(data_dir, asked)
                self._idle.wait()
        known = {day: work for day, (state, work) in self._found.items() if asked.get(day) == state}
        work = [one for day in asked for one in known.get(day, ())]
        return Looked(work, len(asked), len(asked) - len(known), self._failure)

    def _missing(self, asked: Mapping[Day, _State]) -> list[Day]:
        found = self._found
        return [day for day, state in asked.items() if day not in found or found[day][0] != state]

    def _begin(self, data_dir: Path, asked: Mapping[Day, _State]) -> None:
        with self._turn:
            if not self._idle.is_set():
                return
            self._idle.clear()
            self._failure = ""
        begin(lambda: self._run(data_dir, asked))

    def _run(self, data_dir: Path, asked: Mapping[Day, _State]) -> None:
        try:
            with load_sessions(data_dir) as sessions, JournalReader(data_dir) as reader:
                for day in self._missing(asked):
                    work = unassigned_work(reader, sessions.holding, day)
                    self._found = {**self._kept(), day: (asked[day], work)}
        except NeedlelogError as error:
            self._failure = str(error)
        except Exception as error:
            log.exception("unassigned telemetry could not be looked for")
            self._failure = repr(error)
        finally:
            self._idle.set()

    def _kept(self) -> dict[Day, tuple[_State, list[UnassignedWork]]]:
        return dict(list(self._found.items())[-_DAYS_KEPT:])


def _asked(kept: KeptSessions, period: Period, now_unix_ns: int) -> dict[Day, _State]:
    """Return the days of ``period`` that have begun, each with the state that it is in."""
    days = [one for one in days_of(period, None) if one.from_unix_ns < now_unix_ns]
    if not days:
        return {}
    with JournalReader(kept.data_dir) as reader:
        journal = reader.id
        edges = [reader.position_at(one.from_unix_ns) for one in days]
        edges.append(reader.position_at(days[-1].to_unix_ns))
    # Where the clock was set back the edges are in no order, and days are taken wider.
    begins = list(accumulate(edges[-2::-1], min))[::-1]
    beyond = list(accumulate(edges[1:], max))
    with kept.now() as sessions:
        held = sessions.held(begins[0], beyond[-1])
    within: list[list[_Stretch]] = [[] for _ in days]
    for one in sorted((one.pen, one.from_position, one.to_position) for one in held):
        for at in range(bisect_right(beyond, one[1]), bisect_right(begins, one[2])):
            within[at].append(one)
    return {
        day: (journal, _minute(day, now_unix_ns), *stretches)
        for day, stretches in zip(days, within, strict=True)
    }


def _minute(day: Day, now_unix_ns: int) -> int | None:
    """Return which minute it is on a day that goes on; None for one that is over."""
    return now_unix_ns // _NS_PER_MINUTE if day.to_unix_ns > now_unix_ns else None
