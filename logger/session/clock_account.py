"""By which clocks a session was recorded, and the corrected times that stand beside.

Recorded times are never rewritten: they are a point's identity in every receiver.
"""

from collections.abc import Sequence

import msgspec

from logger.journal import kinds
from logger.session.model import Session
from logger.session.true_clock import WORTH_TELLING_NS, Correction, Read, TrueClock


class ClockStretch(msgspec.Struct, frozen=True, kw_only=True):
    """From ``from_position`` on the host's clock ran at this offset from CLOCK_BOOTTIME.

    ``step_ns`` is how far it had jumped; None where another boot of the host begins.
    ``reason`` is that of the entry which tells it.
    """

    from_position: int
    reason: str
    host_boot_id: str
    synchronised: bool
    offset_ns: int
    step_ns: int | None
    corrected: Correction | None


class AnchorUsed(msgspec.Struct, frozen=True, kw_only=True):
    """An anchor that timed samples of the session; ``boot_id`` is the pen's."""

    number: int
    position: int
    reason: str
    boot_id: int | None
    synchronised: bool
    utc_us: int
    device_us: int
    corrected: Correction | None


class ClockAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A session's clocks.

    ``synchronised`` is whether the host's clock was so throughout. ``duration_s`` is on
    clocks that nobody sets; None where none spans it, or while the session goes on.
    Corrected times are None where nothing knows better than what was recorded.
    """

    synchronised: bool
    steps: int
    duration_s: float | None
    corrected_started_unix_ns: int | None
    corrected_ended_unix_ns: int | None
    stretches: tuple[ClockStretch, ...]
    anchors: tuple[AnchorUsed, ...]


def clock_account(session: Session, readings: Sequence[Read]) -> ClockAccount:
    """Return the account of ``session``'s clocks; ``readings`` are those of its journal."""
    clock = TrueClock(readings, session.pen)
    stretches = _stretches(session, readings, clock)
    last = _at(stretches, session.ended_position)
    return ClockAccount(
        synchronised=all(one.synchronised for one in stretches),
        steps=sum(_is_step(one) for one in stretches[1:]),
        duration_s=_duration_s(session, last, clock),
        corrected_started_unix_ns=_corrected_start(session, clock),
        corrected_ended_unix_ns=_corrected(session.ended_unix_ns, last),
        stretches=stretches,
        anchors=_anchors(session, readings, clock),
    )


def _within(session: Session, readings: Sequence[Read]) -> list[Read]:
    """Return the last reading before the start, and those up to the end."""
    end = session.ended_position
    upto = [one for one in readings if end is None or one.position <= end]
    before = sum(one.position <= session.started_position for one in upto)
    return upto[max(before - 1, 0) :]


def _stretches(
    session: Session, readings: Sequence[Read], clock: TrueClock
) -> tuple[ClockStretch, ...]:
    stretches: list[ClockStretch] = []
    for read in _within(session, readings):
        told, host = read.told, read.told.host
        before = stretches[-1] if stretches else None
        same_boot = before is not None and before.host_boot_id == told.host_boot_id
        step_ns = read.offset_ns - before.offset_ns if before is not None and same_boot else None
        if before is not None and step_ns is not None:
            small = abs(step_ns) < WORTH_TELLING_NS
            if small and before.synchronised == host.synchronised:
                continue
        stretches.append(
            ClockStretch(
                from_position=read.position,
                reason=_reason(read),
                host_boot_id=told.host_boot_id,
                synchronised=host.synchronised,
                offset_ns=read.offset_ns,
                step_ns=step_ns,
                corrected=clock.correction(told.host_boot_id, read.offset_ns),
            )
        )
    return tuple(stretches)


def _anchors(
    session: Session, readings: Sequence[Read], clock: TrueClock
) -> tuple[AnchorUsed, ...]:
    mine = [one for one in readings if one.stream == session.pen]
    return tuple(
        AnchorUsed(
            number=read.told.anchor.number,
            position=read.position,
            reason=read.told.reason,
            boot_id=read.told.boot_id,
            synchronised=read.told.host.synchronised,
            utc_us=read.told.anchor.utc_us,
            device_us=read.told.anchor.device_us,
            corrected=clock.correction(read.told.host_boot_id, read.offset_ns),
        )
        for read in _within(session, mine)
        if isinstance(read.told, kinds.AnchorSet)
    )


def _reason(read: Read) -> str:
    return "service started" if isinstance(read.told, kinds.ServiceStarted) else read.told.reason


def _is_step(stretch: ClockStretch) -> bool:
    return stretch.step_ns is not None and abs(stretch.step_ns) >= WORTH_TELLING_NS


def _at(stretches: Sequence[ClockStretch], position: int | None) -> ClockStretch | None:
    """Return the stretch in force at ``position``, the last one for None."""
    found = [one for one in stretches if position is None or one.from_position <= position]
    return found[-1] if found else None


def _corrected(unix_ns: int | None, stretch: ClockStretch | None) -> int | None:
    if unix_ns is None or stretch is None or stretch.corrected is None:
        return None
    return unix_ns + stretch.corrected.correction_ns


def _corrected_start(session: Session, clock: TrueClock) -> int | None:
    if session.clock is None:
        return None
    wrong = clock.correction(session.clock.host_boot_id, session.clock.offset_ns)
    return None if wrong is None else session.started_unix_ns + wrong.correction_ns


def _duration_s(session: Session, last: ClockStretch | None, clock: TrueClock) -> float | None:
    first = session.clock
    if first is None or last is None or session.ended_unix_ns is None:
        return None
    started_ns = session.started_unix_ns - first.offset_ns
    ended_ns = session.ended_unix_ns - last.offset_ns
    if first.host_boot_id == last.host_boot_id:
        return max(0, ended_ns - started_ns) / 1e9
    true_start_ns = clock.true_ns(first.host_boot_id, started_ns)
    true_end_ns = clock.true_ns(last.host_boot_id, ended_ns)
    if true_start_ns is None or true_end_ns is None:
        return None
    return max(0, true_end_ns - true_start_ns) / 1e9
