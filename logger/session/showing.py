"""How a live session's state becomes the session that everyone sees."""

from logger.session.live_state import LiveState
from logger.session.model import HostMoment, Segment, Session, Totals
from logger.session.orders import OpenSession
from logger.session.summary import State


def session_of(
    state: LiveState,
    segments: tuple[Segment, ...],
    shown: State,
    ended: tuple[int, int] | None = None,
    reason: str = "",
) -> Session:
    """Return the session with ``segments``; ``ended`` is (position, UTC ns) once stopped."""
    started = state.started
    correction = state.clock_correction_ns
    return Session(
        id=started.session,
        pen=started.pen,
        client=started.client,
        practitioner=started.practitioner,
        simulated=started.simulated,
        state=shown,
        started_position=state.started_position,
        started_unix_ns=state.started_unix_ns,
        started_by=state.started_by,
        ended_position=ended[0] if ended else None,
        ended_unix_ns=ended[1] if ended else None,
        stop_reason=reason,
        last_motor_on_unix_ns=state.motor_on_unix_ns,
        plan=started.plan,
        indication=started.indication,
        cartridge=started.cartridge,
        notes=tuple(state.notes),
        segments=segments,
        interruptions=tuple(state.interruptions),
        motor_on_while_paused=tuple(state.motor_on_while_paused),
        samples_paused=state.samples_paused,
        totals=totals_of(segments),
        pen_seen=state.pen_seen,
        clock=state.clock,
        clock_correction_ns=correction,
        corrected_started_unix_ns=(
            None if correction is None else state.started_unix_ns + correction
        ),
        record=state.record,
        cartridges_read=tuple(
            state.cartridges.all(state.motor_on_position, ended[0] if ended else None)
        ),
    )


def totals_of(segments: tuple[Segment, ...]) -> Totals:
    """Return the sums over ``segments``; what one of them does not know, no sum knows.

    A segment without any sample takes nothing from the completeness of the others.
    """
    parts = [segment.statistics for segment in segments]
    seen = [part for part in parts if part.samples_received]
    missing = [part.samples_missing for part in seen]
    punctures = [part.nominal_punctures for part in parts]
    received = sum(part.samples_received for part in parts)
    completeness = None
    if seen and None not in missing:
        completeness = received / (received + sum(count or 0 for count in missing))
    return Totals(
        samples_received=received,
        completeness=completeness,
        recorded_s=sum(part.recorded_s for part in parts),
        motor_on_s=sum(part.motor_on_s for part in parts),
        nominal_punctures=(None if None in punctures else sum(count or 0.0 for count in punctures)),
        deviations=sum(len(segment.deviations) for segment in segments),
    )


def open_session(state: LiveState) -> OpenSession:
    """Return the session as rules need it."""
    return OpenSession(
        id=state.started.session,
        pen=state.started.pen,
        client=state.started.client,
        side=state.side,
        zone=state.zone,
        state=state.state,
        paused=state.paused,
        started_position=state.started_position,
        started_unix_ns=state.started_unix_ns,
        broken_position=state.broken_position,
        broken_unix_ns=state.broken_unix_ns,
        broken_at=state.broken_at,
        last_motor_on_position=state.motor_on_position,
        last_motor_on_unix_ns=state.motor_on_unix_ns,
        active_at=state.motor_on_at if state.motor_on_at is not None else _started_at(state),
        unassigned_from=state.unassigned_from,
        unassigned_to=state.unassigned_to,
    )


def _started_at(state: LiveState) -> HostMoment | None:
    clock = state.clock
    if clock is None:
        return None
    return HostMoment(
        host_boot_id=clock.host_boot_id, boottime_ns=state.started_unix_ns - clock.offset_ns
    )
