"""The service's own rules over time: who is interrupted, goes on, lapses or was forgotten.

Spans are measured on CLOCK_BOOTTIME, so that a step of the wall clock ends no session.
Nothing here reads a clock; the recorder brings the time along.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drivers.model import HostTime
from logger.journal.kinds import (
    Payload,
    SessionContinued,
    SessionInterrupted,
    SessionLapsed,
    SessionStopped,
)
from logger.session.model import ClockState, HostMoment
from logger.session.orders import OpenSession

_NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class KeeperLimits:
    """``resume_within_s``: how long a pen may be away. ``close_after_s``: without motor-on."""

    resume_within_s: float = 600.0
    close_after_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class LastSigns:
    """What is known of the time before the recorder started.

    ``last_entry_ns`` is the wall time of the journal's last entry before this start,
    ``clock`` the host clock as journaled then, ``host_boot_id`` the boot of today.
    """

    last_entry_ns: int
    clock: ClockState | None
    host_boot_id: str

    def age_s(self, wall_ns: int, at: HostMoment | None, now: HostTime) -> float | None:
        """Return how long ago ``wall_ns`` was; None where the clocks cannot tell.

        ``at`` is the same moment as measured then, where it was. Within one host boot
        only CLOCK_BOOTTIME counts, so a clock that was set meanwhile does no harm. Across
        boots only the wall clock is left.
        """
        if at is not None and at.host_boot_id == self.host_boot_id:
            age_ns = now.boottime_ns - at.boottime_ns
        elif at is None and self.same_boot:
            age_ns = now.boottime_ns - (wall_ns - self._offset_ns)
        else:
            age_ns = now.wall_ns - wall_ns
        return age_ns / _NS_PER_S if age_ns >= 0 else None

    @property
    def same_boot(self) -> bool:
        """Whether the host still runs the boot in which the journal was last written."""
        return self.clock is not None and self.clock.host_boot_id == self.host_boot_id

    @property
    def _offset_ns(self) -> int:
        return self.clock.offset_ns if self.clock is not None else 0


@dataclass(slots=True)
class _Watched:
    """Since when (CLOCK_BOOTTIME) a session's pen is away, and its motor off."""

    motor_on_position: int | None
    idle_since_ns: int
    away_since_ns: int | None = None


class Keeper:
    """Remembers spans per session and returns the payloads that are due.

    What it returns must be appended. A link that goes and comes back within one commit is
    told twice with the same ``sessions``: what was returned for the loss is remembered.
    """

    def __init__(self, limits: KeeperLimits) -> None:
        self._limits = limits
        self._watched: dict[str, _Watched] = {}

    def recorder_started(
        self, sessions: Sequence[OpenSession], signs: LastSigns, now: HostTime
    ) -> list[Payload]:
        """Return what the recorder's absence did to the sessions that were open.

        Where clocks cannot tell how long it was, a session lapses: a person must say
        that it is still the same one.
        """
        payloads: list[Payload] = []
        for one in sessions:
            watched = self._watch(one, now)
            watched.idle_since_ns = _before(now, _idle_s(one, signs, now))
            if one.state == "lapsed":
                continue
            if one.state != "interrupted":
                payloads.append(SessionInterrupted(session=one.id, reason="recorder restarted"))
            since_ns = one.broken_unix_ns or signs.last_entry_ns
            away_s = signs.age_s(since_ns, one.broken_at, now)
            too_long_s = self._limits.resume_within_s + 1
            watched.away_since_ns = _before(now, away_s if away_s is not None else too_long_s)
        return payloads

    def link_lost(
        self, sessions: Iterable[OpenSession], pen: str, reason: str, now: HostTime
    ) -> list[Payload]:
        """Return the interruption of the session on ``pen``, if one was going on."""
        payloads: list[Payload] = []
        for one in sessions:
            watched = self._watch(one, now)
            going_on = one.state in ("open", "paused")
            back_again = one.state == "interrupted" and watched.away_since_ns is None
            if one.pen == pen and (going_on or back_again):
                watched.away_since_ns = now.boottime_ns
                payloads.append(SessionInterrupted(session=one.id, reason=reason))
        return payloads

    def link_up(self, sessions: Iterable[OpenSession], pen: str, now: HostTime) -> list[Payload]:
        """Return whether the interrupted session on ``pen`` goes on or has lapsed.

        Only the same serial number counts; another pen on the port changes nothing.
        """
        payloads: list[Payload] = []
        for one in sessions:
            watched = self._watch(one, now)
            away = one.state == "interrupted" or watched.away_since_ns is not None
            if one.pen != pen or one.state == "lapsed" or not away:
                continue
            away_s = self._away_s(one, now)
            watched.away_since_ns = None
            if away_s <= self._limits.resume_within_s:
                payloads.append(SessionContinued(session=one.id, after_s=away_s))
            else:
                payloads.append(SessionLapsed(session=one.id, after_s=away_s))
        return payloads

    def tick(self, sessions: Sequence[OpenSession], now: HostTime) -> list[Payload]:
        """Return what is due by now: lapses, and the closing of forgotten sessions.

        To be called every second or so: an activity counts from the tick that saw it.
        """
        payloads: list[Payload] = []
        for one in sessions:
            watched = self._watch(one, now)
            if now.boottime_ns - watched.idle_since_ns > self._limits.close_after_s * _NS_PER_S:
                payloads.append(_forgotten(one))
            elif one.state == "interrupted":
                away_s = self._away_s(one, now)
                if away_s > self._limits.resume_within_s:
                    watched.away_since_ns = None
                    payloads.append(SessionLapsed(session=one.id, after_s=away_s))
        open_ids = {one.id for one in sessions}
        self._watched = {key: kept for key, kept in self._watched.items() if key in open_ids}
        return payloads

    def _watch(self, one: OpenSession, now: HostTime) -> _Watched:
        watched = self._watched.get(one.id)
        if watched is None:
            watched = _Watched(one.last_motor_on_position, now.boottime_ns)
            self._watched[one.id] = watched
        elif watched.motor_on_position != one.last_motor_on_position:
            watched.motor_on_position = one.last_motor_on_position
            watched.idle_since_ns = now.boottime_ns
        return watched

    def _away_s(self, one: OpenSession, now: HostTime) -> float:
        watched = self._watch(one, now)
        if watched.away_since_ns is None:
            watched.away_since_ns = now.boottime_ns
        return (now.boottime_ns - watched.away_since_ns) / _NS_PER_S


def _idle_s(one: OpenSession, signs: LastSigns, now: HostTime) -> float:
    """Return for how long the motor has been off, 0 where that is not sure.

    Closing a session cannot be taken back: a machine that has just booted and whose clock
    nobody vouches for must not end it, but count anew.
    """
    at = one.active_at
    if at is not None and at.host_boot_id != signs.host_boot_id:
        return _idle_across_boots_s(at, signs, now)
    if not signs.same_boot and not now.synchronised:
        return 0.0
    since_ns = one.last_motor_on_unix_ns or one.started_unix_ns
    return signs.age_s(since_ns, at, now) or 0.0


def _idle_across_boots_s(at: HostMoment, signs: LastSigns, now: HostTime) -> float:
    """Return how long ago ``at`` was, by what its boot knew of UTC last; 0 if nobody vouches."""
    then = signs.clock
    if then is None or then.host_boot_id != at.host_boot_id:
        return 0.0
    if not (then.synchronised and now.synchronised):
        return 0.0
    return signs.age_s(at.boottime_ns + then.offset_ns, at, now) or 0.0


def _before(now: HostTime, age_s: float) -> int:
    return now.boottime_ns - round(age_s * _NS_PER_S)


def _forgotten(one: OpenSession) -> SessionStopped:
    """End the session at its last motor-on, or where it began if there was none."""
    worked = one.last_motor_on_position is not None
    return SessionStopped(
        session=one.id,
        reason="forgotten",
        ended_unix_ns=one.last_motor_on_unix_ns if worked else one.started_unix_ns,
        ended_position=one.last_motor_on_position if worked else one.started_position,
    )
