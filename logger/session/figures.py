"""What tables over many sessions need of each: a part, read from the store without the rest."""

import msgspec

from logger.journal.kinds import Cartridge
from logger.session.cartridges import CartridgeRead
from logger.session.model import Deviation, Session, Totals
from logger.session.summary import State


class SpreadFigures(msgspec.Struct, frozen=True, kw_only=True):
    mean: float
    minimum: float
    maximum: float


class StayStatistics(msgspec.Struct, frozen=True, kw_only=True):
    motor_on_s: float
    depth_set_mm: SpreadFigures | None
    depth_measured_mm: SpreadFigures | None
    rate_hz: SpreadFigures | None


class StayFigures(msgspec.Struct, frozen=True, kw_only=True):
    side: str
    zone: str
    statistics: StayStatistics
    deviations: tuple[Deviation, ...]


class RecordFigures(msgspec.Struct, frozen=True, kw_only=True):
    split_from: str = ""
    merged_into: str = ""


class SessionFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a :class:`~logger.session.model.Session`; what is there says the same."""

    id: str
    pen: str
    client: str
    practitioner: str
    simulated: bool
    state: State
    started_position: int
    started_unix_ns: int
    last_motor_on_unix_ns: int | None
    cartridge: Cartridge | None
    segments: tuple[StayFigures, ...]
    totals: Totals
    corrected_started_unix_ns: int | None = None
    record: RecordFigures = RecordFigures()
    cartridges_read: tuple[CartridgeRead, ...] = ()


AnySession = Session | SessionFigures


def figures_of(session: Session) -> SessionFigures:
    """Return that part of ``session``."""
    return msgspec.convert(session, SessionFigures, from_attributes=True)
