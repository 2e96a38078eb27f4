"""Unassigned telemetry by days: looked for once, and again where sessions took some of it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock

from logger.archive.report.audit_reading import Period, days_of
from logger.errors import NeedlelogError
from logger.journal.reader import JournalReader
from logger.review.low_priority import begin
from logger.session.places import held_stretches
from logger.session.store import load_sessions
from logger.session.unassigned import Day, UnassignedWork, unassigned_work

log = logging.getLogger(__name__)

_DAYS_KEPT = 4000
_NS_PER_MINUTE = 60_000_000_000
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
        self, data_dir: Path, period: Period, now_unix_ns: int, patience_s: float | None
    ) -> Looked:
        """Return what is known of ``period`` after ``patience_s``; None waits for all of it."""
        asked = _asked(data_dir, period, now_unix_ns)
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


def _asked(data_dir: Path, period: Period, now_unix_ns: int) -> dict[Day, _State]:
    """Return the days of ``period`` that have begun, each with the state that it is in."""
    with load_sessions(data_dir) as sessions, JournalReader(data_dir) as reader:
        first = reader.position_at(period.since_unix_ns)
        last = reader.position_at(period.until_unix_ns)
        pens = {one.stream for one in reader.entries(kinds=("pen.identified",))}
        held = [
            (pen, stretch.from_position, stretch.to_position)
            for pen in sorted(pens)
            for session in sessions.holding(pen, first, last)
            for stretch in held_stretches(session)
        ]
        asked: dict[Day, _State] = {}
        for day in days_of(period, None):
            if day.from_unix_ns < now_unix_ns:
                begin = reader.position_at(day.from_unix_ns)
                beyond = reader.position_at(day.to_unix_ns)
                going_on = day.to_unix_ns > now_unix_ns
                minute = now_unix_ns // _NS_PER_MINUTE if going_on else None
                within = [one for one in held if one[1] < beyond and begin <= one[2]]
                asked[day] = (reader.id, minute, *within)
    return asked
