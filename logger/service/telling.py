"""What ``needlelog status`` tells of each running part."""

import msgspec
import numpy as np

from drivers.model import HostTime, SampleBlock
from logger.journal.kinds import Gap
from logger.recorder.clock_watch import ClockWatch
from logger.recorder.disk import DiskState
from logger.recorder.link import Link
from logger.recorder.pen_recorder import PenRecorder
from logger.recorder.waiting import WaitingState
from logger.service.session_gaps import GapAccount
from logger.session.model import Session
from logger.sinks.status import PumpStatus
from logger.status import (
    ClockStatus,
    DriveStatus,
    GapStatus,
    OpenSessionStatus,
    PenState,
    PenStatus,
    SinkStatus,
)


def pen_status(recorder: PenRecorder, now: HostTime) -> PenStatus:
    """Return the pen on a recorder's link, or why there is none."""
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


def session_status(session: Session, gaps: GapAccount) -> OpenSessionStatus:
    """Return an open session with the gaps of its pen since it started."""
    segment = session.segments[-1]
    missing = [one.statistics.samples_missing for one in session.segments]
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
        samples_missing=None if None in missing else sum(filter(None, missing)),
        gaps=gaps.gaps,
        gaps_uncounted=gaps.uncounted,
        newest_gaps=tuple(_gap_status(gap) for gap in gaps.newest),
        deviations=session.totals.deviations,
    )


def _gap_status(gap: Gap) -> GapStatus:
    return GapStatus(
        cause=gap.cause,
        count=gap.count,
        from_unix_ns=gap.from_unix_ns,
        to_unix_ns=gap.to_unix_ns,
    )


def clock_status(watch: ClockWatch, now: HostTime) -> ClockStatus:
    """Return the host's clock."""
    step_ns = watch.last_step_ns
    return ClockStatus(
        synchronised=now.synchronised,
        steps=watch.steps,
        last_step_s=None if step_ns is None else step_ns / 1e9,
    )


def drive_status(disk: DiskState, waiting: WaitingState | None) -> DriveStatus:
    """Return the drive and what waits for room on it."""
    room = DriveStatus(
        level=disk.level,
        free_bytes=disk.free_bytes,
        warn_below_bytes=disk.warn_below_bytes,
        refuse_below_bytes=disk.refuse_below_bytes,
        reserve_bytes=disk.reserve_bytes,
    )
    if waiting is None:
        return room
    return msgspec.structs.replace(
        room,
        held_bytes=waiting.bytes,
        held_s=waiting.age_s,
        given_up_samples=waiting.given_up,
        error=waiting.error,
    )


def sink_status(pump: PumpStatus) -> SinkStatus:
    """Return a sink and its backlog."""
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
