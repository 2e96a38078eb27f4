"""What the record knows of pens: identity, firmware, hours, cartridges, checks and drift."""

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.model import Pen
from logger.archive.report.zones import joined
from logger.journal import kinds
from logger.journal.kinds import Cartridge, PenChecked
from logger.journal.reader import JournalReader
from logger.session.cartridge_flags import cartridges_of
from logger.session.figures import SessionFigures
from logger.session.index import SessionFilter
from logger.session.pen_checks import KIND
from logger.session.series import started_ns
from logger.session.store import Sessions

_IDENTIFIED = "pen.identified"


@dataclass(frozen=True, slots=True)
class Seen:
    """A pen as it presented itself last, and since when it had which firmware, newest first."""

    pen: Pen
    first_unix_ns: int
    last_unix_ns: int
    firmware: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class PenPoint:
    """What one session tells of its pen, weighted with its motor-on time.

    ``offset_mm`` is the mean measured depth less the mean set depth; None where the pen
    does not measure.
    """

    session: str
    started_unix_ns: int
    motor_on_s: float
    offset_mm: float | None
    rate_hz: float | None


@dataclass(frozen=True, slots=True)
class PenHistory:
    """What all sessions of a pen tell of it, in order."""

    points: Sequence[PenPoint]
    cartridges: Sequence[tuple[SessionFigures, Cartridge]]

    @property
    def motor_on_s(self) -> float:
        """How long its motor was on in sessions."""
        return sum(one.motor_on_s for one in self.points)


def pens_seen(reader: JournalReader, serial: str | None = None) -> list[Seen]:
    """Return all pens that were ever identified, or the one of that serial number, by number."""
    found: dict[str, Seen] = {}
    for entry in reader.entries(kinds=(_IDENTIFIED,), stream=serial):
        if entry.payload is None:
            continue
        told = kinds.decode(entry.kind, entry.payload)
        if isinstance(told, kinds.PenIdentified):
            before = found.get(entry.stream)
            found[entry.stream] = _seen(told.pen, entry.time_ns, before)
    return [found[name] for name in sorted(found)]


def checks_of(reader: JournalReader, serial: str) -> list[PenChecked]:
    """Return the checks of a pen with a gauge, newest first."""
    told = [
        kinds.decode(one.kind, one.payload)
        for one in reader.entries(kinds=(KIND,), stream=serial)
        if one.payload is not None
    ]
    checks = [one for one in told if isinstance(one, PenChecked)]
    return sorted(checks, key=lambda one: one.at_unix_ns, reverse=True)


def history_of(sessions: Sequence[SessionFigures]) -> PenHistory:
    """Return what ``sessions`` of one pen tell of it."""
    ordered = sorted(sessions, key=started_ns)
    return PenHistory(
        [_point(one) for one in ordered],
        [(one, cartridge) for one in ordered for _, cartridge in cartridges_of(one)],
    )


def sessions_of(sessions: Sessions, serial: str) -> list[SessionFigures]:
    """Return the stopped sessions of a pen that have samples of their own."""
    found = sessions.figures(SessionFilter(pen=serial))
    return [one for one in found if one.state == "stopped" and not one.record.merged_into]


def _seen(pen: Pen, time_ns: int, before: Seen | None) -> Seen:
    if before is None:
        return Seen(pen, time_ns, time_ns, ((pen.firmware, time_ns),))
    firmware = before.firmware
    if firmware[0][0] != pen.firmware:
        firmware = ((pen.firmware, time_ns), *firmware)
    return Seen(pen, before.first_unix_ns, time_ns, firmware)


def _point(session: SessionFigures) -> PenPoint:
    both = [
        one
        for one in (stay.statistics for stay in session.segments)
        if one.depth_set_mm is not None and one.depth_measured_mm is not None
    ]
    depth_set = joined([(one.depth_set_mm, one.motor_on_s) for one in both])
    measured = joined([(one.depth_measured_mm, one.motor_on_s) for one in both])
    parts = [stay.statistics for stay in session.segments]
    rate = joined([(one.rate_hz, one.motor_on_s) for one in parts])
    return PenPoint(
        session=session.id,
        started_unix_ns=started_ns(session),
        motor_on_s=session.totals.motor_on_s,
        offset_mm=measured.mean - depth_set.mean if measured and depth_set else None,
        rate_hz=None if rate is None else rate.mean,
    )
