"""What is wrong with a session's cartridges: used before, or expired.

A single-use cartridge is known again by GTIN and serial number together; a lot is many
cartridges, so a lot alone tells nothing. A cartridge counts as used where the motor ran with
it. Which session came first is the journal's order. So the same journal gives the same
flags, in whatever order sessions are read, summed up or amended.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Literal

import msgspec

from logger.journal.kinds import Cartridge
from logger.session.cartridges import expiry_of
from logger.session.figures import AnySession
from logger.session.gs1 import possible_serials, read_leniently
from logger.session.model import Session

Source = Literal["typed", "pen"]
Kin = Mapping[str, frozenset[str]]
"""By session, those that it was split from or merged into: of one client, they share cartridges."""


class CartridgeFlag(msgspec.Struct, frozen=True, kw_only=True):
    """``source`` tells who named the cartridge; ``sessions`` are the earlier ones, by start.

    ``day`` is the session's, by the time zone of the mini-PC, where the cartridge had expired.
    """

    what: Literal["used_before", "expired"]
    source: Source
    cartridge: Cartridge
    sessions: tuple[str, ...] = ()
    day: str = ""


class CartridgeUse(msgspec.Struct, frozen=True, kw_only=True):
    """A session used the cartridge of this scan text."""

    session: str
    client: str
    started_position: int
    simulated: bool
    udi: str


class CartridgeUses:
    """Uses of cartridges, found by serial number in no longer than it takes to name them."""

    def __init__(self, uses: Iterable[CartridgeUse]) -> None:
        self._by_serial: dict[str, list[CartridgeUse]] = {}
        for use in uses:
            for serial in possible_serials(use.udi):
                self._by_serial.setdefault(serial, []).append(use)

    def of(self, serial: str) -> Sequence[CartridgeUse]:
        """Return all uses of cartridges with this serial number, and perhaps some others."""
        return self._by_serial.get(serial, ())


def cartridges_of(session: AnySession) -> Iterator[tuple[Source, Cartridge]]:
    """Yield the cartridges that ``session`` used, the one typed first; the same one once.

    While it goes on, those too that are yet to be used: so that there is a warning in time.
    """
    seen = set()
    is_open = session.state != "stopped"
    if session.cartridge is not None and (is_open or _ran(session)):
        told = read_leniently(session.cartridge.udi) if session.cartridge.udi else Cartridge()
        seen.add(told.udi)
        yield "typed", _filled(session.cartridge, told)
    for read in session.cartridges_read:
        if read.used or (is_open and read == session.cartridges_read[-1]):
            told = read_leniently(read.udi) if read.udi else Cartridge()
            if told.udi not in seen:
                seen.add(told.udi)
                yield "pen", msgspec.structs.replace(told, needle_count=read.needle_count)


def uses_of(session: Session) -> list[CartridgeUse]:
    """Return which scan texts ``session`` used. Parses none: the recorder asks too."""
    texts = [read.udi for read in session.cartridges_read if read.used]
    if session.cartridge is not None and _ran(session):
        texts.append(session.cartridge.udi)
    return [
        CartridgeUse(
            session=session.id,
            client=session.client,
            started_position=session.started_position,
            simulated=session.simulated,
            udi=text,
        )
        for text in dict.fromkeys(texts)
        if text
    ]


def kin_of(session: Session) -> frozenset[str]:
    """Return the sessions that ``session`` was split from or merged into."""
    record = session.record
    return frozenset(filter(None, (record.split_from, record.merged_into)))


def is_serial(cartridge: Cartridge) -> bool:
    """Return whether ``cartridge`` can be known again."""
    return bool(cartridge.gtin and cartridge.serial)


def flags_of(
    session: AnySession, uses: CartridgeUses, kin: Kin, zone: tzinfo | None = None
) -> tuple[CartridgeFlag, ...]:
    """Return the flags of ``session`` among all ``uses``.

    ``zone`` is the time zone of days, the system's if None.
    """
    day = _day(session, zone)
    flags = []
    for source, cartridge in cartridges_of(session):
        before = _used_before(session, cartridge, uses, kin)
        if before:
            flags.append(
                CartridgeFlag(
                    what="used_before", source=source, cartridge=cartridge, sessions=before
                )
            )
        expiry = expiry_of(cartridge)
        if expiry is not None and expiry.isoformat() < day:
            flags.append(CartridgeFlag(what="expired", source=source, cartridge=cartridge, day=day))
    return tuple(flags)


def _used_before(
    session: AnySession, cartridge: Cartridge, uses: CartridgeUses, kin: Kin
) -> tuple[str, ...]:
    if not is_serial(cartridge):
        return ()
    family = _family(session.id, kin)
    earlier = [
        (one.started_position, one.session)
        for one in uses.of(cartridge.serial)
        if one.started_position < session.started_position
        and one.simulated == session.simulated
        and _is_same(read_leniently(one.udi), cartridge)
        and not (one.client == session.client and family & _family(one.session, kin))
    ]
    return tuple(dict.fromkeys(name for _, name in sorted(earlier)))


def _ran(session: AnySession) -> bool:
    """Return whether the motor ran; of one that was merged, its samples tell elsewhere."""
    return session.last_motor_on_unix_ns is not None or bool(session.record.merged_into)


def _is_same(one: Cartridge, other: Cartridge) -> bool:
    return (one.gtin, one.serial) == (other.gtin, other.serial)


def _family(session: str, kin: Kin) -> set[str]:
    """Return ``session`` and all that its samples belonged to before or belong to since."""
    family, new = set[str](), {session}
    while new:
        family |= new
        new = {name for one in new for name in kin.get(one, frozenset())} - family
    return family


def _filled(typed: Cartridge, told: Cartridge) -> Cartridge:
    """Return ``typed`` with what its scan text tells, where the entry does not hold that."""
    return msgspec.structs.replace(
        typed,
        gtin=typed.gtin or told.gtin,
        lot=typed.lot or told.lot,
        expiry=typed.expiry or told.expiry,
        serial=typed.serial or told.serial,
    )


def _day(session: AnySession, zone: tzinfo | None) -> str:
    started_ns = session.corrected_started_unix_ns or session.started_unix_ns
    started = datetime.fromtimestamp(started_ns // 1_000_000_000, UTC)
    return started.astimezone(zone).date().isoformat()
