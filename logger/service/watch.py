"""What is true now: of pens, sessions and the service as a whole."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from drivers.model import HostTime
from logger import __version__
from logger.journal import kinds
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.journal.succession import succession_notes
from logger.recorder.clock_watch import ClockWatch, offset_ns
from logger.recorder.disk import DiskState
from logger.recorder.roster import Roster
from logger.recorder.waiting import WaitingState
from logger.service.conditions import conditions_of
from logger.service.session_gaps import SessionGaps
from logger.service.telling import (
    clock_status,
    drive_status,
    pen_status,
    session_status,
    sink_status,
)
from logger.session.model import Session
from logger.session.orders import OpenSession
from logger.session.projection import Projection
from logger.sinks.present import PenPresent, Present, SessionPresent
from logger.sinks.status import PumpStatus
from logger.status import ArchiveStatus, Status


class Watch:
    """Looks at the running parts; changes nothing."""

    def __init__(
        self,
        site: str,
        data_dir: Path,
        reader: JournalReader,
        roster: Roster,
        projection: Projection,
        clock: Callable[[], HostTime],
        clock_watch: ClockWatch,
    ) -> None:
        self._site = site
        self._data_dir = data_dir
        self._reader = reader
        self._gaps = SessionGaps(reader)
        self._roster = roster
        self._projection = projection
        self._clock = clock
        self._clock_watch = clock_watch
        self._saved: Entry | None = None
        self._saved_ns = clock().boottime_ns
        self._session_since: dict[str, tuple[object, int]] = {}
        self._present: tuple[frozenset[str], Present] | None = None

    def committed(self, entries: list[Entry]) -> None:
        """Note what was saved last."""
        self._saved = entries[-1]
        self._saved_ns = self._saved.time_ns - offset_ns(self._clock_watch.told)
        if any(entry.kind != kinds.SAMPLES for entry in entries):
            self._present = None

    def status(
        self,
        pumps: list[PumpStatus],
        disk: DiskState,
        waiting: WaitingState | None,
        archive: ArchiveStatus,
        sessions: bool,
    ) -> Status:
        """Return how everything is doing; ``waiting`` is what the drive has no room for.

        Open ``sessions`` are left out if they are not asked for.
        """
        now = self._clock()
        saved_ns = self._saved.time_ns if self._saved else now.wall_ns
        status = Status(
            version=__version__,
            site=self._site,
            journal=self._reader.id,
            saved_position=self._saved.position if self._saved else 0,
            saved_unix_ns=saved_ns,
            saved_age_s=max(0.0, (now.boottime_ns - self._saved_ns) / 1e9),
            clock=clock_status(self._clock_watch, now),
            drive=drive_status(disk, waiting),
            pens=tuple(pen_status(recorder, now) for recorder in self._roster.recorders),
            sessions=tuple(
                session_status(session, gaps)
                for session, gaps in self._gaps.of(self._going_on() if sessions else [])
            ),
            sinks=tuple(sink_status(pump) for pump in pumps),
            archive=archive,
            journal_notes=succession_notes(self._data_dir),
        )
        return msgspec.structs.replace(status, conditions=conditions_of(status))

    def _going_on(self) -> list[Session]:
        return [one for one in self._projection.sessions() if one.state != "stopped"]

    def present(self) -> Present:
        """Return which pens are linked and which sessions are open on them.

        It is the same object as before where nothing but samples has come since.
        """
        linked = frozenset(serial for r in self._roster.recorders if (serial := r.serial))
        if self._present is None or self._present[0] != linked:
            self._present = linked, self._present_of(linked)
        return self._present[1]

    def _present_of(self, linked: frozenset[str]) -> Present:
        sessions = {one.pen: one for one in self._projection.open_sessions()}
        return Present(
            {
                serial: PenPresent(serial in linked, self._session_present(sessions.get(serial)))
                for serial in sorted(linked | self._roster.seen | sessions.keys())
            }
        )

    def _session_present(self, one: OpenSession | None) -> SessionPresent | None:
        if one is None or one.state == "lapsed" or one.state == "stopped":  # noqa: PLR1714 - narrows the type
            return None
        paused = one.state == "paused"
        now_is = (one.state, None if paused else one.side, None if paused else one.zone)
        before, since_ns = self._session_since.get(one.id, (None, 0))
        if before != now_is:
            since_ns = self._clock().wall_ns if before else one.started_unix_ns
            self._session_since[one.id] = (now_is, since_ns)
        return SessionPresent(one.id, now_is[1], now_is[2], one.state, since_ns)

    def summary(self, session: str) -> Mapping[str, float] | None:
        """Return the numbers of a session that may leave the mini-PC; None if unknown."""
        found = self._projection.session(session)
        return None if found is None else summary_numbers(found)


def summary_numbers(session: Session) -> dict[str, float]:
    """Return the sums of a session with their unit in the name; nothing clinical, nobody named."""
    totals = session.totals
    numbers = {
        "samples": totals.samples_received,
        "completeness": totals.completeness,
        "recorded_s": totals.recorded_s,
        "motor_on_s": totals.motor_on_s,
        "nominal_punctures": totals.nominal_punctures,
        "segments": len(session.segments),
        "deviations": totals.deviations,
    }
    return {name: value for name, value in numbers.items() if value is not None}
