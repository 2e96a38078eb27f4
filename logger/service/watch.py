"""What is true now: of pens, sessions and the service as a whole."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import numpy as np

from drivers.model import HostTime, SampleBlock
from logger import __version__
from logger.journal.entry import Entry
from logger.journal.kinds import SAMPLES
from logger.recorder.link import Link
from logger.recorder.pen_recorder import PenRecorder
from logger.recorder.roster import Roster
from logger.session.model import Session
from logger.session.orders import OpenSession
from logger.session.projection import Projection
from logger.sinks.present import PenPresent, Present, SessionPresent
from logger.sinks.status import PumpStatus
from logger.status import OpenSessionStatus, PenState, PenStatus, SinkStatus, Status


class Watch:
    """Looks at the running parts; changes nothing."""

    def __init__(
        self,
        site: str,
        data_dir: Path,
        journal_id: str,
        roster: Roster,
        projection: Projection,
        clock: Callable[[], HostTime],
    ) -> None:
        self._site = site
        self._data_dir = data_dir
        self._journal_id = journal_id
        self._roster = roster
        self._projection = projection
        self._clock = clock
        self._saved: Entry | None = None
        self._session_since: dict[str, tuple[object, int]] = {}
        self._present: tuple[frozenset[str], Present] | None = None

    def committed(self, entries: list[Entry]) -> None:
        """Note what was saved last."""
        self._saved = entries[-1]
        if any(entry.kind != SAMPLES for entry in entries):
            self._present = None

    def status(self, pumps: list[PumpStatus]) -> Status:
        """Return how everything is doing."""
        now = self._clock()
        saved_ns = self._saved.time_ns if self._saved else now.wall_ns
        return Status(
            version=__version__,
            site=self._site,
            journal=self._journal_id,
            saved_position=self._saved.position if self._saved else 0,
            saved_unix_ns=saved_ns,
            saved_age_s=max(0.0, (now.wall_ns - saved_ns) / 1e9),
            clock_synchronised=now.synchronised,
            disk_free_bytes=shutil.disk_usage(self._data_dir).free,
            pens=tuple(_pen_status(recorder, now) for recorder in self._roster.recorders),
            sessions=tuple(
                _session_status(session)
                for session in self._projection.sessions()
                if session.state != "stopped"
            ),
            sinks=tuple(_sink_status(pump) for pump in pumps),
        )

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


def _pen_status(recorder: PenRecorder, now: HostTime) -> PenStatus:
    link = recorder.link
    if link is None:
        return PenStatus(state="no port", trouble=recorder.trouble)
    state: PenState = "lost" if link.lost else "recording" if link.identified else "waiting"
    counters = link.assembler.decoder.counters
    stream = link.assembler.stream
    common = PenStatus(
        state=state,
        port=link.port.name,
        profile=link.profile.name,
        trouble=link.lost_detail or recorder.trouble or _silent_about_itself(link),
        refused=dict(counters.refused),
        discarded_bytes=sum(counters.discarded.values()),
        clock_synchronised=now.synchronised,
    )
    if stream is None:
        return common
    named = msgspec.structs.replace(
        common, serial=stream.pen.serial, simulated=stream.pen.simulated, samples=stream.samples
    )
    return named if stream.last_block is None else _with_values(named, stream.last_block, now)


def _silent_about_itself(link: Link) -> str:
    if link.identified or not link.assembler.decoder.counters.frames_good:
        return ""
    return (
        f"{link.port.name}: it sends frames and has not said who it is. If it never does, use a "
        "profile without identity and give it a `name` in its [[pens]] table"
    )


def _with_values(status: PenStatus, block: SampleBlock, now: HostTime) -> PenStatus:
    contact = block.contact()
    return msgspec.structs.replace(
        status,
        last_sample_unix_ns=int(block.utc_ns()[-1]),
        last_sample_age_s=(now.boottime_ns - block.host.boottime_ns) / 1e9,
        depth_set_mm=_newest(block, "depth_set_mm"),
        depth_measured_mm=_newest(block, "depth_measured_mm"),
        rate_hz=_newest(block, "rate_hz"),
        motor_on=bool(block.motor_on()[-1]),
        contact=None if contact is None else bool(contact[-1]),
    )


def _newest(block: SampleBlock, channel: str) -> float | None:
    values = block.values(channel)
    return None if values is None or np.isnan(values[-1]) else float(values[-1])


def _session_status(session: Session) -> OpenSessionStatus:
    segment = session.segments[-1]
    parts = [one.statistics for one in session.segments]
    return OpenSessionStatus(
        session=session.id,
        pen=session.pen,
        state=session.state,
        side=segment.side,
        zone=segment.zone,
        simulated=session.simulated,
        started_unix_ns=session.started_unix_ns,
        samples=session.totals.samples_received,
        completeness=session.totals.completeness,
        gaps=sum(part.gaps_counted + part.gaps_uncounted for part in parts),
        deviations=session.totals.deviations,
    )


def _sink_status(pump: PumpStatus) -> SinkStatus:
    return SinkStatus(
        name=pump.name,
        state=pump.state,
        position=pump.position,
        depth=pump.depth,
        age_s=pump.oldest_age_s,
        delivered=pump.entries_delivered,
        quarantined=pump.quarantined,
        error=pump.error,
        retry_in_s=pump.retry_in_s,
        notes=pump.notes,
    )
